### Was mit einem Server geschah.

ends-deleted-server = hat den Server gelöscht
ends-switched-server-off = hat den Server ausgeschaltet
