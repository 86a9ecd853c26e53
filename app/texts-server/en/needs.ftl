### What an entry of the catalog needs.

needs-no-key-needed = No key needed
needs-needs-api-key = Needs an API key
needs-needs-oauth-sign-in = Needs OAuth sign-in
needs-runs-as-local-process = Runs as a local process
