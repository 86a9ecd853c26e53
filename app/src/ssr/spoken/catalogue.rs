//! From an English text to the message that it was made from, and to the same message in another language.
//!
//! A message of `texts-server/` is a pattern: literal pieces with holes between them. What a hole may hold is said by
//! its name: that of a file, and it holds one of that file's messages, which is translated in turn; `NUMBER()`, and it
//! holds a number; anything else, and it holds whatever stands there. So the files are a small grammar, and what is
//! made of parts (`no secure connection to { $host }: { $causes }`) needs no message for each combination.

use std::collections::HashMap;

use crate::i18n::{self, Language, Value};

/// One message, as the build script writes it.
pub(super) struct Message {
    /// The English line, with the marks of the crate `texts`.
    pub(super) english: &'static str,
    /// The names of what stands in it.
    pub(super) names: &'static [&'static str],
    /// The line in every other language.
    pub(super) others: &'static [&'static str],
}

/// Longer texts are not ours.
const MAX_TEXT: usize = 4096;

/// How often a piece is laid against a text before it stays English. Texts that people write end up here too, and some
/// of them could be cut up in very many ways.
const MAX_STEPS: u32 = 20_000;

/// How deep messages stand in messages: the longest list of what a server offers, and some more.
const MAX_DEPTH: u32 = 24;

/// What is said in one language other than English.
pub(super) struct Catalogue {
    language: Language,
    files: Vec<File>,
}

struct File {
    name: &'static str,
    /// Messages without holes.
    whole: HashMap<&'static str, &'static str>,
    /// Messages with holes, those that say most by themselves first.
    patterns: Vec<Pattern>,
}

struct Pattern {
    pieces: Vec<Piece>,
    line: &'static str,
    holes: usize,
    /// It says nothing by itself, so it must not take what nobody knows.
    bare: bool,
}

/// A part of an English message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is.
    Text(&'static str),
    /// What was put in, by its place among the arguments.
    Hole(usize, Holds),
}

impl Piece {
    /// More than punctuation.
    fn has_words(&self) -> bool {
        matches!(self, Self::Text(text) if text.contains(char::is_alphabetic))
    }
}

/// What a hole may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Anything.
    Anything,
    /// A number, perhaps with decimals.
    Number,
    /// A message of this file.
    Message(usize),
}

/// What was found in a hole, as it goes into the other language.
enum Found {
    Words(String),
    Number(u64),
}

impl Catalogue {
    /// What is said in this language; nothing for English.
    pub(super) fn new(language: Language, files: &[(&'static str, &'static [Message])]) -> Self {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let mut built = Vec::new();
        // English is the first language.
        let other = (language as usize).checked_sub(1);
        for (name, messages) in files {
            let mut file = File { name, whole: HashMap::new(), patterns: Vec::new() };
            for message in *messages {
                let Some(line) = other.and_then(|other| message.others.get(other)).copied() else { continue };
                let pieces = pieces(message, &names);
                match pieces.as_slice() {
                    [Piece::Text(text)] => drop(file.whole.insert(text, line)),
                    _ => {
                        let bare = !pieces.iter().any(Piece::has_words);
                        file.patterns.push(Pattern { pieces, line, holes: message.names.len(), bare });
                    }
                }
            }
            file.patterns.sort_by_key(|pattern| std::cmp::Reverse(literal(&pattern.pieces)));
            built.push(file);
        }
        Self { language, files: built }
    }

    /// The text in this language, if one of these files has a message that it was made from.
    ///
    /// First every part has to be known; when that leads nowhere, a part that is not stays as it is (the words of an
    /// operating system, say).
    pub(super) fn say(&self, files: &[&str], text: &str) -> Option<String> {
        if text.len() > MAX_TEXT {
            return None;
        }
        [true, false].into_iter().find_map(|strict| {
            let mut search = Search { catalogue: self, strict, steps: MAX_STEPS };
            files.iter().find_map(|file| {
                let file = self.files.iter().find(|known| known.name == *file)?;
                // Reports put a full stop behind advice.
                search.sentence(file, text, 0).or_else(|| {
                    let mut said = search.sentence(file, text.strip_suffix('.')?, 0)?;
                    said.push('.');
                    Some(said)
                })
            })
        })
    }
}

impl Catalogue {
    /// As [`Self::say`], for messages without holes only.
    pub(super) fn say_whole(&self, files: &[&str], text: &str) -> Option<String> {
        let mut known = self.files.iter().filter(|file| files.contains(&file.name));
        known.find_map(|file| file.whole.get(text)).map(|line| (*line).to_owned())
    }
}

struct Search<'a> {
    catalogue: &'a Catalogue,
    strict: bool,
    steps: u32,
}

/// How one message is laid against a text.
#[derive(Clone, Copy)]
struct Attempt {
    strict: bool,
    depth: u32,
}

impl Search<'_> {
    /// A message of this file, perhaps with the capital letter of a sentence.
    fn sentence(&mut self, file: &File, text: &str, depth: u32) -> Option<String> {
        self.message(file, text, depth).or_else(|| {
            let begin = text.chars().next().filter(|begin| begin.is_uppercase())?;
            let lower: String = begin.to_lowercase().chain(text.chars().skip(1)).collect();
            let said = self.message(file, &lower, depth)?;
            let mut rest = said.chars();
            Some(rest.next()?.to_uppercase().chain(rest).collect())
        })
    }

    fn message(&mut self, file: &File, text: &str, depth: u32) -> Option<String> {
        if let Some(line) = file.whole.get(text) {
            return Some((*line).to_owned());
        }
        if depth > MAX_DEPTH || self.steps == 0 {
            return None;
        }
        file.patterns.iter().find_map(|pattern| {
            let mut found: Vec<Option<Found>> = Vec::new();
            found.resize_with(pattern.holes, || None);
            let attempt = Attempt { strict: self.strict || pattern.bare, depth };
            self.fits(attempt, &pattern.pieces, text, &mut found).then(|| fill(pattern.line, &found))
        })
    }

    /// Lays pieces against a text and takes down what stands in the holes.
    fn fits(&mut self, attempt: Attempt, pieces: &[Piece], text: &str, found: &mut [Option<Found>]) -> bool {
        let Some(left) = self.steps.checked_sub(1) else { return false };
        self.steps = left;
        match pieces {
            [] => text.is_empty(),
            [Piece::Text(piece), rest @ ..] => {
                text.strip_prefix(piece).is_some_and(|text| self.fits(attempt, rest, text, found))
            }
            [Piece::Hole(place, holds)] => {
                found[*place] = self.held(attempt, *holds, text);
                found[*place].is_some()
            }
            [Piece::Hole(place, holds), rest @ ..] => {
                // A hole ends where the text goes on as the message does; two holes side by side have no end.
                let Some(Piece::Text(next)) = rest.first() else { return false };
                text.match_indices(next).any(|(end, _)| {
                    if self.steps == 0 {
                        return false;
                    }
                    found[*place] = self.held(attempt, *holds, &text[..end]);
                    found[*place].is_some() && self.fits(attempt, rest, &text[end..], found)
                })
            }
        }
    }

    fn held(&mut self, attempt: Attempt, holds: Holds, text: &str) -> Option<Found> {
        let words = |text: &str| Some(Found::Words(text.to_owned()));
        match holds {
            _ if text.is_empty() => None,
            Holds::Anything => words(text),
            Holds::Number => number(text, self.catalogue.language),
            Holds::Message(file) => match self.sentence(self.catalogue.files.get(file)?, text, attempt.depth + 1) {
                Some(said) => Some(Found::Words(said)),
                None if attempt.strict => None,
                None => words(text),
            },
        }
    }
}

/// A number as English writes it (`30`, `2.5`).
fn number(text: &str, language: Language) -> Option<Found> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        None => digits(text).then(|| text.parse().ok().map(Found::Number))?,
        Some((whole, decimals)) => (digits(whole) && digits(decimals))
            .then(|| Found::Words([whole, decimals].join(language.decimal_mark().encode_utf8(&mut [0; 4])))),
    }
}

fn fill(line: &str, found: &[Option<Found>]) -> String {
    let values: Vec<Value<'_>> = found
        .iter()
        .map(|found| match found {
            Some(Found::Words(words)) => Value::Text(words),
            Some(Found::Number(number)) => Value::Number(*number),
            None => Value::Text(""),
        })
        .collect();
    i18n::filled(line, &values)
}

/// The parts of an English message; `files` are the names of all files.
pub(super) fn pieces(message: &Message, files: &[&str]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = message.english;
    while let Some(at) = rest.find([i18n::MARK_TEXT, i18n::MARK_NUMBER]) {
        if at > 0 {
            pieces.push(Piece::Text(&rest[..at]));
        }
        // Marks and digits are one byte each.
        let place = rest.as_bytes().get(at + 1).map_or(0, |digit| usize::from(digit.wrapping_sub(b'0')));
        let name = message.names.get(place).copied().unwrap_or_default();
        let file = files.iter().position(|file| *file == name);
        let holds = match file {
            _ if rest.as_bytes()[at] == i18n::MARK_NUMBER as u8 => Holds::Number,
            Some(file) => Holds::Message(file),
            None => Holds::Anything,
        };
        pieces.push(Piece::Hole(place, holds));
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// How much of a message is not in its holes.
fn literal(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.len() } else { 0 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    static FILES: &[(&str, &[Message])] = &[
        (
            "parts",
            &[
                Message { english: "one part", names: &[], others: &["ein Teil"] },
                Message { english: "\u{2}0 parts", names: &["count"], others: &["\u{2}0 Teile"] },
                Message { english: "\u{1}0 and \u{1}1", names: &["one", "parts"], others: &["\u{1}0 und \u{1}1"] },
            ],
        ),
        (
            "wholes",
            &[
                Message { english: "\u{1}0 holds \u{1}1", names: &["name", "parts"], others: &["in \u{1}0: \u{1}1"] },
                Message { english: "the box is empty", names: &[], others: &["die Kiste ist leer"] },
                Message { english: "it took \u{2}0 s", names: &["seconds"], others: &["es dauerte \u{2}0 s"] },
            ],
        ),
    ];

    fn say(text: &str) -> Option<String> {
        Catalogue::new(Language::German, FILES).say(&["wholes"], text)
    }

    #[test]
    fn a_text_finds_its_message() {
        for (english, german) in [
            ("the box is empty", Some("die Kiste ist leer")),
            ("The box is empty.", Some("Die Kiste ist leer.")),
            ("it took 2.5 s", Some("es dauerte 2,5 s")),
            ("it took 1200 s", Some("es dauerte 1\u{202f}200 s")),
            ("it took long s", None),
            ("it took 2. s", None),
            ("a holds hands holds 2 parts", Some("in a holds hands: 2 Teile")),
            ("a holds x and one part", Some("in a: x und ein Teil")),
            ("one part", None),
            ("", None),
        ] {
            assert_eq!(say(english).as_deref(), german, "{english}");
        }
    }

    #[test]
    fn what_is_not_known_stays_in_what_is() {
        assert_eq!(say("a holds water").as_deref(), Some("in a: water"));
    }

    #[test]
    fn no_text_takes_long() {
        let text = format!("a holds {}", "x and ".repeat(600));
        assert!(text.len() < MAX_TEXT);
        let mut search = Search { catalogue: &Catalogue::new(Language::German, FILES), strict: true, steps: MAX_STEPS };
        let wholes = &search.catalogue.files[1];
        assert_eq!(search.sentence(wholes, &text, 0), None);
        assert_eq!(say(&"x".repeat(MAX_TEXT + 1)), None);
    }

    #[test]
    fn english_is_not_translated() {
        assert_eq!(Catalogue::new(Language::English, FILES).say(&["wholes"], "the box is empty"), None);
    }
}
