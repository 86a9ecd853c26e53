### Namen dessen, worum es in einer Regel geht.

names-everyone = Alle
names-all-servers = Alle Server
