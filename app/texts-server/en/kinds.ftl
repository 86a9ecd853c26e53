### Kinds of definitions, more than one of each.

kinds-tools = tools
kinds-prompts = prompts
kinds-resources = resources
kinds-resource-templates = resource templates
kinds-instructions = instructions
