### Texts of the components (`components/`), except states and notices.

# Data on its way, lists and pages
components-loading = Loading
components-breadcrumbs = Breadcrumbs
components-nothing-here = Nothing here.
components-pages = Pages
components-first-page = First page
components-next-page = Next page
components-filter = Filter
components-clear = Clear

# Copying
components-copy = Copy
components-copied = Copied

# Charts
components-chart-table = Show as a table
components-chart-as-table = { $title }, as a table

# Forms. A label within a sentence begins as the language wants it (English: lower-case)
components-show-secret = Show { $label }
components-check-fields = Check the marked fields.
components-unreadable-form = this form could not be read; reload the page

# Long lists of choices
components-check-filter = Filter these

# Names with secret values
components-secrets = { $label }s
components-add-secret = Add another { $label }
components-secret-value = Value { NUMBER($number) }
components-secret-kept = Kept; enter a value only to replace it

# JSON
components-json-fields = { $count ->
    [one] 1 field
   *[other] { $count } fields
}
components-json-items = { $count ->
    [one] 1 item
   *[other] { $count } items
}

# Definitions: parameters, hints of the server, changes
components-definition = Definition
components-parameters-of = Parameters of { $name }
components-parameter = Parameter
components-parameter-type = Type
components-parameter-needed = Needed
components-parameter-required = required
components-type-array = array
components-type-array-of = array of { $item }
components-type-or = { $one } or { $other }
components-type-choice = one of a list
components-type-any = any
components-says-reads-only = says: reads only
components-says-can-destroy = says: can destroy
components-says-open-world = says: reaches the open world
components-diff-title = Approved (−) and seen last (+)
components-diff-changed = What changed
components-diff-removed = removed:
components-diff-added = added:
components-diff-unchanged = { $count ->
    [one] 1 unchanged line
   *[other] { $count } unchanged lines
}

# Connection tests
components-test-passed = Test passed
components-test-failed = Test failed
components-what-to-do = What to do:

# Pages that cannot be shown: title and text
components-session-ended = Your session has ended
components-session-ended-text = Sign in again to go on where you were.
components-forbidden = You may not see this
components-not-found = Not found
components-not-found-text = It does not exist, was deleted, or is not for you. Check the address, or go back and choose from the list.
components-invalid = This cannot be shown
components-conflict = Something changed meanwhile
components-rate-limited = Too many attempts
components-unavailable = Not available right now
components-internal = Something went wrong
components-internal-text = It is a fault of ours and has been written to the log. Try again; if it stays, give this id to your administrator.
components-to-home = Go to the home page
components-to-sign-in = Go to sign-in

# Tables
components-table-choose = Choose { $name }
components-table-choose-all = Choose all rows of this page
components-table-choose-none = Choose none
components-table-chosen = { $count ->
    [one] 1 chosen
   *[other] { $count } chosen
}
components-table-bulk = With the chosen rows
components-table-columns = Columns
components-table-shown = shown
components-table-hidden = hidden
components-table-sort = Sort by { $column }

# Filters
components-filter-remove = Remove the filter { $filter }
components-filter-active = Active filters
components-filter-range = Period
components-filter-any-time = Any time
components-filter-today = Today
components-filter-days = { $count ->
    [one] Last day
   *[other] Last { $count } days
}
components-filter-from = From
components-filter-to = To
components-filter-apply = Apply

# Numbers
components-delta-same = as before
components-delta-more = { NUMBER($percent) } % more
components-delta-less = { NUMBER($percent) } % less

# Steps
components-step-done = done
components-step-current = now
components-step-ahead = ahead
components-step-stopped = stopped here

# Choosing among many
components-picker-placeholder = Type to search
components-picker-nothing = Nobody and nothing found.
components-picker-chosen = Chosen
components-picker-remove = Remove { $name }

# JSON
components-json-search = Find
components-json-search-in = Find in { $label }
components-json-found = { $count ->
    [0] not found
    [one] 1 line
   *[other] { $count } lines
}
components-json-unfold = Unfold all
components-json-fold = Fold all
components-json-copy-path = Copy the path

# Charts
components-chart-png = PNG
components-chart-csv = CSV
components-chart-save = Save { $title } as { $format }

# Confirmation
components-confirm-type = Type { $name } to confirm

# Views of a list: filters, order and columns under a name
components-views = Views
components-view-name = Keep the filters, order and columns as
components-view-keep = Keep this view
components-view-delete = Delete the view { $name }
