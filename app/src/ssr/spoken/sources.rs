//! Holds the sources of the use cases against the catalogue: a text that a use case makes has to be in it, or to be
//! named here as one that no page shows; and what is in it has to be made somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use domain::{Capability, PinKind, RequestState, TestStepKind, UserStatus};

use super::catalogue::{Piece, pieces};
use super::{CATALOGUES, FILES, MISSING, TAGS};
use crate::i18n::Language;

/// Where texts come from that a page may show: folders and files, from the root of the repository.
const SOURCES: &[&str] = &[
    "crates/service/src",
    "crates/domain/src",
    "crates/upstream/src",
    "crates/net/src",
    "crates/guard/src",
    "crates/store/src/error.rs",
    "crates/directory/src/access.rs",
    "crates/directory/src/pins.rs",
    "crates/policy/src/check.rs",
    "crates/policy/src/query.rs",
    "crates/mcp/src/envelope.rs",
    "crates/mcp/src/result.rs",
    "crates/mcp/src/scan.rs",
    "crates/gateway/src/answer.rs",
    "crates/gateway/src/forward.rs",
    "crates/gateway/src/limits/mod.rs",
    "crates/gateway/src/limits/record.rs",
    "crates/gateway/src/settle.rs",
    "crates/gateway/src/stream.rs",
    "crates/ledger/src/cut.rs",
    "app/src/pages",
    "app/src/parse.rs",
    "app/src/ssr/form_post.rs",
    "app/src/url.rs",
];

/// What is not looked into: the made-up organisation of a demonstration, the gallery of components, and views, whose
/// words are in `texts/`.
const NOT_LOOKED_INTO: &[&str] = &["/demo/", "/demo.rs", "/gallery/"];

/// Of the pages, what server functions answer with.
const ANSWERING: &[&str] = &["/api.rs", "/requests/prefill.rs", "/servers/limits.rs"];

/// What is given to these is for the log, the audit log or nobody.
const SILENT: &[&str] = &[
    "tracing::debug!",
    "tracing::error!",
    "tracing::info!",
    "tracing::warn!",
    "Error::broken",
    ".commit_unaudited",
    ".debug_struct",
    ".expect",
    "env!",
    "fn ",
];

/// Single words that are given to these are shown; other texts are recognised by a space or a capital letter.
const SPEAKING: &[&str] = &["not_found", "another_admin", "tell_rule_ended", "tell_server_ended", "late"];

/// Texts that are no messages, or that no page shows as a use case wrote them, by the reason why.
const NOT_SHOWN: &[(&str, &[&str])] = &[
    (
        "for the audit log and other logs, which are English",
        &[
            "no such server",
            "setup link",
            "reset link",
            "reading one's own notifications is no event",
            "views are private notes about how to look at a list; they open nothing",
            "it took longer than {} s",
            "the exchange failed; the report of the connection test says how",
        ],
    ),
    (
        "faults, of which a page shows the correlation id only, or for who starts the program",
        &[
            "{what} is not usable: {why}",
            "{0} is taken already",
            "what this refers to does not exist any more; reload and try again",
            "the database file is damaged or is not a database; stop Drawbridge and restore it from a backup",
            "another drawbridge ({}) is using {}; stop it or choose another --data-dir",
            "unknown pid",
            "pid {pid}",
            "{engine} {found} is too old; use {needed} or later",
            "DATABASE_URL is not a PostgreSQL address such as postgres://user:password@host/database",
            "cannot use {}: {source}; check that it exists and belongs to this user",
            "the database could not be migrated; nothing was half-applied, see the cause and start again",
            "this cursor does not belong to this list; start from its first page",
            "a stored value cannot be read; the database was changed from outside or by a newer version",
            "the database refused a statement",
            "\"all\" or a list of names and patterns",
            "a problem of an unknown kind, or without what its kind needs",
        ],
    ),
    (
        "kinds of problems: `AppError::words` has its own words for them",
        &[
            "sign in to continue",
            "{what} not found",
            "too many attempts; try again in {retry_after_seconds} seconds",
            "something went wrong on our side; give your administrator this id: {correlation}",
            "the input is not valid",
            "{}: {} (and {} more)",
        ],
    ),
    (
        "lines of a request's history: `pages/requests/parts.rs` has its own words for them",
        &[
            "Requested",
            "Resubmitted",
            "Approved",
            "Rejected",
            "Withdrawn",
            "Connection tested",
            "Connection test failed",
        ],
    ),
    (
        "labels: pages take theirs from `texts/*/states.ftl`",
        &[
            "Streamable HTTP",
            "HTTP + SSE (2024)",
            "None",
            "API key or headers",
            "OAuth",
            "Development",
            "Projects",
            "Knowledge",
            "Communication",
            "Data",
            "Operations",
            "Business",
            "Finance",
            "Design",
            "Web",
            "User",
            "Administrator",
            "Super administrator",
        ],
    ),
    (
        "for AI clients, which are told in English",
        &[
            "your access ended while the call waited for its turn",
            "unreadable id",
            "the server does not offer a listening stream",
        ],
    ),
    (
        "what was found instead of MCP, in brackets behind a fault",
        &["an answer to another request", "unreadable list: {error}", "no content type"],
    ),
    ("the notes of a rule, which people go on writing", &["Approved request for {}"]),
    ("stands for a host, and every address has one", &["the server"]),
    (
        "names, snippets and codes, the same in every language",
        &[
            "Authorization",
            "Bearer ${env:DRAWBRIDGE_API_KEY}",
            "Drawbridge API key",
            "claude mcp add --transport http {slug} {url} --header \"Authorization: Bearer $DRAWBRIDGE_API_KEY\"",
            "Sort",
            "SecretText(…)",
            "Drawbridge",
            "a request",
            "application/json, text/event-stream",
            "MCP {}, {info}",
            "MCP {}",
            " (HTTP+SSE)",
            "GET",
            "failed to lookup address information: ",
            "TLS 1.2",
            "TLS 1.3",
            "XX001",
            "XX002",
            "group_members.group_id, group_members.user_id",
            "secrets.owner_id, secrets.kind, secrets.name",
            "pins.server_id, pins.kind, pins.name",
            "drafts.user_id, drafts.key",
            "saved_views.user_id, saved_views.list, saved_views.name",
            "audit.node, audit.seq",
            "call_hours.hour, call_hours.server_id, call_hours.tool, call_hours.user_id, call_hours.client_name",
            "UNIQUE constraint failed: ",
            "correlation id",
        ],
    ),
];

fn not_shown() -> BTreeSet<String> {
    NOT_SHOWN.iter().flat_map(|(_, texts)| texts.iter().map(|text| shape(text))).collect()
}

/// A text in a source, with `HOLE` for what is put in.
struct Literal {
    place: String,
    shape: String,
    message: bool,
}

const HOLE: char = '\u{1}';

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn literals() -> Vec<Literal> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&root().join(source), &mut files);
    }
    let mut all = Vec::new();
    for file in files {
        let name = file.strip_prefix(root()).expect("below the root").display().to_string();
        let views = name.starts_with("app/src/pages/") && !ANSWERING.iter().any(|part| name.ends_with(part));
        if !views && !NOT_LOOKED_INTO.iter().any(|part| name.contains(part)) {
            let source = fs::read_to_string(&file).expect("a source");
            Reader { source: source.chars().collect(), at: 0, calls: Vec::new() }.read(&name, &mut all);
        }
    }
    assert!(all.len() > 1000, "the sources are where they were: {}", all.len());
    all
}

fn collect(place: &Path, files: &mut Vec<PathBuf>) {
    if place.is_file() {
        files.push(place.to_owned());
        return;
    }
    let entries = fs::read_dir(place).unwrap_or_else(|why| panic!("{}: {why}", place.display()));
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "rs") {
            collect(&path, files);
        }
    }
}

/// Reads the texts out of a source: enough of Rust to tell them from comments, attributes and characters.
struct Reader {
    source: Vec<char>,
    at: usize,
    /// The calls around, by what stands before their parentheses.
    calls: Vec<String>,
}

impl Reader {
    fn read(mut self, name: &str, all: &mut Vec<Literal>) {
        while let Some(&c) = self.source.get(self.at) {
            match c {
                '/' if self.next_is("//") => self.skip_to("\n"),
                '/' if self.next_is("/*") => self.skip_to("*/"),
                '#' if self.next_is("#[cfg(test)]") => return,
                '#' if !self.next_is("#[error(") && (self.next_is("#[") || self.next_is("#![")) => {
                    self.skip_attribute();
                }
                '(' => {
                    let before = self.before();
                    self.calls.push(before);
                    self.at += 1;
                }
                ')' => {
                    self.calls.pop();
                    self.at += 1;
                }
                '\'' => self.skip_character(),
                'r' if (self.next_is("r\"") || self.next_is("r#\"")) && !self.in_word() => {
                    let end = if self.next_is("r#") { "\"#" } else { "\"" };
                    self.skip_to("\"");
                    let begin = self.at;
                    self.skip_to(end);
                    let text: String = self.source[begin..self.at - end.len()].iter().collect();
                    self.take(name, &text, all);
                }
                '"' => {
                    let text = self.text();
                    self.take(name, &text, all);
                }
                _ => self.at += 1,
            }
        }
    }

    fn next_is(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.source.get(self.at + i) == Some(&c))
    }

    fn in_word(&self) -> bool {
        self.at > 0 && (self.source[self.at - 1].is_alphanumeric() || self.source[self.at - 1] == '_')
    }

    fn skip_to(&mut self, end: &str) {
        while self.at < self.source.len() && !self.next_is(end) {
            self.at += 1;
        }
        self.at += end.len();
    }

    fn skip_attribute(&mut self) {
        let mut depth = 0;
        while let Some(&c) = self.source.get(self.at) {
            if c == '"' {
                self.text();
                continue;
            }
            self.at += 1;
            match c {
                '[' => depth += 1,
                ']' if depth == 1 => return,
                ']' => depth -= 1,
                _ => {}
            }
        }
    }

    /// A character or a lifetime.
    fn skip_character(&mut self) {
        if self.source.get(self.at + 1) == Some(&'\\') {
            self.at += 3;
            self.skip_to("'");
        } else if self.source.get(self.at + 2) == Some(&'\'') {
            self.at += 3;
        } else {
            self.at += 1;
        }
    }

    /// What stands before an opening parenthesis, on the same line.
    fn before(&self) -> String {
        let begin = self.source[..self.at].iter().rposition(|c| *c == '\n').map_or(0, |at| at + 1);
        self.source[begin..self.at].iter().collect()
    }

    /// A text in quotes, without its escapes.
    fn text(&mut self) -> String {
        let mut text = String::new();
        self.at += 1;
        while let Some(&c) = self.source.get(self.at) {
            self.at += 1;
            match c {
                '"' => break,
                '\\' => {
                    let escaped = self.source.get(self.at).copied().unwrap_or_default();
                    self.at += 1;
                    match escaped {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        '\n' => {
                            while self.source.get(self.at).is_some_and(|c| c.is_whitespace()) {
                                self.at += 1;
                            }
                        }
                        other => text.push(other),
                    }
                }
                c => text.push(c),
            }
        }
        text
    }

    fn take(&self, name: &str, text: &str, all: &mut Vec<Literal>) {
        if self.calls.iter().any(|call| SILENT.iter().any(|silent| call.ends_with(silent))) {
            return;
        }
        let shape = shape(text);
        let line = self.source[..self.at].iter().filter(|c| **c == '\n').count() + 1;
        let words = shape.chars().any(char::is_alphabetic);
        let speaking = self.calls.last().is_some_and(|call| SPEAKING.iter().any(|speaking| call.ends_with(speaking)));
        let message = words && (speaking || shape.contains(' ') || shape.starts_with(char::is_uppercase));
        all.push(Literal { place: format!("{name}:{line}"), shape, message });
    }
}

/// A text as `format!` sees it.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        shape.push_str(&rest[..at]);
        let doubled = rest[at..].starts_with("{{") || rest[at..].starts_with("}}");
        let end = rest[at..].find('}').filter(|_| rest[at..].starts_with('{'));
        match end {
            _ if doubled => {
                shape.push_str(&rest[at..=at]);
                rest = &rest[at + 2..];
            }
            Some(end) => {
                shape.push(HOLE);
                rest = &rest[at + end + 1..];
            }
            None => {
                shape.push_str(&rest[at..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    shape.push_str(rest);
    shape
}

/// A text that begins with a space is put behind another one.
fn behind(shape: &str) -> String {
    if shape.starts_with(' ') { format!("{HOLE}{shape}") } else { shape.to_owned() }
}

/// The shapes of all messages, with their files.
fn known() -> Vec<(&'static str, String)> {
    let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
    let mut known = Vec::new();
    for (file, messages) in FILES {
        for message in *messages {
            let parts = pieces(message, &names);
            assert!(
                !parts.windows(2).any(|two| matches!(two, [Piece::Hole(..), Piece::Hole(..)])),
                "{file}: two holes side by side cannot be told apart: {}",
                message.english
            );
            let shape = parts.iter().fold(String::new(), |shape, piece| match piece {
                Piece::Text(text) => shape + text,
                Piece::Hole(..) => shape + HOLE.encode_utf8(&mut [0; 4]),
            });
            known.push((*file, shape));
        }
    }
    known
}

#[test]
fn every_text_of_a_use_case_is_known() {
    let known: BTreeSet<String> = known().into_iter().map(|(_, shape)| shape).collect();
    let not_shown = not_shown();
    let is_known =
        |shape: &String| known.contains(shape) || known.contains(&behind(shape)) || not_shown.contains(shape);
    let unknown: Vec<String> = literals()
        .into_iter()
        .filter(|literal| literal.message && !is_known(&literal.shape))
        .map(|literal| format!("{}: {}", literal.place, literal.shape.replace(HOLE, "{}")))
        .collect();
    assert!(
        unknown.is_empty(),
        "texts that `app/texts-server` does not have; add them there in every language (or to `NOT_SHOWN` here, when \
         no page shows them):\n{}",
        unknown.join("\n")
    );
}

#[test]
fn every_message_is_said_by_something() {
    // Words of enumerations are written with underscores.
    let made: BTreeSet<String> = literals()
        .into_iter()
        .flat_map(|literal| [literal.shape.replace('_', " "), behind(&literal.shape), literal.shape])
        .collect();
    let unused: Vec<String> = known()
        .into_iter()
        .filter(|(_, shape)| shape.chars().any(char::is_alphabetic) && !made.contains(shape))
        .map(|(file, shape)| format!("{file}: {}", shape.replace(HOLE, "{}")))
        .collect();
    assert!(unused.is_empty(), "nothing says this any more:\n{}", unused.join("\n"));
    let listed: Vec<String> = not_shown().into_iter().filter(|shape| !made.contains(shape)).collect();
    assert!(listed.is_empty(), "take these off the list: {listed:?}");
}

#[test]
fn every_language_says_everything() {
    assert_eq!(MISSING, &[] as &[&str], "messages that English has");
    let languages: Vec<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
    assert_eq!(TAGS, languages, "the folders of texts-server/");
}

#[test]
fn words_of_enumerations_are_known() {
    let german = &CATALOGUES[Language::German as usize];
    let words = |file: &'static str, words: Vec<String>| {
        for word in words {
            assert!(german.say(&[file], &word).is_some(), "{file}: {word}");
        }
    };
    words("rights", Capability::ALL.iter().map(|right| right.as_str().replace('_', " ")).collect());
    words("states", UserStatus::ALL.iter().map(ToString::to_string).collect());
    words("states", RequestState::ALL.iter().map(ToString::to_string).collect());
    words("definitions", PinKind::ALL.iter().map(ToString::to_string).collect());
    words("steps", TestStepKind::ALL.iter().map(|step| step.label().to_owned()).collect());
}

#[test]
fn texts_are_told_from_the_rest_of_a_source() {
    let source = r##"
        // "a comment"
        #[serde(default = "an attribute")]
        #[error("the {thing} is 'gone'")]
        fn f<'a>(c: char) -> &'a str {
            tracing::warn!(why = g("one log"), "another log");
            let quote = '"';
            wrong.add("name", format!("use {{at}} most {max:>3} \"characters\", \
                and no more"));
            Problem::not_found("group"); other("word");
            r#"a "raw" text"#
        }
        #[cfg(test)]
        mod tests { const A: &str = "a test"; }
    "##;
    let mut found = Vec::new();
    Reader { source: source.chars().collect(), at: 0, calls: Vec::new() }.read("a.rs", &mut found);
    let messages: Vec<String> =
        found.into_iter().filter(|literal| literal.message).map(|literal| literal.shape.replace(HOLE, "…")).collect();
    assert_eq!(messages, ["the … is 'gone'", "use {at} most … \"characters\", and no more", "group", "a \"raw\" text"]);
}
