### Why something does the same as what is asked for.

duplicates-comes-from-same-catalog = it comes from the same catalog entry
duplicates-has-same-address = it has the same address
duplicates-you-have-asked-for = you have asked for it already
