### Ein Teil dessen, was ein Server anbietet.

offer-instructions = Anweisungen
offer-1-tool = 1 Werkzeug
offer-1-prompt = 1 Prompt
offer-1-resource = 1 Ressource
offer-1-resource-template = 1 Ressourcenvorlage
offer-number-kinds = { $number } { $kinds }
offer-number-without-name-which = { $number ->
    [one] 1 ohne Namen, die weggelassen wird
   *[other] { $number } ohne Namen, die weggelassen werden
 }
offer-list-kinds-refused = die Liste „{ $kinds }“ wird verweigert
