### Servers: what the server says ready-made. No browser is given this file.

servers-protocol = Protocol
servers-limit-concurrent = Calls at once
servers-limit-queue = Calls that may wait
servers-limit-queue-wait = Longest wait (seconds)
servers-limit-per-person = Calls of one person at once
servers-limit-person-rate = Calls of one person in a minute
servers-limit-person-burst = Of these at once after a pause
servers-limit-rate = Calls of everybody in a minute
servers-limit-burst = Of everybody's at once after a pause
servers-limit-tool-rate = Calls of one person to one tool in a minute
servers-limit-tool-burst = Of one tool's at once after a pause
servers-limit-first-byte = Until an answer begins (seconds)
servers-limit-idle = Longest silence in an answer (seconds)
servers-limit-total = Until an answer is complete (seconds)
servers-limit-max-request = Largest request (bytes)
servers-limit-max-answer = Largest answer (bytes)
servers-limit-max-event = Largest event (bytes)
servers-limit-tools = Deadlines of single tools
servers-limit-tools-twice = { $tool } is there twice
servers-limit-tools-none = none
servers-limit-none = no limit
servers-limit-set = { $value } (set here)
servers-limit-default = { $value } (default)
