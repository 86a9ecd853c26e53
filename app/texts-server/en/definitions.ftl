### Kinds of definitions, as words of the protocol.

definitions-tool = tool
definitions-prompt = prompt
definitions-resource = resource
definitions-template = template
definitions-instructions = instructions
