### What of a person is under way at a server.

underway-streams = listening streams of
underway-call = call to
underway-calls = calls to
