### Wer es war.

who-administrator = Ein Administrator
who-person = { $person }
