### Names of what a rule is about.

names-everyone = Everyone
names-all-servers = All servers
