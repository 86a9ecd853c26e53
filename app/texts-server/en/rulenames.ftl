### Rules, as they are spoken of at the beginning of a sentence.

rulenames-everyone = The rule for everyone
rulenames-somebody = The rule for { $person }
rulenames-everyone-named = The rule for everyone ({ $tools })
rulenames-somebody-named = The rule for { $person } ({ $tools })
