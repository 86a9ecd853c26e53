### Rules, as they are spoken of at the beginning of a sentence.

rulenames-everyone = The rule for everyone
rulenames-everyone-tools = The rule for everyone ({ $tools })
rulenames-somebody = The rule for { $person }
rulenames-somebody-tools = The rule for { $person } ({ $tools })
