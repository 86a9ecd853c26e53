### How much of a payload is kept.

payloads-beginning = { $parts }: the first { NUMBER($kept) } of { NUMBER($length) } bytes
payloads-nothing = { $parts }: { NUMBER($length) } bytes, not kept
