//! Groups and their members as a CSV file (RFC 4180): one line for each member, with the columns [`COLUMNS`]. A group
//! without members has one line with an empty address. The first line of a group has its description, so that long ones
//! do not fill the file.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use domain::{Email, Group, GroupKind, Problem};

use super::DESCRIPTION;
use crate::error::Wrong;
use crate::people::NAME;
use crate::{Error, Result};

/// The columns as they are written.
const COLUMNS: [&str; 4] = ["kind", "group", "description", "email"];

/// Largest file in bytes.
pub const MOST_BYTES: usize = 512 * 1024;

/// Most lines below the first one.
pub const MOST_LINES: usize = 10_000;

/// Most wrong lines that are named one by one.
const MOST_WRONG: usize = 200;

/// The field that what is wrong with the whole file is reported for.
const WHOLE: &str = "csv";

const NOT_UTF_8: &str = "some characters cannot be read; save the file as UTF-8";

/// What begins a formula in a spreadsheet.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell that no spreadsheet takes for a formula.
pub fn defused(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// A cell as it was before [`defused`].
fn fused(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Whether a formula begins here, perhaps behind apostrophes: what was defused already gets another one, so that taking
/// one away leads back.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// The text of a file.
///
/// # Errors
/// `Invalid` when it is no UTF-8.
pub fn text_of_file(bytes: Vec<u8>) -> std::result::Result<String, Problem> {
    String::from_utf8(bytes).map_err(|_| Problem::field(WHOLE, NOT_UTF_8))
}

/// A line of a file whose cells are right by themselves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it stands, counted from 1.
    pub(super) number: usize,
    /// What it says about the kind of the group, if anything.
    pub(super) kind: Option<GroupKind>,
    /// Name of the group.
    pub(super) group: String,
    /// What the group is for, if the line says so.
    pub(super) description: Option<String>,
    /// Who is in it; nobody for a line that is about the group alone.
    pub(super) email: Option<Email>,
}

/// What is wrong with the lines of a file.
#[derive(Debug, Default)]
pub(super) struct WrongLines(Vec<(usize, String)>);

impl WrongLines {
    /// Notes what is wrong with a line.
    pub(super) fn add(&mut self, line: usize, why: impl Into<String>) {
        self.0.push((line, why.into()));
    }

    /// Refuses the file when anything is wrong: the first [`MOST_WRONG`] errors by line, and how many more there are.
    pub(super) fn check(mut self) -> Result<()> {
        self.0.sort_by_key(|(line, _)| *line);
        let more = self.0.len().saturating_sub(MOST_WRONG);
        self.0.truncate(MOST_WRONG);
        let mut wrong = Wrong::new();
        for (line, why) in self.0 {
            wrong.add(format!("line {line}"), why);
        }
        if more > 0 {
            wrong.add(WHOLE, format!("{more} more things are wrong further down; correct these first"));
        }
        wrong.check()
    }
}

/// Which cell of a line is what.
struct Header {
    cells: usize,
    kind: Option<usize>,
    group: usize,
    description: Option<usize>,
    email: usize,
}

/// The lines of a file, and what is wrong with the others.
///
/// # Errors
/// `Invalid` when the file as a whole cannot be understood: too large, empty, without the columns that are needed, or
/// with a quotation mark that is never closed.
pub(super) fn read(text: &str) -> Result<(Vec<Line>, WrongLines)> {
    let whole = |why: String| Error::from(Problem::field(WHOLE, why));
    if text.len() > MOST_BYTES {
        return Err(whole(format!(
            "use at most {MOST_BYTES} bytes, and another file for the rest; where people are also taken out, keep each \
             group in one file"
        )));
    }
    let mut records = records(text)?.into_iter();
    let Some((number, first)) = records.next() else {
        return Err(whole(
            "the file is empty; its first line names the columns kind, group, description and email".into(),
        ));
    };
    let header = header(&first).map_err(|why| Problem::field(format!("line {number}"), why))?;
    if records.len() == 0 {
        return Err(whole("there is no line below the names of the columns".into()));
    }
    if records.len() > MOST_LINES {
        return Err(whole(format!(
            "use at most {MOST_LINES} lines, and another file for the others; where people are also taken out, keep each \
             group in one file"
        )));
    }
    let (mut lines, mut wrong) = (Vec::new(), WrongLines::default());
    for (number, record) in records {
        lines.extend(line(number, &record, &header, &mut wrong));
    }
    Ok((lines, wrong))
}

/// The records of a file that have anything in them, by the number of the line in which each begins.
fn records(text: &str) -> Result<Vec<(usize, StringRecord)>> {
    /// Follows the file. It is swallowed by a quotation mark that is never closed, of which the reader says nothing.
    const END: &str = "\u{1}end";
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = [&text.replace("\r\n", "\n").replace('\r', "\n"), "\n", END, "\n"].concat();
    let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = Vec::new();
    // The reader passes over empty lines without counting them to either side.
    let (mut at, mut number) = (0, 1);
    for record in reader.into_records() {
        let record = record.map_err(|why| Error::broken("a file in memory", why))?;
        let from = record.position().and_then(|place| usize::try_from(place.byte()).ok()).unwrap_or(at);
        let rest = text.get(from..).unwrap_or_default();
        let begin = text.len() - rest.trim_start_matches('\n').len();
        number += text.get(at..begin).unwrap_or_default().matches('\n').count();
        at = begin;
        records.push((number, record));
    }
    match records.pop() {
        Some((_, end)) if end.len() == 1 && &end[0] == END => {}
        _ => {
            let why = "a quotation mark is opened here and never closed";
            return Err(Problem::field(format!("line {number}"), why).into());
        }
    }
    records.retain(|(_, record)| record.iter().any(|cell| !cell.trim().is_empty()));
    Ok(records)
}

fn header(names: &StringRecord) -> std::result::Result<Header, String> {
    let mut found = [None; COLUMNS.len()];
    // Spreadsheets put empty columns behind those that are used.
    let cells = (0..names.len()).rfind(|at| !names[*at].trim().is_empty()).map_or(0, |last| last + 1);
    for (place, name) in names.iter().take(cells).enumerate() {
        let name = name.trim().to_lowercase();
        let Some(column) = COLUMNS.iter().position(|column| *column == name) else {
            if cells == 1 && name.contains(';') {
                return Err("separate the columns by commas, not by semicolons".to_owned());
            }
            return Err(format!("there is no column “{name}”; use kind, group, description and email"));
        };
        if found[column].replace(place).is_some() {
            return Err(format!("{name} is there twice"));
        }
    }
    let needed = |column: usize| {
        let missing = || format!("name the columns in the first line; “{}” is missing", COLUMNS[column]);
        found[column].ok_or_else(missing)
    };
    Ok(Header { cells, kind: found[0], group: needed(1)?, description: found[2], email: needed(3)? })
}

/// A line, unless something is wrong with it.
fn line(number: usize, record: &StringRecord, header: &Header, wrong: &mut WrongLines) -> Option<Line> {
    let (cells, expected) = (record.len(), header.cells);
    if cells < expected || record.iter().skip(expected).any(|cell| !cell.trim().is_empty()) {
        wrong.add(
            number,
            format!("this line has {cells} cells and the first one {expected}; put cells that contain a comma into quotation marks"),
        );
        return None;
    }
    let before = wrong.0.len();
    let cell = |place: usize| fused(record.get(place).unwrap_or_default().trim()).trim();
    let mut bad = |why: String| wrong.add(number, why);
    let group = cell(header.group);
    if group.is_empty() {
        bad("enter the name of the group".to_owned());
    }
    let description = header.description.map(cell).filter(|text| !text.is_empty());
    for (text, most, of) in [(group, NAME, "name"), (description.unwrap_or_default(), DESCRIPTION, "description")] {
        if text.chars().count() > most {
            bad(match of {
                "name" => format!("shorten the name of the group to at most {most} characters"),
                _ => format!("shorten the description to at most {most} characters"),
            });
        }
        if text.contains(char::REPLACEMENT_CHARACTER) {
            bad(NOT_UTF_8.to_owned());
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            bad("remove control characters".to_owned());
        }
    }
    let kind = header.kind.map(cell).filter(|word| !word.is_empty()).map(|word| {
        let kind: Option<GroupKind> = word.to_lowercase().parse().ok();
        if kind.is_none() {
            bad(format!("there is no kind “{word}”; write group or job_role, or nothing"));
        }
        kind
    });
    let email = Some(cell(header.email)).filter(|text| !text.is_empty()).map(|text| {
        let email: std::result::Result<Email, _> = text.parse();
        email.map_err(|why| bad(why.to_string())).ok()
    });
    if wrong.0.len() > before {
        return None;
    }
    let (group, description) = (group.to_owned(), description.map(str::to_owned));
    Some(Line { number, kind: kind.flatten(), group, description, email: email.flatten() })
}

/// The file of these groups with their members.
pub(super) fn write<'a>(groups: impl Iterator<Item = (&'a Group, Vec<&'a Email>)>) -> Result<String> {
    let broken = |why: csv::Error| Error::broken("a file in memory", why);
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(broken)?;
    for (group, members) in groups {
        let nobody = members.is_empty().then_some("");
        let descriptions = std::iter::once(group.description.as_str()).chain(std::iter::repeat(""));
        for (email, description) in members.into_iter().map(Email::as_str).chain(nobody).zip(descriptions) {
            let cells = [group.kind.as_str(), &group.name, description, email];
            writer.write_record(cells.map(|cell| defused(cell).into_owned())).map_err(broken)?;
        }
    }
    let bytes = writer.into_inner().map_err(|why| Error::broken("a file in memory", why.error()))?;
    String::from_utf8(bytes).map_err(|why| Error::broken("a file in memory", why))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cell_comes_back_as_it_was(cell in "'{0,3}[=+@\t\r-]?'?[a=' -]{0,4}") {
            let written = defused(&cell);
            prop_assert_eq!(fused(&written), cell.as_str());
            prop_assert!(!written.starts_with(FORMULA), "{}", written);
        }
    }
}
