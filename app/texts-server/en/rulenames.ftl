### Rules, as they are spoken of at the beginning of a sentence.

rulenames-everyone = The rule for everyone
rulenames-somebody = The rule for { $person }
