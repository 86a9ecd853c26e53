### Wie viel eines Inhalts aufbewahrt ist.

payloads-beginning = { $parts }: die ersten { NUMBER($kept) } von { NUMBER($length) } Bytes
payloads-nothing = { $parts }: { NUMBER($length) } Bytes, nicht aufbewahrt
