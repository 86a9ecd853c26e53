//! The texts as Rust: one module for each file, one function for each message.

use std::fmt::Write as _;

use crate::{Argument, ArgumentKind, Language, Message};

/// The source of the functions that give the texts, numbered as the lines of [`Language::table`].
///
/// A message without arguments gives `&'static str`, one with arguments a `String`. One that stands around a single
/// text has a second function, `…_around`, that gives what comes before and after, for views that put an element there.
/// The first text has the number `first`.
pub fn functions(english: &Language, first: usize) -> String {
    let mut source = String::new();
    let mut number = first;
    for (file, messages) in &english.files {
        // Writing to a `String` cannot fail.
        let _ = writeln!(source, "/// Texts of `{file}.ftl`.\npub mod {} {{", identifier(file));
        for (id, message) in messages {
            function(&mut source, &identifier(id), number, message);
            number += 1;
        }
        source.push_str("}\n");
    }
    let _ = writeln!(source, "/// How many texts there are.\npub const COUNT: usize = {};", number - first);
    source
}

fn function(source: &mut String, name: &str, number: usize, message: &Message) {
    let shown = shown(message);
    if message.arguments.is_empty() {
        let _ = writeln!(source, "/// “{shown}”\npub fn {name}() -> &'static str {{ crate::i18n::text({number}) }}");
        return;
    }
    let parameters: Vec<String> = message.arguments.iter().map(parameter).collect();
    let values: Vec<String> = message.arguments.iter().map(value).collect();
    let _ = writeln!(
        source,
        "/// “{shown}”\npub fn {name}({}) -> String {{ crate::i18n::fill({number}, &[{}]) }}",
        parameters.join(", "),
        values.join(", ")
    );
    if message.around {
        let _ = writeln!(
            source,
            "/// What stands before and after the element in “{shown}”.\n\
             pub fn {name}_around() -> [&'static str; 2] {{ crate::i18n::around({number}) }}"
        );
    }
}

fn parameter(argument: &Argument) -> String {
    match argument.kind {
        ArgumentKind::Text => format!("{}: &str", argument.name),
        ArgumentKind::Number => format!("{}: impl crate::i18n::Number", argument.name),
    }
}

fn value(argument: &Argument) -> String {
    match argument.kind {
        ArgumentKind::Text => format!("crate::i18n::Value::Text({})", argument.name),
        ArgumentKind::Number => format!("crate::i18n::Value::Number(crate::i18n::Number::number({}))", argument.name),
    }
}

fn identifier(id: &str) -> String {
    let name = id.replace('-', "_");
    // Words that Rust keeps for itself.
    if matches!(name.as_str(), "type" | "move" | "in" | "for" | "use" | "mod" | "match" | "loop" | "as" | "if" | "else")
    {
        format!("{name}_")
    } else {
        name
    }
}

/// A message as its documentation shows it.
fn shown(message: &Message) -> String {
    let mut text = String::new();
    let mut line = message.line.chars();
    while let Some(c) = line.next() {
        match c {
            crate::mark::TEXT | crate::mark::NUMBER | crate::mark::CHOICE => {
                let at = line.next().and_then(|digit| digit.to_digit(10)).unwrap_or_default() as usize;
                let name = message.arguments.get(at).map_or("", |argument| argument.name.as_str());
                let _ = write!(text, "‹{name}›");
            }
            crate::mark::CASE => text.push_str(": "),
            crate::mark::CASE_END => text.push_str("; "),
            c if c.is_control() => {}
            // Documentation would take them for links and code.
            '[' | ']' | '`' | '<' | '>' => text.push('·'),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_message_is_a_function() {
        let home = crate::compile::file(
            "en",
            "home",
            "home-title = Home\nhome-hello = Hello { $name }!\nhome-more = { $count ->\n   *[other] { $count } more\n }\n",
            None,
        )
        .expect("messages");
        let english =
            Language { tag: "en".into(), files: BTreeMap::from([("home".to_owned(), home)]), missing: Vec::new() };
        let source = functions(&english, 0);
        for line in [
            "pub fn hello(name: &str) -> String { crate::i18n::fill(0, &[crate::i18n::Value::Text(name)]) }",
            "pub fn hello_around() -> [&'static str; 2] { crate::i18n::around(0) }",
            "pub fn more(count: impl crate::i18n::Number) -> String",
            "pub fn title() -> &'static str { crate::i18n::text(2) }",
            "pub const COUNT: usize = 3;",
        ] {
            assert!(source.contains(line), "{line} is in {source}");
        }
        assert_eq!(english.table().split(crate::mark::NEXT).count(), 3);
        assert!(functions(&english, 40).contains("pub fn title() -> &'static str { crate::i18n::text(42) }"));
    }
}
