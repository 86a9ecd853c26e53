### Warum etwas dasselbe leistet wie das Angefragte.

duplicates-comes-from-same-catalog = aus demselben Katalogeintrag
duplicates-has-same-address = dieselbe Adresse
duplicates-you-have-asked-for = von Ihnen schon angefragt
