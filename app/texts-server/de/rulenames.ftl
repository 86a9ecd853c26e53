### Regeln, wie am Anfang eines Satzes von ihnen die Rede ist.

rulenames-everyone = Die Regel für alle
rulenames-everyone-tools = Die Regel für alle ({ $tools })
rulenames-somebody = Die Regel für { $person }
rulenames-somebody-tools = Die Regel für { $person } ({ $tools })
