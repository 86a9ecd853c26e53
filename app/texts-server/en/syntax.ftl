### What was found where JSON was expected.

syntax-more-text-after-value = more text after the value
syntax-unexpected-character = an unexpected character
syntax-end-text = the end of the text
syntax-something-else-than-key = something else than a key
syntax-key-without = a key without `:`
syntax-member-without-behind = a member without `,` or `{"}"}` behind it
syntax-item-without-behind = an item without `,` or `]` behind it
syntax-unknown-word = an unknown word
syntax-number-without-digit = a number without a digit
syntax-control-character-in-string = a control character in a string
syntax-string-without-end = a string without an end
syntax-unknown-escape = an unknown escape
syntax-half-surrogate-pair = half of a surrogate pair
syntax-escape-without-four-hexadecimal = an escape without four hexadecimal digits
