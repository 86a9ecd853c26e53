### Regeln, wie am Anfang eines Satzes von ihnen die Rede ist.

rulenames-everyone = Die Regel für alle
rulenames-somebody = Die Regel für { $person }
