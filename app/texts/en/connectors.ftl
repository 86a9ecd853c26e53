### My connectors.

connectors-title = My connectors
connectors-description = The servers you can use, each at an address of its own. Add them to your AI client.
connectors-empty = No connectors yet
connectors-empty-text = Ask for a server from the catalog, or for one of your own. Once it is approved, it appears here with everything your AI client needs.

# A connector in a few lines

connectors-calls = { $count ->
    [one] 1 call in 30 days
   *[other] { $count } calls in 30 days
}

# One connector

connectors-manage = Manage
connectors-your-access = Your access
connectors-your-calls = Your calls in 30 days
connectors-ask-more-or-longer = Ask for more tools or longer access
connectors-tools = Tools you can use
connectors-tools-description = As they were approved. A tool whose definition changes is withheld until it is approved again.
connectors-tools-empty = No tools for you
connectors-tools-empty-text = Your access covers no tool that this server offers now. Ask for the tools that you need.
connectors-ask-more = Ask for more

# Add to an AI client

connectors-add = Add to your AI client
connectors-add-description = Every client signs in with your personal API key.
connectors-need-key = You need an API key
connectors-have-keys = { $count ->
    [one] You have an API key
   *[other] You have { $count } API keys
}
# “API keys” is a link, and the name of a variable follows; both lines are one sentence.
connectors-make-key = Make one under { $page },
# Before the same second line.
connectors-another-key = Use the one you kept, or make another under { $page },
connectors-set-key = copy it, and set it as { $variable } where your client runs. The snippets below read it from there; VS Code asks for it.
connectors-keys-page = API keys
connectors-add-cursor = Add to Cursor
connectors-add-vscode = Add to VS Code
connectors-claude-code = Claude Code: run this command
connectors-any-client = Any other client: .mcp.json
connectors-only-address = Address, for clients that ask for one
# A second header follows.
connectors-send-key = Send the key as { $header } or as
