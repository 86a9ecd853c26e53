### Kinds of addresses, in the nominative.

addresses-public-address = a public address
addresses-loopback-address-machine-itself = a loopback address (this machine itself)
addresses-private-address-rfc-1918 = a private address (RFC 1918)
addresses-carrier-overlay-network-address = a carrier or overlay network address (100.64.0.0/10)
addresses-private-ipv6-address-fc00 = a private IPv6 address (fc00::/7)
addresses-link-local-address-where = a link-local address (where clouds keep machine credentials)
addresses-unspecified-address = an unspecified address
addresses-multicast-address = a multicast address
addresses-reserved-address = a reserved address
addresses-documentation-address = a documentation address
addresses-benchmark-address = a benchmark address
addresses-ietf-protocol-address = an IETF protocol address
addresses-ipv4-address-in-ipv6 = an IPv4 address in IPv6 notation
addresses-translated-ipv4-address-nat64 = a translated IPv4 address (NAT64)
addresses-tunnel-address-6to4-teredo = a tunnel address (6to4 or Teredo)
