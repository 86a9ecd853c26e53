//! A Fluent file as messages.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};

use crate::{Argument, ArgumentKind, Error, File, Message, mark, wrong};

/// The messages of a file. `measure` is the same file in English, whose arguments count.
pub(crate) fn file(tag: &str, stem: &str, source: &str, measure: Option<&File>) -> Result<File, Error> {
    let name = format!("{tag}/{stem}.ftl");
    let resource = fluent_syntax::parser::parse(source).map_err(|(_, errors)| {
        let why: Vec<String> =
            errors.iter().map(|error| at(source, error.pos.start, &error.kind.to_string())).collect();
        wrong(&name, why.join("; "))
    })?;
    let mut messages = File::new();
    for entry in resource.body {
        let message = match entry {
            Entry::Message(message) => message,
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
            Entry::Term(term) => return Err(wrong(&name, format!("-{}: terms are not used here", term.id.name))),
            Entry::Junk { content } => return Err(wrong(&name, format!("this is no message: {content}"))),
        };
        let id = message.id.name;
        let of = |why: String| wrong(&name, format!("{id}: {why}"));
        let Some(short) = id.strip_prefix(stem).and_then(|rest| rest.strip_prefix('-')) else {
            return Err(of(format!("ids of this file begin with {stem}-")));
        };
        if !message.attributes.is_empty() {
            return Err(of("attributes are not used here; write a message of its own".to_owned()));
        }
        let Some(value) = message.value else { return Err(of("it has no text".to_owned())) };
        let known =
            measure.map(|measure| measure.get(short).ok_or_else(|| of("English has no such message".to_owned())));
        let mut arguments = Arguments { list: Vec::new(), fixed: false };
        if let Some(known) = known.transpose()? {
            arguments = Arguments { list: known.arguments.clone(), fixed: true };
        }
        let mut line = String::new();
        pattern(&value, &mut line, &mut arguments, false).map_err(of)?;
        let around = arguments.list.len() == 1
            && line.matches(mark::TEXT).count() == 1
            && !line.contains([mark::NUMBER, mark::CHOICE]);
        let message = Message { line, arguments: arguments.list, around };
        if messages.insert(short.to_owned(), message).is_some() {
            return Err(of("there are two of it".to_owned()));
        }
    }
    Ok(messages)
}

/// The arguments of a message as far as they are known.
struct Arguments {
    list: Vec<Argument>,
    /// English has said which there are.
    fixed: bool,
}

impl Arguments {
    /// The character that stands for an argument.
    fn place(&mut self, name: &str, kind: ArgumentKind) -> Result<char, String> {
        let name = name.replace('-', "_");
        let found = self.list.iter().position(|argument| argument.name == name);
        let at = match found {
            Some(at) => at,
            None if self.fixed => return Err(format!("English has no ${name}")),
            None => {
                self.list.push(Argument { name: name.clone(), kind });
                self.list.len() - 1
            }
        };
        // A number that was chosen by may be shown as it is.
        if kind == ArgumentKind::Number && self.list[at].kind == ArgumentKind::Text {
            return Err(format!("${name} is a text where it is first mentioned; write {{ NUMBER(${name}) }} there"));
        }
        let digit = u8::try_from(at).ok().filter(|at| *at < 10).ok_or("it has more than ten arguments")?;
        Ok(char::from(b'0' + digit))
    }

    fn is_number(&self, name: &str) -> bool {
        let name = name.replace('-', "_");
        self.list.iter().any(|argument| argument.name == name && argument.kind == ArgumentKind::Number)
    }
}

fn pattern(pattern: &Pattern<&str>, line: &mut String, arguments: &mut Arguments, in_case: bool) -> Result<(), String> {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => {
                if value.contains(|c: char| c.is_control() && c != '\n') {
                    return Err("it holds a control character".to_owned());
                }
                // A line break of the file is one in the text only where a paragraph ends.
                line.push_str(&value.replace('\n', " "));
            }
            PatternElement::Placeable { expression } => placeable(expression, line, arguments, in_case)?,
        }
    }
    Ok(())
}

fn placeable(
    expression: &Expression<&str>,
    line: &mut String,
    arguments: &mut Arguments,
    in_case: bool,
) -> Result<(), String> {
    match expression {
        Expression::Inline(InlineExpression::StringLiteral { value }) => {
            line.push_str(value);
            Ok(())
        }
        Expression::Inline(InlineExpression::VariableReference { id }) => {
            let number = arguments.is_number(id.name);
            let kind = if number { ArgumentKind::Number } else { ArgumentKind::Text };
            let place = arguments.place(id.name, kind)?;
            line.extend([if number { mark::NUMBER } else { mark::TEXT }, place]);
            Ok(())
        }
        Expression::Inline(InlineExpression::FunctionReference { id, arguments: given }) if id.name == "NUMBER" => {
            let [InlineExpression::VariableReference { id }] = given.positional.as_slice() else {
                return Err("NUMBER() takes one variable".to_owned());
            };
            let place = arguments.place(id.name, ArgumentKind::Number)?;
            line.extend([mark::NUMBER, place]);
            Ok(())
        }
        Expression::Inline(_) => Err("only variables, NUMBER() and quoted texts may stand in braces".to_owned()),
        Expression::Select { .. } if in_case => Err("a choice within a choice; write two messages".to_owned()),
        Expression::Select { selector: InlineExpression::VariableReference { id }, variants } => {
            let place = arguments.place(id.name, ArgumentKind::Number)?;
            line.extend([mark::CHOICE, place]);
            // The one for everything else comes last.
            let (last, others): (Vec<_>, Vec<_>) = variants.iter().partition(|variant| variant.default);
            for variant in others.into_iter().chain(last) {
                if !variant.default {
                    line.push_str(&case(variant)?);
                }
                line.push(mark::CASE);
                self::pattern(&variant.value, line, arguments, true)?;
                line.push(mark::CASE_END);
            }
            line.push(mark::CHOICE_END);
            Ok(())
        }
        Expression::Select { .. } => Err("a choice is made by a variable".to_owned()),
    }
}

/// The key of a case: an exact number or `one`.
fn case(variant: &Variant<&str>) -> Result<String, String> {
    match &variant.key {
        VariantKey::NumberLiteral { value } if value.parse::<u64>().is_ok() => Ok((*value).to_owned()),
        VariantKey::Identifier { name: "one" } => Ok("one".to_owned()),
        VariantKey::NumberLiteral { value: key } | VariantKey::Identifier { name: key } => {
            Err(format!("[{key}]: a choice has the cases [one], *[other] and whole numbers"))
        }
    }
}

/// A message of the parser with its line.
fn at(source: &str, position: usize, why: &str) -> String {
    let line = source.get(..position).map_or(0, |before| before.matches('\n').count()) + 1;
    format!("line {line}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(source: &str) -> Result<File, Error> {
        file("en", "home", source, None)
    }

    #[test]
    fn messages_are_lines_with_marks() {
        let file = english(
            "home-title = Welcome, { $name }\n\
             home-more = { $count ->\n    [0] nothing\n    [one] one person\n   *[other] { $count } people\n }\n\
             home-size = { NUMBER($bytes) } of { $file }\n",
        )
        .expect("three messages");
        assert_eq!(file["title"].line, "Welcome, \u{1}0");
        assert!(file["title"].around);
        assert_eq!(file["more"].line, "\u{3}00\u{4}nothing\u{5}one\u{4}one person\u{5}\u{4}\u{2}0 people\u{5}\u{6}");
        assert_eq!(file["more"].arguments[0].kind, ArgumentKind::Number);
        assert!(!file["more"].around);
        let kinds: Vec<_> = file["size"].arguments.iter().map(|a| (a.name.as_str(), a.kind)).collect();
        assert_eq!(kinds, [("bytes", ArgumentKind::Number), ("file", ArgumentKind::Text)]);
    }

    #[test]
    fn what_is_not_used_here_is_refused_by_name() {
        for (source, why) in [
            ("home-title", "line 1"),
            ("users-title = Users", "begin with home-"),
            ("home-a = { users-title }", "only variables"),
            ("home-a = A\nhome-a = B", "two of it"),
            ("home-a =\n    .label = A", "attributes"),
            ("home-a = { $n ->\n    [few] x\n   *[other] y\n }", "[few]"),
            ("home-a = { $n } of { NUMBER($n) }", "first mentioned"),
        ] {
            let error = english(source).expect_err(source).to_string();
            assert!(error.contains(why) && error.contains("en/home.ftl"), "{source}: {error}");
        }
    }

    #[test]
    fn another_language_agrees_with_english() {
        let measure = english("home-of = { $file } of { $folder }").expect("a message");
        let german = file("de", "home", "home-of = aus { $folder }: { $file }", Some(&measure)).expect("agrees");
        assert_eq!(german["of"].line, "aus \u{1}1: \u{1}0");
        for (source, why) in [("home-of = { $person }", "no $person"), ("home-no = x", "no such message")] {
            let error = file("de", "home", source, Some(&measure)).expect_err(source).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
