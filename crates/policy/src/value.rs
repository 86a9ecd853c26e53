//! Values as conditions compare them.

use std::fmt;
use std::net::IpAddr;

/// A number with at most four decimals: what Cedar's `decimal` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Decimal(i64);

/// Digits after the point.
const SCALE: i32 = 4;

impl Decimal {
    /// Reads a number as JSON writes it. Nothing when it is none, too large, or has more decimals.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match digits.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, digits),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut all = format!("{whole}{fraction}");
        let mut shift = SCALE.checked_add(exponent)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        while shift < 0 && all.ends_with('0') {
            all.pop();
            shift += 1;
        }
        let significant = all.trim_start_matches('0');
        if significant.is_empty() {
            return Some(Self(0));
        }
        // More than 19 digits do not fit whatever follows.
        if !(0..=19).contains(&shift) || significant.len() > 19 {
            return None;
        }
        let scaled = significant.parse::<i128>().ok()? * 10_i128.pow(u32::try_from(shift).ok()?);
        i64::try_from(if negative { -scaled } else { scaled }).ok().map(Self)
    }
}

impl fmt::Display for Decimal {
    /// As Cedar's `decimal` wants it: with at least one digit after the point.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / 10_000, self.0.unsigned_abs() % 10_000);
        let digits = format!("{fraction:04}");
        let short = digits.trim_end_matches('0');
        write!(f, "{sign}{whole}.{}", if short.is_empty() { "0" } else { short })
    }
}

/// A range of IP addresses (RFC 4632, RFC 4291 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct IpRange {
    base: IpAddr,
    bits: u8,
}

impl IpRange {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or one address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().ok()?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            // `+8` and `08` are numbers to Rust, and no prefix lengths.
            Some(bits) if bits.is_empty() || !bits.bytes().all(|b| b.is_ascii_digit()) => return None,
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= most)?,
            None => most,
        };
        Some(Self { base, bits })
    }

    /// True for an address of this range.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.bits);
                u64::from(base.to_bits()) >> shift == u64::from(address.to_bits()) >> shift
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let differ = base.to_bits() ^ address.to_bits();
                self.bits == 0 || differ >> (128 - u32::from(self.bits)) == 0
            }
            _ => false,
        }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

/// An address that a text holds. An IPv4 address inside an IPv6 one is that IPv4 address.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// Resolves `.` and `..` and makes separators one. Nothing where what the path means cannot be told: it leaves the
/// place that it is relative to, hides separators, or holds control characters.
pub(crate) fn normal_path(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let hides = ["%2e", "%2f", "%5c", "%25"].iter().any(|code| lower.contains(code));
    if hides || text.chars().any(char::is_control) {
        return None;
    }
    let text = text.strip_prefix("file://").unwrap_or(text).replace('\\', "/");
    let absolute = text.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            // Above the root there is only the root.
            ".." => {
                if parts.pop().is_none() && !absolute {
                    return None;
                }
            }
            part => parts.push(part),
        }
    }
    Some(format!("{}{}", if absolute { "/" } else { "" }, parts.join("/")))
}

/// True when a normal path is the other one or below it.
pub(crate) fn is_within(path: &str, place: &str) -> bool {
    match path.strip_prefix(place) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || place.ends_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        for (text, shown) in [
            ("0", "0.0"),
            ("-0", "0.0"),
            ("-0.5", "-0.5"),
            ("12", "12.0"),
            ("1e3", "1000.0"),
            ("1.50000", "1.5"),
            ("12.3456", "12.3456"),
            ("1E-4", "0.0001"),
            ("10000e-4", "1.0"),
            ("922337203685477.5807", "922337203685477.5807"),
            ("-922337203685477.5808", "-922337203685477.5808"),
        ] {
            assert_eq!(Decimal::parse(text).map(|d| d.to_string()).as_deref(), Some(shown), "{text}");
        }
        for text in
            ["", "-", ".5", "1,5", "0x1", "1e", "0.00001", "922337203685477.5808", "1e400", "1e-2147483648", "NaN"]
        {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_hold_their_addresses() {
        let holds = |range: &str, ip: &str| IpRange::parse(range).unwrap().contains(address(ip).unwrap());
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
        assert!(holds("0.0.0.0/0", "255.255.255.255"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(holds("2001:db8::/33", "2001:db8:7fff::1"));
        assert!(holds("192.0.2.7", "192.0.2.7"));
        assert!(!holds("2001:db8::/33", "2001:db8:8000::1"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(!holds("0.0.0.0/0", "::1"));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "host"] {
            assert_eq!(IpRange::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn paths_are_told_by_where_they_lead() {
        for (text, path) in [
            ("/srv/data/../x", "/srv/x"),
            ("/../../etc", "/etc"),
            ("a//b/./c/", "a/b/c"),
            (r"C:\data\x", "C:/data/x"),
            ("file:///srv/x", "/srv/x"),
            ("/", "/"),
        ] {
            assert_eq!(normal_path(text).as_deref(), Some(path), "{text}");
        }
        for text in ["../x", "a/../../b", "/srv/%2e%2E/x", "/srv/%2fx", "/srv/%252e", "/a\0b"] {
            assert_eq!(normal_path(text), None, "{text}");
        }
        assert!(is_within("/srv/data", "/srv/data") && is_within("/srv/data/x", "/srv/data") && is_within("/x", "/"));
        assert!(!is_within("/srv/database", "/srv/data") && !is_within("/srv", "/srv/data"));
    }
}
