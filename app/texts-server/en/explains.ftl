### What would have to change for another decision.

explains-denies-whatever-allows = { $rulenames } denies it, whatever allows it: change it, or let it end.
explains-would-have-end = { $rulenames } would have to end.
explains-all-these-rules = All of these rules, since each of them is enough.
explains-rule-cannot-evaluated = A rule cannot be evaluated, which denies everything that it is about: correct it or switch it off.
explains-account-not-active = The account of { $person } is not active: make it active again.
explains-server-not-switched-on = The server is not switched on: switch it on.
explains-rules-allow-look-at = The rules allow it. Look at what changed on the server's page and approve it.
explains-rules-allow-not-offered = The rules allow it, but the server does not offer it: test the server again.
explains-would-allow-switched-off = { $rulenames } would allow it, but is switched off.
explains-would-allow-not-begun = { $rulenames } would allow it, but has not begun.
explains-would-allow-ended = { $rulenames } would allow it, but has ended.
explains-allows-something-else = { $rulenames } allows something else of this server: add this to it.
explains-no-rule-lets = No rule lets { $person } use this server: make one, or ask { $person } to request access.
explains-would-deny-monitors = { $rulenames } would deny it, but only monitors: let it enforce.
explains-would-deny-conditions = { $rulenames } would deny it, but its conditions are not met: { $conditions }
explains-would-deny-clauses = { $rulenames } would deny it, but its Cedar clauses are not met.
explains-would-allow-monitors = { $rulenames } would allow it, but only monitors: let it enforce.
explains-would-allow-conditions = { $rulenames } would allow it, but its conditions are not met: { $conditions }
explains-would-allow-clauses = { $rulenames } would allow it, but its Cedar clauses are not met.
explains-history-begins-later = Rules whose history begins later ({ NUMBER($count) }) are taken as they were when it begins: { $ids }
