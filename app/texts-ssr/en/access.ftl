### Who has access to what now: what the server says ready-made. No browser is given this file.

access-title = Access now
access-of-person = Servers that are open to this person at this moment, and those that a rule denies.
access-of-group = Servers that the rules of this group or job role open or deny. Members may have more by other rules, or less.
access-who-has-access = Who has access now
access-of-server = { $count ->
    [one] One person can use this server.
   *[other] { $count } people can use this server.
}
access-none = No access
access-person-none = No rule opens a server to this person.
access-group-none = No rule about this group or job role opens or denies a server.
access-nobody = Nobody
access-nobody-help = The server is not switched on, or no rule opens it to anybody.
access-tools = { NUMBER($some) } of { NUMBER($all) }
access-tools-under-conditions = { NUMBER($some) } of { NUMBER($all) }, under conditions
access-denied = Denied
access-block = Block on this server
access-unblock = Unblock
access-extend = Extend by { NUMBER($days) } days
access-unknown-principal = choose a person, a group or a job role
