//! What the conditions of some rules look at, as values. A caller's JSON is read here and nowhere else: it never reaches
//! a parser of Cedar.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::IpAddr;

use serde_json::value::RawValue;

use crate::query::{Known, Query};
use crate::source::{Property, Source};
use crate::value::{Decimal, address, normal_path};
use crate::window::Window;

/// Something that a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    /// The path as the rule writes it: the name of the value in Cedar.
    pub(crate) path: String,
    pub(crate) source: Source,
    /// Compared as an address.
    pub(crate) as_address: bool,
    /// Compared as a file path.
    pub(crate) as_place: bool,
    /// Spans of the day that are asked for.
    pub(crate) windows: Vec<Window>,
}

/// A value that a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    Text(Cow<'a, str>),
    Number(Decimal),
    Flag(bool),
    List(Vec<String>),
    /// There, and nothing that can be compared: an object, a number that is too large or too fine, a list of such.
    Other,
}

/// One value, and what it is besides.
#[derive(Debug)]
pub(crate) struct Fact<'a> {
    pub(crate) path: &'a str,
    /// Nothing leads there, or `null`.
    pub(crate) found: Option<Found<'a>>,
    /// The address that the text is.
    pub(crate) address: Option<IpAddr>,
    /// The normal path that the text is.
    pub(crate) place: Option<String>,
    /// Spans of the day that hold the moment.
    pub(crate) windows: Vec<String>,
}

/// The values for all needs, one for each path.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a>(pub(crate) Vec<Fact<'a>>);

impl<'a> Facts<'a> {
    /// Looks up what is needed.
    pub(crate) fn gather(needs: impl IntoIterator<Item = &'a Need>, query: &Query<'a>) -> Self {
        let mut facts: Vec<Fact<'a>> = Vec::new();
        for need in needs {
            let at = match facts.iter().position(|fact| fact.path == need.path) {
                Some(at) => at,
                None => {
                    facts.push(Fact {
                        path: &need.path,
                        found: find(&need.source, query),
                        address: None,
                        place: None,
                        windows: Vec::new(),
                    });
                    facts.len() - 1
                }
            };
            let fact = &mut facts[at];
            if let Some(Found::Text(text)) = &fact.found {
                if need.as_address && fact.address.is_none() {
                    fact.address = address(text);
                }
                if need.as_place && fact.place.is_none() {
                    fact.place = normal_path(text);
                }
            }
            if query.known.request().is_some() {
                fact.windows.extend(need.windows.iter().filter(|w| w.holds(query.now)).map(Window::to_string));
            }
        }
        facts.sort_unstable_by_key(|fact| fact.path);
        Self(facts)
    }

    /// The value of a path.
    pub(crate) fn get(&self, path: &str) -> Option<&Fact<'a>> {
        self.0.iter().find(|fact| fact.path == path)
    }

    /// All of it as one text: two calls with the same text are decided alike.
    pub(crate) fn signature(&self, out: &mut String) {
        for fact in &self.0 {
            // Writing to a String cannot fail. Debug quotes and escapes, so that no text can pass for two values.
            let _ = write!(out, "\u{1}{:?}={:?}", fact.path, fact.found);
            for window in &fact.windows {
                let _ = write!(out, "\u{2}{window}");
            }
        }
    }
}

fn find<'a>(source: &Source, query: &Query<'a>) -> Option<Found<'a>> {
    let request = query.known.request();
    let text = |text: Option<&'a str>| text.map(|text| Found::Text(Cow::Borrowed(text)));
    let list = |items: &[String]| Found::List(items.to_vec());
    let profile = query.subject.profile;
    match source {
        Source::Payload(steps) => match query.known {
            Known::Call(_, Some(arguments)) => argument(arguments, steps),
            _ => None,
        },
        Source::Ip => request?.ip.map(|ip| Found::Text(Cow::Owned(ip.to_canonical().to_string()))),
        Source::Time => request.map(|_| Found::Text(Cow::Owned(query.now.to_rfc3339()))),
        Source::ClientName => text(request?.client_name.as_deref()),
        Source::ClientVersion => text(request?.client_version.as_deref()),
        Source::AuthMethod => text(request?.method.map(crate::query::AuthMethod::as_str)),
        Source::AuthMfa => request?.mfa.map(Found::Flag),
        Source::UserVerified => request?.user_verified.map(Found::Flag),
        Source::OauthScopes => request?.scopes.as_deref().map(list),
        Source::Labels => request?.labels.as_deref().map(list),
        Source::Subject(Property::Attribute(attribute)) => {
            text(Some(profile.attribute(*attribute)).filter(|value| !value.is_empty()))
        }
        Source::Subject(Property::Email) => text(Some(&*profile.email).filter(|email| !email.is_empty())),
        Source::Subject(Property::Role) => text(Some(profile.role.as_str())),
        Source::Subject(Property::Groups) => Some(list(&profile.groups)),
        Source::Subject(Property::JobRoles) => Some(list(&profile.job_roles)),
    }
}

/// Follows the steps into JSON text, one level at a time, so that only what is asked for is read.
fn argument<'a>(json: &'a str, steps: &[String]) -> Option<Found<'a>> {
    let mut at: &'a RawValue = serde_json::from_str(json).ok()?;
    for step in steps {
        at = match at.get().as_bytes().first()? {
            b'{' => {
                serde_json::from_str::<HashMap<Cow<'a, str>, &'a RawValue>>(at.get()).ok()?.remove(step.as_str())?
            }
            b'[' => {
                // One spelling for each position.
                let position: usize = step.parse().ok().filter(|n: &usize| n.to_string() == *step)?;
                *serde_json::from_str::<Vec<&'a RawValue>>(at.get()).ok()?.get(position)?
            }
            _ => return None,
        };
    }
    Some(match at.get().as_bytes().first()? {
        b'n' => return None,
        b'[' => match serde_json::from_str::<Vec<&RawValue>>(at.get()) {
            Ok(items) => items.into_iter().map(element).collect::<Option<_>>().map_or(Found::Other, Found::List),
            Err(_) => Found::Other,
        },
        _ => scalar(at).unwrap_or(Found::Other),
    })
}

fn scalar(raw: &RawValue) -> Option<Found<'_>> {
    match raw.get().as_bytes().first()? {
        b'"' => {
            serde_json::from_str::<Cow<'_, str>>(raw.get()).ok().map(|text| Found::Text(Cow::Owned(text.into_owned())))
        }
        b't' => Some(Found::Flag(true)),
        b'f' => Some(Found::Flag(false)),
        b'-' | b'0'..=b'9' => Decimal::parse(raw.get()).map(Found::Number),
        _ => None,
    }
}

/// An element of a list, as text.
fn element(raw: &RawValue) -> Option<String> {
    match scalar(raw)? {
        Found::Text(text) => Some(text.into_owned()),
        Found::Number(number) => Some(plain(number)),
        Found::Flag(flag) => Some(flag.to_string()),
        Found::List(_) | Found::Other => None,
    }
}

/// A number as people write it: without a fraction that is zero.
pub(crate) fn plain(number: Decimal) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look<'a>(json: &'a str, path: &str) -> Option<Found<'a>> {
        let Source::Payload(steps) = Source::parse(path).unwrap() else { panic!("{path}") };
        argument(json, &steps)
    }

    #[test]
    fn arguments_are_found_as_what_they_are() {
        let json = r#"{"a":{"b.c":[1,"x",true]},"n":null,"big":12345678901234567890123,"f":1.50,"o":{},"l":[{}],
            "e":{"__entity":{"type":"User","id":"x"}},"s":"\u0041","x":"1"}"#;
        assert_eq!(look(json, r"payload.a.b\.c"), Some(Found::List(vec!["1".into(), "x".into(), "true".into()])));
        assert_eq!(look(json, r"payload.a.b\.c.1"), Some(Found::Text("x".into())));
        assert_eq!(look(json, r"payload.a.b\.c.01"), None);
        assert_eq!(look(json, "payload.n"), None);
        assert_eq!(look(json, "payload.missing.x"), None);
        assert_eq!(look(json, "payload.big"), Some(Found::Other));
        assert_eq!(look(json, "payload.f"), Some(Found::Number(Decimal::parse("1.5").unwrap())));
        assert_eq!(look(json, "payload.o"), Some(Found::Other));
        assert_eq!(look(json, "payload.l"), Some(Found::Other));
        assert_eq!(look(json, "payload.e"), Some(Found::Other));
        assert_eq!(look(json, "payload.s"), Some(Found::Text("A".into())));
        assert_eq!(look(json, "payload.x.0"), None);
        assert_eq!(look("not json", "payload.x"), None);
    }
}
