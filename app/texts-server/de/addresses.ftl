### Arten von Adressen, im Nominativ.

addresses-public-address = eine öffentliche Adresse
addresses-loopback-address-machine-itself = eine Loopback-Adresse (dieser Rechner selbst)
addresses-private-address-rfc-1918 = eine private Adresse (RFC 1918)
addresses-carrier-overlay-network-address = eine Adresse eines Anbieter- oder Overlay-Netzes (100.64.0.0/10)
addresses-private-ipv6-address-fc00 = eine private IPv6-Adresse (fc00::/7)
addresses-link-local-address-where = eine Link-Local-Adresse (wo Clouds Zugangsdaten von Maschinen bereithalten)
addresses-unspecified-address = eine unbestimmte Adresse
addresses-multicast-address = eine Multicast-Adresse
addresses-reserved-address = eine reservierte Adresse
addresses-documentation-address = eine Adresse für Dokumentation
addresses-benchmark-address = eine Adresse für Messungen
addresses-ietf-protocol-address = eine Protokolladresse der IETF
addresses-ipv4-address-in-ipv6 = eine IPv4-Adresse in IPv6-Schreibweise
addresses-translated-ipv4-address-nat64 = eine übersetzte IPv4-Adresse (NAT64)
addresses-tunnel-address-6to4-teredo = eine Tunneladresse (6to4 oder Teredo)
