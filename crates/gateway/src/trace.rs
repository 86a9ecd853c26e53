//! W3C Trace Context: where in a trace a request stands, and how that is said to the next.

use domain::Env;
use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(crate) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Bytes of `tracestate` that are passed on.
const LONGEST_STATE: usize = 4096;
const SAMPLED: u8 = 1;

/// What a caller says about the trace that its request belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parent {
    trace: [u8; 16],
    span: [u8; 8],
    flags: u8,
    state: Option<HeaderValue>,
}

impl Parent {
    /// Reads the headers of a request. Two of `traceparent`, or one that is not well-formed, count as none.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Option<Self> {
        let mut all = headers.get_all(TRACEPARENT).iter();
        let (Some(one), None) = (all.next(), all.next()) else { return None };
        let mut states = headers.get_all(TRACESTATE).iter();
        let state = match (states.next(), states.next()) {
            (Some(one), None) => one.to_str().ok().map(str::to_owned),
            (Some(_), Some(_)) => {
                let texts = headers.get_all(TRACESTATE).iter().map(|value| value.to_str().ok());
                texts.collect::<Option<Vec<_>>>().map(|texts| texts.join(","))
            }
            (None, _) => None,
        };
        Self::parse(one.to_str().ok()?, state.as_deref())
    }

    /// Reads the two texts. A trace state that cannot be passed on is left out.
    pub(crate) fn parse(parent: &str, state: Option<&str>) -> Option<Self> {
        let (version, rest) = parent.split_once('-')?;
        let [version] = bytes::<1>(version)?;
        let (trace, rest) = rest.split_once('-')?;
        let (span, rest) = rest.split_once('-')?;
        // Later versions may say more after the flags.
        let flags = match version {
            0xff => return None,
            0 => rest,
            _ => rest.split_once('-').map_or(rest, |(flags, _)| flags),
        };
        let ([flags], trace, span) = (bytes::<1>(flags)?, bytes::<16>(trace)?, bytes::<8>(span)?);
        if trace == [0; 16] || span == [0; 8] {
            return None;
        }
        let state = state.filter(|state| !state.is_empty() && state.len() <= LONGEST_STATE);
        let state = state.and_then(|state| HeaderValue::from_str(state).ok());
        Some(Self { trace, span, flags, state })
    }
}

/// Lowercase hexadecimal digits only, as the specification wants it.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let text = text.as_bytes();
    let mut out = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

/// The place of one span in its trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) trace: [u8; 16],
    pub(crate) span: [u8; 8],
    pub(crate) parent: Option<[u8; 8]>,
    pub(crate) state: Option<HeaderValue>,
    pub(crate) flags: u8,
}

impl Place {
    /// A span below this one, or the first of a new trace.
    pub(crate) fn new(parent: Option<&Parent>, env: &dyn Env) -> Self {
        let span = new_span(env);
        match parent {
            Some(parent) => Self { span, ..Self::below(parent, span) },
            None => {
                let mut trace = [0; 16];
                env.fill(&mut trace);
                trace[0] |= u8::from(trace == [0; 16]);
                Self { trace, span, parent: None, state: None, flags: SAMPLED }
            }
        }
    }

    /// The same span in the trace of another caller.
    pub(crate) fn below(parent: &Parent, span: [u8; 8]) -> Self {
        let flags = parent.flags & SAMPLED;
        Self { trace: parent.trace, span, parent: Some(parent.span), state: parent.state.clone(), flags }
    }

    /// Whether somebody wants to see this trace.
    pub(crate) const fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Says to a server what its own spans are below of.
    pub(crate) fn write(&self, span: [u8; 8], headers: &mut HeaderMap) {
        headers.remove(TRACESTATE);
        let mut text = *b"00-................................-................-..";
        write_hex(&self.trace, &mut text[3..35]);
        write_hex(&span, &mut text[36..52]);
        write_hex(&[self.flags], &mut text[53..]);
        if let Ok(value) = HeaderValue::from_bytes(&text) {
            headers.insert(TRACEPARENT, value);
            headers.extend(self.state.clone().map(|state| (TRACESTATE, state)));
        }
    }
}

pub(crate) fn new_span(env: &dyn Env) -> [u8; 8] {
    let mut span = [0; 8];
    env.fill(&mut span);
    span[0] |= u8::from(span == [0; 8]);
    span
}

fn write_hex(bytes: &[u8], text: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

/// Bytes as hexadecimal digits.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in self.0.chunks(16) {
            let mut text = [0; 32];
            write_hex(part, &mut text);
            f.write_str(std::str::from_utf8(&text[..2 * part.len()]).unwrap_or_default())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use testkit::env::MockEnv;

    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn only_what_is_well_formed_is_continued() {
        assert!(Parent::parse(PARENT, None).is_some());
        assert!(Parent::parse("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later", None).is_some());
        for wrong in [
            "",
            "00-aa-bb-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319ü-b7ad6b716920333-01",
        ] {
            assert_eq!(Parent::parse(wrong, None), None, "{wrong}");
        }
        let state = |state| Parent::parse(PARENT, Some(state)).and_then(|parent| parent.state);
        assert_eq!(state("a=1,b=2").unwrap(), "a=1,b=2");
        assert_eq!((state(""), state("a\nb"), state(&"a".repeat(5000))), (None, None, None));
    }

    #[test]
    fn headers_are_read_as_the_specification_wants_it() {
        let mut headers = HeaderMap::new();
        assert_eq!(Parent::of_headers(&headers), None);
        headers.insert(TRACEPARENT, HeaderValue::from_static(PARENT));
        headers.append(TRACESTATE, HeaderValue::from_static("a=1"));
        headers.append(TRACESTATE, HeaderValue::from_static("b=2"));
        assert_eq!(Parent::of_headers(&headers), Parent::parse(PARENT, Some("a=1,b=2")));
        headers.append(TRACEPARENT, HeaderValue::from_static(PARENT));
        assert_eq!(Parent::of_headers(&headers), None);
    }

    #[test]
    fn the_next_is_told_the_trace_and_a_span_of_ours() {
        let env = MockEnv::default();
        let parent = Parent::parse(PARENT, Some("a=1")).unwrap();
        let place = Place::new(Some(&parent), &env);
        let mut headers = HeaderMap::new();
        headers.insert(TRACEPARENT, HeaderValue::from_static("somebody else's"));
        place.write(place.span, &mut headers);
        let said = Parent::of_headers(&headers).unwrap();
        assert_eq!((said.trace, said.span, said.state), (parent.trace, place.span, parent.state.clone()));
        assert_ne!(place.span, parent.span);
        assert!(place.is_sampled());

        let unwanted = Parent::parse(&PARENT.replace("-01", "-00"), None).unwrap();
        assert!(!Place::new(Some(&unwanted), &env).is_sampled());
        let (one, two) = (Place::new(None, &env), Place::new(None, &env));
        assert_ne!(one.trace, two.trace);
        assert!(one.is_sampled() && one.parent.is_none());
    }
}
