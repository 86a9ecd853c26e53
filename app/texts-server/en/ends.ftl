### What was done to a server.

ends-deleted-server = deleted the server
ends-switched-server-off = switched the server off
