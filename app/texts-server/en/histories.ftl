### Details of a request's history.

histories-steps-faults = { $steps }: { $faults }
