### Was statt JSON gefunden wurde.

syntax-more-text-after-value = weiterer Text nach dem Wert
syntax-unexpected-character = ein unerwartetes Zeichen
syntax-end-text = das Ende des Textes
syntax-something-else-than-key = etwas anderes als ein Schlüssel
syntax-key-without = ein Schlüssel ohne `:`
syntax-member-without-behind = ein Feld ohne `,` oder `{"}"}` dahinter
syntax-item-without-behind = ein Element ohne `,` oder `]` dahinter
syntax-unknown-word = ein unbekanntes Wort
syntax-number-without-digit = eine Zahl ohne Ziffer
syntax-control-character-in-string = ein Steuerzeichen in einem Text
syntax-string-without-end = ein Text ohne Ende
syntax-unknown-escape = eine unbekannte Escape-Folge
syntax-half-surrogate-pair = ein halbes Surrogatpaar
syntax-escape-without-four-hexadecimal = eine Escape-Folge ohne vier hexadezimale Ziffern
