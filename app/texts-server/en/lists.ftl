### Names, of which only the first are given.

lists-listed = { $listed }
lists-listed-more-more = { $listed } and { NUMBER($more) } more
