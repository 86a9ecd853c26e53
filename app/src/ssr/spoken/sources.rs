//! Holds the sources of the use cases against the catalogue: a text that a use case makes has to be in it, or to be
//! named here as one that no page shows; and what is in it has to be made somewhere.

use std::collections::BTreeSet;

use domain::{Capability, PinKind, RequestState, TestStepKind, UserStatus};

use super::catalogue::{Piece, pieces};
use super::literals::{HOLE, literals, shape};
use super::{CATALOGUES, FILES, MISSING, TAGS};
use crate::i18n::Language;

/// Texts that are no messages, or that no page shows as a use case wrote them, by the reason why.
const NOT_SHOWN: &[(&str, &[&str])] = &[
    ("what people write in conditions, the same in every language", &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
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
            "\"all\" or an object with lists `tools`, `resources`, `prompts`",
            "a text, a number, `true`, `false` or a list of these",
            "a list in a list cannot be compared; write one list",
            "a condition is one of `all`, `any`, `none`, or a `path` with an `operator`",
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
        "the description of the REST interface, which is English",
        &[
            "Condition",
            "a text, a number, a truth value or a list",
            "One of `all`, `any`, `none`, or `path` with `operator` and, mostly, `value`.",
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
        &[
            "an answer to another request",
            "on the stream of one request it sent an answer to another, or what cannot be read",
            "unreadable list: {error}",
            "no content type",
        ],
    ),
    ("a place in a file: `pages/groups/words.rs` has its own words for it", &["line {}"]),
    ("the notes of a rule, which people go on writing", &["Approved request for {}", "Blocked on {}"]),
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
            "rule_refs.rule_id, rule_refs.kind, rule_refs.ref_id",
            "rule_versions.rule_id, rule_versions.version",
            "saved_views.user_id, saved_views.list, saved_views.name",
            "mcp_tasks.server_id, mcp_tasks.task",
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
