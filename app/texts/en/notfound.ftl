### The page for what is not there.

notfound-title = Page not found
