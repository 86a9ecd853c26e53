### Personal API keys.

## List

keys-title = API keys
keys-description = AI clients and scripts act as you with a key. Make one for each, so that you can revoke them one by one.
keys-key = Key
keys-last-used = Last used
keys-expires = Expires
keys-made = Made
keys-revoked = Revoked
keys-expired = Expired
keys-empty = No keys yet
keys-empty-help = A client needs a key to call your connectors.

## New key

keys-new = New key
keys-new-title = New API key
keys-name-example = Claude Code on my laptop
keys-name-help = What will use it, so that you recognise it later.
keys-in-30-days = In 30 days
keys-in-90-days = In 90 days
keys-in-a-year = In a year
keys-never = Never
keys-create = Create key
keys-copy-now = Copy the key now
keys-copy-now-help = It is stored as a hash only and cannot be shown again.
keys-key-of = Key “{ $name }”
keys-secret-help = Keep it like a password.

## Revoking

keys-revoke = Revoke
keys-revoke-question = Revoke this key?
keys-revoke-key = Revoke key
keys-revoke-help = Every client that uses it is refused from its next call on. This cannot be undone; a new key can be made at any time.
