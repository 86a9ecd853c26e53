### What to do instead of asking for a duplicate.

instead-see-my-requests = see My requests
instead-you-can-use-already = you can use it already, see My connectors
instead-ask-for-access-instead = ask for access to it instead
