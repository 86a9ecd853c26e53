//! Reads the texts out of the sources of the program, for the test that holds them against the catalogue.

use std::fs;
use std::path::{Path, PathBuf};

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
    "crates/policy/src/lines.rs",
    "crates/policy/src/query.rs",
    "crates/policy/src/source.rs",
    "crates/policy/src/tree.rs",
    "crates/policy/src/window.rs",
    "crates/mcp/src/envelope.rs",
    "crates/mcp/src/result.rs",
    "crates/mcp/src/scan.rs",
    "crates/gateway/src/answer.rs",
    "crates/gateway/src/forward.rs",
    "crates/gateway/src/limits/mod.rs",
    "crates/gateway/src/limits/record.rs",
    "crates/gateway/src/settle.rs",
    "crates/gateway/src/stream.rs",
    "crates/gateway/src/task.rs",
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

/// A text in a source, with `HOLE` for what is put in.
pub(super) struct Literal {
    pub(super) place: String,
    pub(super) shape: String,
    pub(super) message: bool,
}

pub(super) const HOLE: char = '\u{1}';

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(super) fn literals() -> Vec<Literal> {
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
pub(super) fn shape(text: &str) -> String {
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
