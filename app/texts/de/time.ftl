### Zeiten in Worten (`format.rs`).

# Von jetzt aus
time-just-now = gerade eben
time-in-a-moment = gleich
time-minutes-ago = vor { NUMBER($count) } Min.
time-in-minutes = in { NUMBER($count) } Min.
time-hours-ago = vor { NUMBER($count) } Std.
time-in-hours = in { NUMBER($count) } Std.
time-days-ago = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}
time-in-days = { $count ->
    [one] in { $count } Tag
   *[other] in { $count } Tagen
}

# Daten; die Monate, wie sie darin stehen
time-date = { $day }. { $month }
time-date-of-year = { $day }. { $month } { $year }
time-january = Jan.
time-february = Feb.
time-march = März
time-april = Apr.
time-may = Mai
time-june = Juni
time-july = Juli
time-august = Aug.
time-september = Sept.
time-october = Okt.
time-november = Nov.
time-december = Dez.

# Wie lange etwas gilt; das Datum ist der letzte Tag
time-until = bis { $date }
time-ends-in-days = { $count ->
    [0] endet heute
    [one] endet morgen
   *[other] endet in { $count } Tagen
}
