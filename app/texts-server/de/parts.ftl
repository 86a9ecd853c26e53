### Die Teile eines Inhalts.

parts-arguments = Argumente
parts-result = Ergebnis
