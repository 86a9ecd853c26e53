### Groups: what the server says ready-made. No browser is given this file.

groups-source-manual = By hand
groups-source-csv = CSV file
groups-nobody-has-email = nobody here has this email address; invite the person first
groups-choose-somebody = choose somebody
groups-import-nothing = Everything is as the file says already. Nothing would change.
groups-import-again = The file or the groups are not as they were before. Look at this before you apply it.
groups-import-new = New
groups-import-new-description = New description
groups-import-more = { $count ->
    [one] 1 more group changes.
   *[other] { $count } more groups change.
}
groups-import-made = { $count ->
    [one] 1 new group or job role
   *[other] { $count } new groups and job roles
}
groups-import-described = { $count ->
    [one] 1 new description
   *[other] { $count } new descriptions
}
groups-import-added = { $count ->
    [one] 1 member added
   *[other] { $count } members added
}
groups-import-removed = { $count ->
    [one] 1 member taken out
   *[other] { $count } members taken out
}
groups-and-more = { $names } and { NUMBER($count) } more
groups-line = Line { $number }
