### Who did it.

who-administrator = An administrator
who-person = { $person }
