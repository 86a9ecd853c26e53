//! Reads the SQL out of the source: a tokenizer that knows just enough Rust.

use std::fs;
use std::path::{Path, PathBuf};

/// A statement as it stands in the source.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) place: String,
    pub(crate) sqlite: String,
    pub(crate) postgres: String,
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

/// Every statement of the crates that use the kernel.
pub(crate) fn statements() -> Vec<Statement> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in a directory");
    let mut files = Vec::new();
    for name in ["store", "ledger"] {
        rust_files(&crates.join(name).join("src"), &mut files);
    }
    files.iter().flat_map(|file| of_file(file)).collect()
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a source directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn of_file(path: &Path) -> Vec<Statement> {
    let source = fs::read_to_string(path).expect("a source file");
    of_source(&source, &path.display().to_string())
}

pub(crate) fn of_source(source: &str, place: &str) -> Vec<Statement> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut fragments: Option<Fragments> = None;
    for index in 0..tokens.len() {
        let rest = &tokens[index..];
        let before = index.checked_sub(1).map(|i| &tokens[i]);
        let is_call = |names: &[&str]| matches!(rest, [Token::Word(word), Token::Mark('('), ..] if names.contains(&word.as_str()));
        if word(&rest[0]) == Some("fn") {
            found.extend(fragments.take().into_iter().flat_map(|f| f.statements(place)));
        } else if is_call(&["sql"]) && before.and_then(word) != Some("fn") {
            found.push(literal(&rest[2..], place));
        } else if is_call(&["select", "list"]) && is_literal(rest.get(2)) {
            found.extend(fragments.take().into_iter().flat_map(|f| f.statements(place)));
            fragments = Some(Fragments::of(literal(&rest[2..], place)));
        } else if before == Some(&Token::Mark('.'))
            && let (Some(fragments), Some(Token::Text(text))) = (&mut fragments, rest.get(2))
        {
            match word(&rest[0]) {
                Some("and" | "and_all") => fragments.conditions.push(text.clone()),
                Some("and_in") => fragments.conditions.push(format!("{text}(?)")),
                Some("push" | "push_all" | "push_plain") => fragments.ends.push(text.clone()),
                _ => {}
            }
        }
    }
    found.extend(fragments.into_iter().flat_map(|f| f.statements(place)));
    found
}

fn is_literal(token: Option<&Token>) -> bool {
    token.is_some_and(|token| matches!(token, Token::Text(_)) || word(token) == Some("Sql"))
}

/// `"…"` or `Sql { sqlite: "…", postgres: "…" }`; anything else would escape this test.
fn literal(tokens: &[Token], place: &str) -> Statement {
    let place = place.to_owned();
    match tokens {
        [Token::Text(text), ..] => Statement { place, sqlite: text.clone(), postgres: text.clone() },
        [
            Token::Word(sql),
            Token::Mark('{'),
            Token::Word(first),
            Token::Mark(':'),
            Token::Text(sqlite),
            Token::Mark(','),
            Token::Word(second),
            Token::Mark(':'),
            Token::Text(postgres),
            ..,
        ] if sql == "Sql" && first == "sqlite" && second == "postgres" => {
            Statement { place, sqlite: sqlite.clone(), postgres: postgres.clone() }
        }
        _ => panic!("{place}: sql( must be followed by a literal: {:?}", &tokens[..tokens.len().min(4)]),
    }
}

/// A list and the fragments that its function may add.
#[derive(Debug)]
struct Fragments {
    base: Statement,
    conditions: Vec<String>,
    ends: Vec<String>,
}

impl Fragments {
    const fn of(base: Statement) -> Self {
        Self { base, conditions: Vec::new(), ends: Vec::new() }
    }

    /// With no condition, with each, and with all together; with each end.
    fn statements(self, place: &str) -> Vec<Statement> {
        let ends = if self.ends.is_empty() { vec![String::new()] } else { self.ends };
        let mut conditions = vec![String::new(), self.conditions.concat()];
        conditions.extend(self.conditions);
        let mut statements = Vec::new();
        for end in &ends {
            for condition in &conditions {
                let whole = |base: &str| numbered(base, &format!("{condition}{end}"));
                let (sqlite, postgres) = (whole(&self.base.sqlite), whole(&self.base.postgres));
                statements.push(Statement { place: place.to_owned(), sqlite, postgres });
            }
        }
        statements
    }
}

/// Replaces each `?` by the number that the builder gives it.
fn numbered(base: &str, fragments: &str) -> String {
    let mut next = 1;
    while base.contains(&format!("${next}")) {
        next += 1;
    }
    let mut text = base.to_owned();
    for c in fragments.chars() {
        if c == '?' {
            text.push('$');
            text.push_str(&next.to_string());
            next += 1;
        } else {
            text.push(c);
        }
    }
    text
}

fn word(token: &Token) -> Option<&str> {
    if let Token::Word(word) = token { Some(word) } else { None }
}

fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c == '/' && chars.get(at + 1) == Some(&'/') {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if c == '"' {
            let mut text = String::new();
            at += 1;
            while chars[at] != '"' {
                if chars[at] == '\\' {
                    at += 1;
                    match chars[at] {
                        'n' => text.push('\n'),
                        // A line that continues: the indentation is not part of the text.
                        '\n' => {
                            while chars[at + 1].is_whitespace() {
                                at += 1;
                            }
                        }
                        other => text.push(other),
                    }
                } else {
                    text.push(chars[at]);
                }
                at += 1;
            }
            at += 1;
            tokens.push(Token::Text(text));
        } else if c == '\'' {
            // A character literal ('x' or '\x'); a lifetime has no closing quote that near.
            let length = if chars.get(at + 1) == Some(&'\\') { 3 } else { 2 };
            at += if chars.get(at + length) == Some(&'\'') { length + 1 } else { 1 };
        } else if c.is_alphanumeric() || c == '_' {
            let mut word = String::new();
            while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_') {
                word.push(chars[at]);
                at += 1;
            }
            tokens.push(Token::Word(word));
        } else {
            if !c.is_whitespace() {
                tokens.push(Token::Mark(c));
            }
            at += 1;
        }
    }
    tokens
}
