### One part of what a server offers.

offer-instructions = instructions
offer-1-tool = 1 tool
offer-1-prompt = 1 prompt
offer-1-resource = 1 resource
offer-1-resource-template = 1 resource template
offer-number-kinds = { NUMBER($number) } { $kinds }
offer-number-without-name-which = { NUMBER($number) } without a name, which are left out
offer-list-kinds-refused = the list of { $kinds } is refused
