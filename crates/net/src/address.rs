//! Which addresses may be connected to.
//!
//! Everything that is not plainly a public unicast address is a class of its own with a name for people. IPv6 is
//! judged by what is allowed (global unicast, `2000::/3`, minus the parts of it that lead elsewhere), so a range that
//! is assigned tomorrow is refused until it is known. Addresses that carry an IPv4 address inside (mapped, translated,
//! tunnelled) are refused whatever they carry: one can always write the IPv4 address itself.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far a connection may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Public addresses only, over https.
    Public,
    /// Also private ones, and plain http: an administrator allowed it for this very server.
    Private,
}

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// A public unicast address.
    Public,
    /// This machine.
    Loopback,
    /// RFC 1918: 10/8, 172.16/12, 192.168/16.
    Private,
    /// Carrier-grade NAT and overlay networks: 100.64/10.
    Shared,
    /// The private range of IPv6: fc00::/7.
    UniqueLocal,
    /// The local link, where clouds keep their metadata services: 169.254/16, fe80::/10.
    LinkLocal,
    /// "This network": 0/8 and `::`.
    Unspecified,
    /// Many receivers.
    Multicast,
    /// Reserved, broadcast, discard, or not assigned for unicast.
    Reserved,
    /// Documentation examples.
    Documentation,
    /// Benchmarks: 198.18/15.
    Benchmark,
    /// IETF protocol assignments: 192.0.0/24, 2001::/23.
    Protocol,
    /// An IPv4 address written as IPv6: ::ffff:0:0/96, ::/96.
    Mapped,
    /// An IPv4 address behind a translator: 64:ff9b::/96, 64:ff9b:1::/48.
    Translated,
    /// An IPv4 address behind a tunnel: 2002::/16, 2001::/32, 192.88.99/24.
    Tunnelled,
}

impl AddressClass {
    /// What kind of address this is, in words that follow "is".
    pub const fn label(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Loopback => "a loopback address (this machine itself)",
            Self::Private => "a private address (RFC 1918)",
            Self::Shared => "a carrier or overlay network address (100.64.0.0/10)",
            Self::UniqueLocal => "a private IPv6 address (fc00::/7)",
            Self::LinkLocal => "a link-local address (where clouds keep machine credentials)",
            Self::Unspecified => "an unspecified address",
            Self::Multicast => "a multicast address",
            Self::Reserved => "a reserved address",
            Self::Documentation => "a documentation address",
            Self::Benchmark => "a benchmark address",
            Self::Protocol => "an IETF protocol address",
            Self::Mapped => "an IPv4 address in IPv6 notation",
            Self::Translated => "a translated IPv4 address (NAT64)",
            Self::Tunnelled => "a tunnel address (6to4 or Teredo)",
        }
    }

    /// The class of an address.
    pub const fn of(addr: IpAddr) -> Self {
        match addr {
            IpAddr::V4(v4) => of_v4(v4),
            IpAddr::V6(v6) => of_v6(v6),
        }
    }

    /// Whether a connection to it is allowed. `allow_loopback` is the development setting; it is independent of
    /// `reach`, so that allowing private addresses for a server never opens this machine.
    pub const fn allowed(self, reach: Reach, allow_loopback: bool) -> bool {
        match self {
            Self::Public => true,
            Self::Loopback => allow_loopback,
            Self::Private | Self::Shared | Self::UniqueLocal => matches!(reach, Reach::Private),
            Self::LinkLocal
            | Self::Unspecified
            | Self::Multicast
            | Self::Reserved
            | Self::Documentation
            | Self::Benchmark
            | Self::Protocol
            | Self::Mapped
            | Self::Translated
            | Self::Tunnelled => false,
        }
    }
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

const fn of_v4(addr: Ipv4Addr) -> AddressClass {
    match addr.octets() {
        [0, ..] => AddressClass::Unspecified,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressClass::Private,
        [100, 64..=127, ..] => AddressClass::Shared,
        [127, ..] => AddressClass::Loopback,
        [169, 254, ..] => AddressClass::LinkLocal,
        [192, 0, 0, _] => AddressClass::Protocol,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => AddressClass::Documentation,
        [192, 88, 99, _] => AddressClass::Tunnelled,
        [198, 18..=19, ..] => AddressClass::Benchmark,
        [224..=239, ..] => AddressClass::Multicast,
        [240..=255, ..] => AddressClass::Reserved,
        _ => AddressClass::Public,
    }
}

const fn of_v6(addr: Ipv6Addr) -> AddressClass {
    match addr.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressClass::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressClass::Loopback,
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] => AddressClass::Mapped,
        [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 1, ..] => AddressClass::Translated,
        [0x2001, 0, ..] | [0x2002, ..] => AddressClass::Tunnelled,
        [0x2001, 0x1..=0x1ff, ..] => AddressClass::Protocol,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressClass::Documentation,
        [0x2000..=0x3fff, ..] => AddressClass::Public,
        [0xfc00..=0xfdff, ..] => AddressClass::UniqueLocal,
        [0xfe80..=0xfebf, ..] => AddressClass::LinkLocal,
        [0xff00..=0xffff, ..] => AddressClass::Multicast,
        _ => AddressClass::Reserved,
    }
}

/// What a client may connect to: one value for the URL check, the DNS filter and the literal filter, so that they
/// cannot disagree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) reach: Reach,
    pub(crate) allow_loopback: bool,
}

impl Rules {
    /// The class because of which the address is refused, or `None` if it may be connected to.
    pub(crate) const fn refuses(self, addr: IpAddr) -> Option<AddressClass> {
        let class = AddressClass::of(addr);
        if class.allowed(self.reach, self.allow_loopback) { None } else { Some(class) }
    }
}
