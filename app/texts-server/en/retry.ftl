### When to try again.

retry-second = try again in a second
retry-seconds = try again in { NUMBER($seconds) } seconds
