### Regeln, wie am Anfang eines Satzes von ihnen die Rede ist.

rulenames-everyone = Die Regel für alle
rulenames-somebody = Die Regel für { $person }
rulenames-everyone-named = Die Regel für alle ({ $tools })
rulenames-somebody-named = Die Regel für { $person } ({ $tools })
