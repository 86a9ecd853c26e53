### Arten von Definitionen, als Wörter des Protokolls.

definitions-tool = Werkzeug
definitions-prompt = Prompt
definitions-resource = Ressource
definitions-template = Vorlage
definitions-instructions = Anweisungen
