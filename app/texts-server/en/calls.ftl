### Calls, as many as there are.

calls-one = call
calls-more = calls
