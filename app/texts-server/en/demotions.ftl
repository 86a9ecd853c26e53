### What cannot be done to the last administrator.

demotions-demoted = demoted
demotions-suspended = suspended
