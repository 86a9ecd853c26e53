### Längen.

sizes-number-mib = { $number } MiB
sizes-number-bytes = { $number } Bytes
