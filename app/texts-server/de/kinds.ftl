### Arten von Definitionen, je mehr als eine.

kinds-tools = Werkzeuge
kinds-prompts = Prompts
kinds-resources = Ressourcen
kinds-resource-templates = Ressourcenvorlagen
kinds-instructions = Anweisungen
