### Lengths.

sizes-number-mib = { NUMBER($number) } MiB
sizes-number-bytes = { NUMBER($number) } bytes
