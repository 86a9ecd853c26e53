### Times in words (`format.rs`).

# Relative to now
time-just-now = just now
time-in-a-moment = in a moment
time-minutes-ago = { NUMBER($count) } min ago
time-in-minutes = in { NUMBER($count) } min
time-hours-ago = { NUMBER($count) } h ago
time-in-hours = in { NUMBER($count) } h
time-days-ago = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
time-in-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
}

# Dates; the months as they stand in them
time-date = { $day } { $month }
time-date-of-year = { $day } { $month } { $year }
time-january = Jan
time-february = Feb
time-march = Mar
time-april = Apr
time-may = May
time-june = Jun
time-july = Jul
time-august = Aug
time-september = Sep
time-october = Oct
time-november = Nov
time-december = Dec

# How long something is in force; the date is its last day
time-until = until { $date }
time-ends-in-days = { $count ->
    [0] ends today
    [one] ends tomorrow
   *[other] ends in { $count } days
}
