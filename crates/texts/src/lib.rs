//! The console's texts: Fluent files of every language, checked against each other when the console is built.
//!
//! English is the measure: it says which messages there are and what they are made of; another language has the same
//! messages with the same variables, or falls back to English where one is missing. Of Fluent (the syntax guide,
//! projectfluent.org) the parts are used that the console needs: variables, `NUMBER()`, and selection by number with
//! the categories `one` and `other` or exact numbers. Anything else is refused by name, so nothing is silently left out.
//!
//! A message becomes one line of a table ([`Language::table`]); its place in it is the same in every language. What is
//! not plain text in it is marked by control characters, which [`mark`] names and the console's `i18n` reads.

mod compile;
mod rust;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use rust::functions;

/// The language that all others are measured by.
pub const FIRST: &str = "en";

/// What stands in a line of the table for the parts of a message that are not plain text.
pub mod mark {
    /// Between the messages of a table.
    pub const NEXT: char = '\u{1e}';
    /// A text; the next character is `'0' + ` its place among the arguments.
    pub const TEXT: char = '\u{1}';
    /// A number, likewise.
    pub const NUMBER: char = '\u{2}';
    /// A choice by number, likewise; its cases follow, the last one is for everything else.
    pub const CHOICE: char = '\u{3}';
    /// Between the key of a case (`one`, a number, or nothing) and its text.
    pub const CASE: char = '\u{4}';
    /// After the text of a case.
    pub const CASE_END: char = '\u{5}';
    /// After the last case.
    pub const CHOICE_END: char = '\u{6}';
}

/// Why the texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("{0} cannot be read: {1}")]
    Read(PathBuf, std::io::Error),
    /// It is not Fluent, or uses a part of it that the console does not have.
    #[error("{file}: {why}")]
    Text {
        /// The file.
        file: String,
        /// What is wrong, and what to write instead.
        why: String,
    },
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    /// Words, as they are.
    Text,
    /// A whole number.
    Number,
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name, as Rust has it.
    pub name: String,
    /// What it is.
    pub kind: ArgumentKind,
}

/// A message as one language has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its line in the table.
    pub line: String,
    /// What it is filled with, in the order of the first mention in English.
    pub arguments: Vec<Argument>,
    /// True when it is one text around one argument, without a choice.
    pub around: bool,
}

/// The messages of a file by their id without the name of the file.
pub type File = BTreeMap<String, Message>;

/// The texts of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// Its tag (BCP 47), which is the name of its folder.
    pub tag: String,
    /// Its files by name.
    pub files: BTreeMap<String, File>,
    /// Messages that English has and this language lacks.
    pub missing: Vec<String>,
}

impl Language {
    /// All messages in one text, in the order of their numbers.
    pub fn table(&self) -> String {
        let lines: Vec<&str> = self.files.values().flat_map(BTreeMap::values).map(|m| m.line.as_str()).collect();
        lines.join(&mark::NEXT.to_string())
    }
}

/// Reads every language in a folder that holds one folder for each; English comes first.
///
/// # Errors
/// When a file cannot be read, is not Fluent, or does not agree with English.
pub fn read(folder: &Path) -> Result<Vec<Language>, Error> {
    let english = read_language(folder, FIRST, None)?;
    let mut tags: Vec<String> = names(folder)?.into_iter().filter(|name| name != FIRST).collect();
    tags.sort();
    let others: Vec<Language> =
        tags.iter().map(|tag| read_language(folder, tag, Some(&english))).collect::<Result<_, _>>()?;
    Ok(std::iter::once(english).chain(others).collect())
}

fn read_language(folder: &Path, tag: &str, english: Option<&Language>) -> Result<Language, Error> {
    let folder = folder.join(tag);
    let mut files = BTreeMap::new();
    for name in names(&folder)? {
        let Some(stem) = name.strip_suffix(".ftl") else { continue };
        let place = folder.join(&name);
        let source = std::fs::read_to_string(&place).map_err(|why| Error::Read(place, why))?;
        let of = english.map(|english| english.files.get(stem));
        let file = match of {
            Some(None) => return Err(wrong(&format!("{tag}/{name}"), "English has no file of this name")),
            Some(Some(measure)) => compile::file(tag, stem, &source, Some(measure))?,
            None => compile::file(tag, stem, &source, None)?,
        };
        files.insert(stem.to_owned(), file);
    }
    let missing = english.map(|english| complete(&mut files, english)).unwrap_or_default();
    Ok(Language { tag: tag.to_owned(), files, missing })
}

/// Takes from English what is missing, and names it.
fn complete(files: &mut BTreeMap<String, File>, english: &Language) -> Vec<String> {
    let mut missing = Vec::new();
    for (stem, messages) in &english.files {
        let own = files.entry(stem.clone()).or_default();
        for (id, message) in messages {
            if !own.contains_key(id) {
                own.insert(id.clone(), message.clone());
                missing.push(format!("{stem}-{id}"));
            }
        }
    }
    missing
}

fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let unreadable = |why| Error::Read(folder.to_owned(), why);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn wrong(file: &str, why: impl Into<String>) -> Error {
    Error::Text { file: file.to_owned(), why: why.into() }
}
