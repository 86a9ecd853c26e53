//! The language of the console and its texts.
//!
//! Texts live in `texts/<language>/<area>.ftl` (Fluent) and are used by the functions of [`crate::text`], made when the
//! console is built. The server knows all languages and takes the one that the visitor has chosen or the browser asks
//! for; the browser is given one table with its first page, so that another language costs nobody a byte.

use serde::{Deserialize, Serialize};

use crate::format;

/// A language of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English, as in the United Kingdom.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
}

impl Language {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::English, Self::German];

    /// Its tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Its name in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// What stands before the decimals of a number.
    pub const fn decimal_mark(self) -> char {
        match self {
            Self::English => '.',
            Self::German => ',',
        }
    }

    /// The language with this tag; of a region (`de-AT`) its language.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.iter().copied().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// What suits an `Accept-Language` header best (RFC 9110, 12.5.4).
    pub fn accepted(header: &str) -> Option<Self> {
        let weighed = header.split(',').filter_map(|part| {
            let mut words = part.split(';').map(str::trim);
            let language = Self::of(words.next()?)?;
            let weight = words.find_map(|word| word.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            (weight > 0.0).then_some((language, weight))
        });
        // Of equals the first one counts.
        weighed.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(language, _)| language)
    }
}

/// The cookie of those who have chosen a language.
pub const LANGUAGE_COOKIE: &str = "drawbridge-language";

/// The language of what is being rendered.
pub fn language() -> Language {
    #[cfg(feature = "ssr")]
    {
        leptos::prelude::use_context::<Language>().unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    {
        browser::language()
    }
}

/// A text without arguments.
pub(crate) fn text(number: usize) -> &'static str {
    #[cfg(feature = "ssr")]
    {
        server::text(language(), number)
    }
    #[cfg(not(feature = "ssr"))]
    {
        browser::text(number)
    }
}

/// An argument of a text.
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(u64),
}

/// What counts something.
pub trait Number {
    /// As texts take it.
    fn number(self) -> u64;
}

macro_rules! numbers {
    ($($kind:ty),+) => {$(
        impl Number for $kind {
            fn number(self) -> u64 {
                self.into()
            }
        }
    )+};
}

numbers!(u8, u16, u32, u64);

impl Number for usize {
    fn number(self) -> u64 {
        self as u64
    }
}

/// A text with its arguments.
pub(crate) fn fill(number: usize, values: &[Value<'_>]) -> String {
    filled(text(number), values)
}

/// What stands before and after the one argument of a text.
pub(crate) fn around(number: usize) -> [&'static str; 2] {
    let line = text(number);
    let at = line.find(MARK_TEXT).unwrap_or(line.len());
    [&line[..at], line.get(at + 2..).unwrap_or_default()]
}

// As in the crate `texts`, which is not part of the console.
const MARK_NEXT: char = '\u{1e}';
pub(crate) const MARK_TEXT: char = '\u{1}';
pub(crate) const MARK_NUMBER: char = '\u{2}';
const MARK_CHOICE: char = '\u{3}';
const MARK_CASE: char = '\u{4}';
const MARK_CASE_END: char = '\u{5}';
const MARK_CHOICE_END: char = '\u{6}';

pub(crate) fn filled(line: &str, values: &[Value<'_>]) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let mut rest = line;
    while let Some(at) = rest.find([MARK_TEXT, MARK_NUMBER, MARK_CHOICE]) {
        out.push_str(&rest[..at]);
        // Marks and digits are one byte each.
        let value = rest.as_bytes().get(at + 1).and_then(|digit| values.get(usize::from(digit.wrapping_sub(b'0'))));
        let choice = rest.as_bytes()[at] == MARK_CHOICE as u8;
        rest = rest.get(at + 2..).unwrap_or_default();
        match value {
            Some(Value::Text(text)) => out.push_str(text),
            Some(Value::Number(number)) if choice => {
                let (cases, after) = rest.split_once(MARK_CHOICE_END).unwrap_or((rest, ""));
                out.push_str(&filled(chosen(cases, *number), values));
                rest = after;
            }
            Some(Value::Number(number)) => out.push_str(&format::number(*number)),
            None => {}
        }
    }
    out.push_str(rest);
    out
}

/// The case for a number: the exact one, the category, or the last.
fn chosen(cases: &str, number: u64) -> &str {
    let cases = || cases.split_terminator(MARK_CASE_END).filter_map(|case| case.split_once(MARK_CASE));
    let exact = cases().find(|(key, _)| key.parse() == Ok(number));
    // English and German agree on when something is one.
    let one = || cases().find(|(key, _)| number == 1 && *key == "one");
    exact.or_else(one).or_else(|| cases().next_back()).map_or("", |(_, text)| text)
}

#[cfg(feature = "ssr")]
mod server {
    use std::sync::LazyLock;

    use super::{Language, MARK_NEXT};

    static TABLES: LazyLock<Vec<Vec<&'static str>>> =
        LazyLock::new(|| crate::text::TABLES.iter().map(|(_, table)| table.split(MARK_NEXT).collect()).collect());

    pub(super) fn text(language: Language, number: usize) -> &'static str {
        TABLES.get(language as usize).and_then(|table| table.get(number)).copied().unwrap_or_default()
    }
}

#[cfg(not(feature = "ssr"))]
mod browser {
    use std::sync::OnceLock;

    use super::{Language, MARK_NEXT};

    static TABLE: OnceLock<(Language, Vec<&'static str>)> = OnceLock::new();

    pub(super) fn start(tag: &str, table: String) -> bool {
        // It stays for as long as the page.
        let lines: Vec<&'static str> = String::leak(table).split(MARK_NEXT).collect();
        let whole = lines.len() == crate::text::COUNT;
        whole && TABLE.set((Language::of(tag).unwrap_or_default(), lines)).is_ok()
    }

    pub(super) fn language() -> Language {
        TABLE.get().map(|(language, _)| *language).unwrap_or_default()
    }

    pub(super) fn text(number: usize) -> &'static str {
        TABLE.get().and_then(|(_, lines)| lines.get(number)).copied().unwrap_or_default()
    }
}

/// Gives the browser its texts; call it before anything is rendered. False when the table is not of this console.
#[cfg(not(feature = "ssr"))]
pub fn start(tag: &str, table: String) -> bool {
    browser::start(tag, table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_understood() {
        assert_eq!(Language::accepted("de-AT,de;q=0.9,en;q=0.8"), Some(Language::German));
        assert_eq!(Language::accepted("fr, en;q=0.5, de;q=0.7"), Some(Language::German));
        assert_eq!(Language::accepted("en-GB,en-US;q=0.9,en;q=0.8"), Some(Language::English));
        assert_eq!(Language::accepted("de;q=0"), None);
        assert_eq!(Language::accepted("*, fr"), None);
    }

    #[test]
    fn texts_are_filled() {
        let line = "\u{1}0 has \u{3}10\u{4}no keys\u{5}one\u{4}one key\u{5}\u{4}\u{2}1 keys\u{5}\u{6}.";
        let with = |count| filled(line, &[Value::Text("Ada"), Value::Number(count)]);
        assert_eq!(with(0), "Ada has no keys.");
        assert_eq!(with(1), "Ada has one key.");
        assert_eq!(with(1200), "Ada has 1\u{202f}200 keys.");
        assert_eq!(filled("plain", &[]), "plain");
    }

    #[test]
    fn every_language_is_complete() {
        assert_eq!(crate::text::MISSING, &[] as &[&str], "messages that English has");
        let tags: Vec<&str> = crate::text::TABLES.iter().map(|(tag, _)| *tag).collect();
        let languages: Vec<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
        assert_eq!(tags, languages, "the folders of texts/");
    }
}
