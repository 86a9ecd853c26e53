### Einzelheiten im Verlauf einer Anfrage.

histories-steps-faults = { $steps }: { $faults }
