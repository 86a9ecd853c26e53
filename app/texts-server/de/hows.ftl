### Was mit einer Regel geschah.

hows-switched-off = ausgeschaltet
hows-changed = geändert
hows-deleted = gelöscht
