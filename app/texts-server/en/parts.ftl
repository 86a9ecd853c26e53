### The parts of a payload.

parts-arguments = arguments
parts-result = result
