//! Conditions as lines of text, for people who type them.
//!
//! A line is a path, an operator and a value: `payload.table equals salaries`. Lines that stand alone must all be met;
//! `all:`, `any:` and `none:` make a group of the lines that follow with deeper indentation. `#` begins a comment.

use std::fmt::Write as _;

use domain::{Condition, Operator, Test, Value};

/// Conditions as lines. [`read_conditions`] gives the same conditions back.
pub fn condition_lines(condition: &Condition) -> String {
    let mut out = String::new();
    match condition {
        // What stands alone must all be met anyway.
        Condition::All(parts) if parts.len() > 1 => parts.iter().for_each(|part| write(part, 0, &mut out)),
        other => write(other, 0, &mut out),
    }
    out
}

fn write(condition: &Condition, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let mut group = |word: &str, parts: &[Condition]| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{indent}{word}:");
        for part in parts {
            write(part, depth + 1, out);
        }
    };
    match condition {
        Condition::All(parts) => group("all", parts),
        Condition::Any(parts) => group("any", parts),
        Condition::None(parts) => group("none", parts),
        Condition::Test(test) => {
            let value = test.value.as_ref().map(|value| format!(" {}", value_text(value))).unwrap_or_default();
            let _ = writeln!(out, "{indent}{} {}{value}", test.path, test.operator);
        }
    }
}

/// A value as a line has it: JSON, so that a text that looks like a number stays a text.
pub fn value_text(value: &Value) -> String {
    // Texts, numbers and lists of these can always be written.
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads lines, or the same as JSON. Nothing when there is nothing but space and comments.
///
/// # Errors
/// Says which line is wrong and what to write. Whether paths and values make sense is for [`crate::check_rule`].
pub fn read_conditions(text: &str) -> Result<Option<Condition>, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map(Some).map_err(|error| format!("this is no condition in JSON: {error}"));
    }
    let mut lines = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            let indent = line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
            lines.push(Line { number: n + 1, indent, content });
        }
    }
    let Some(first) = lines.first() else { return Ok(None) };
    let (mut parts, rest) = block(&lines, first.indent, 0)?;
    if let Some(line) = rest.first() {
        return Err(wrong(line, "indent this line as the first one, or more than its group"));
    }
    Ok(if parts.len() == 1 { parts.pop() } else { Some(Condition::All(parts)) })
}

struct Line<'a> {
    number: usize,
    indent: usize,
    content: &'a str,
}

type Read<'l, 'a> = Result<(Vec<Condition>, &'l [Line<'a>]), String>;

/// The lines with this indentation, their groups included, and what follows.
fn block<'l, 'a>(mut lines: &'l [Line<'a>], indent: usize, depth: usize) -> Read<'l, 'a> {
    if depth > 16 {
        return Err(wrong(&lines[0], "groups are too deep"));
    }
    let mut parts = Vec::new();
    while let [line, rest @ ..] = lines {
        if line.indent < indent {
            break;
        }
        if line.indent > indent {
            return Err(wrong(line, "only the lines of a group (`all:`, `any:`, `none:`) are indented"));
        }
        let group = match line.content.to_ascii_lowercase().as_str() {
            "all:" => Some(Condition::All as fn(Vec<Condition>) -> Condition),
            "any:" => Some(Condition::Any as fn(Vec<Condition>) -> Condition),
            "none:" => Some(Condition::None as fn(Vec<Condition>) -> Condition),
            _ => None,
        };
        lines = rest;
        match group {
            None => parts.push(Condition::Test(test(line)?)),
            Some(group) => {
                let inner = rest
                    .first()
                    .filter(|next| next.indent > indent)
                    .ok_or_else(|| wrong(line, "the group is empty; indent its lines below it"))?;
                let (members, after) = block(rest, inner.indent, depth + 1)?;
                parts.push(group(members));
                lines = after;
            }
        }
    }
    Ok((parts, lines))
}

fn wrong(line: &Line<'_>, why: &str) -> String {
    format!("line {}: {why}", line.number)
}

fn test(line: &Line<'_>) -> Result<Test, String> {
    let (path, rest) = line.content.split_once(char::is_whitespace).ok_or_else(|| {
        wrong(line, "the operator is missing; write a path, an operator and a value: `payload.table equals salaries`")
    })?;
    let rest = rest.trim();
    let (word, value) = rest.split_once(char::is_whitespace).map_or((rest, ""), |(word, value)| (word, value.trim()));
    let operator: Operator = word.parse().map_err(|_| {
        let known: Vec<&str> = Operator::ALL.iter().map(|op| op.as_str()).collect();
        wrong(line, &format!("`{word}` is no operator; there are {}", known.join(", ")))
    })?;
    let value = (!value.is_empty()).then(|| read_value(operator, value));
    Ok(Test { path: path.to_owned(), operator, value })
}

/// JSON where it is JSON, a text otherwise; several separated by commas where the operator takes a list.
fn read_value(operator: Operator, text: &str) -> Value {
    use Operator as Op;
    let lists = matches!(operator, Op::In | Op::NotIn | Op::InIpRange | Op::NotInIpRange);
    if let Ok(value @ (Value::List(_) | Value::Text(_))) = serde_json::from_str(text) {
        return value;
    }
    if lists {
        return Value::List(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(bare).collect());
    }
    match operator {
        Op::Equals | Op::NotEquals | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => bare(text),
        // These compare texts: digits need no quotes.
        _ => Value::Text(text.to_owned()),
    }
}

fn bare(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_written_back() {
        let text = "# who may not\npayload.table in salaries, \"a, b\", 5\n\nany:\n\tpayload.force equals true\n\tnone:\n\t\t\
                    meta.request.ip in_ip_range 10.0.0.0/8\n\t\tpayload.id begins_with 12\npayload.x exists\n";
        let read = read_conditions(text).unwrap().unwrap();
        let lines = condition_lines(&read);
        assert_eq!(
            lines,
            "payload.table in [\"salaries\",\"\\\"a\",\"b\\\"\",5]\nany:\n  payload.force equals true\n  none:\n    \
             meta.request.ip in_ip_range [\"10.0.0.0/8\"]\n    payload.id begins_with \"12\"\npayload.x exists\n"
        );
        assert_eq!(read_conditions(&lines).unwrap().unwrap(), read);
        let json = serde_json::to_string(&read).unwrap();
        assert_eq!(read_conditions(&json).unwrap().unwrap(), read);
        assert_eq!(read_conditions("\n # nothing\n").unwrap(), None);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, said) in [
            ("payload.x", "line 1: the operator"),
            ("payload.x is 5", "line 1: `is` is no operator"),
            ("payload.x exists\n  payload.y exists", "line 2: only the lines of a group"),
            ("any:\npayload.y exists", "line 1: the group is empty"),
            ("  payload.x exists\npayload.y exists", "line 2: indent this line"),
            ("{\"all\":3}", "this is no condition"),
        ] {
            let error = read_conditions(text).unwrap_err();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
