### What was done to a rule.

hows-switched-off = switched off
hows-changed = changed
hows-deleted = deleted
