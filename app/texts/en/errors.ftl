### What goes wrong on the way between browser and server (`error.rs`). Shown as sentences: a capital letter and a full stop
### are added.

errors-unreachable = Drawbridge cannot be reached; nothing was lost; check your connection and try again
errors-unreadable-form = this form could not be read ({ $why }); reload the page and try again
errors-unreadable-answer = the answer could not be read ({ $why }); Drawbridge may have been updated, so reload the page

# The kinds of problems that are not texts of a use case
errors-sign-in = sign in to continue
errors-not-found = { $what } not found
errors-rate-limited = too many attempts; try again in { NUMBER($seconds) } seconds
errors-internal = something went wrong on our side; give your administrator this id: { $correlation }
errors-invalid = the input is not valid
errors-invalid-and-more = { $field }: { $why } (and { NUMBER($count) } more)
