### Why a connection has to be tested again.

again-connection-has-not-been = The connection has not been tested.
again-last-connection-test-failed = The last connection test failed.
again-digest-definitions-you-reviewed = The digest of the definitions that you reviewed is missing.
again-tool-list-has-changed = The tool list has changed since you looked at it.
