### Die Seite für das, was es nicht gibt.

notfound-title = Seite nicht gefunden
