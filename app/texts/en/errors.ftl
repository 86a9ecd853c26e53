### What goes wrong on the way between browser and server (`error.rs`). Shown as sentences: a capital letter and a full stop
### are added.

errors-unreachable = Drawbridge cannot be reached; nothing was lost; check your connection and try again
errors-unreadable-form = this form could not be read ({ $why }); reload the page and try again
