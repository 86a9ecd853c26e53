//! Conditions as Cedar.

use crate::query::Level;
use crate::text::{join, literal, pattern};
use crate::tree::{Compare, Leaf, Sides, Tree};

/// A condition as Cedar, at some level of knowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rendered {
    Always,
    Never,
    Text(String),
}

impl Tree {
    /// The condition as a Cedar expression. What is not known at the level counts as `sides` says.
    pub(crate) fn render(&self, level: Level, sides: Sides) -> Rendered {
        let all = |parts: &[Tree], sides: Sides| -> Vec<Rendered> {
            parts.iter().map(|part| part.render(level, sides)).collect()
        };
        match self {
            Self::All(parts) => group(all(parts, sides), " &&\n  ", &Rendered::Never, Rendered::Always),
            Self::Any(parts) => group(all(parts, sides), " || ", &Rendered::Always, Rendered::Never),
            Self::None(parts) => match group(all(parts, sides.flipped()), " || ", &Rendered::Always, Rendered::Never) {
                Rendered::Always => Rendered::Never,
                Rendered::Never => Rendered::Always,
                Rendered::Text(text) => Rendered::Text(format!("!({text})")),
            },
            Self::Leaf(leaf) if leaf.need.source.level() > level => {
                if sides.unknown {
                    Rendered::Always
                } else {
                    Rendered::Never
                }
            }
            Self::Leaf(leaf) => Rendered::Text(leaf.render(sides.wrong_type)),
        }
    }
}

/// Joins the parts: `decides` settles the group, what equals `neutral` can be left out.
fn group(parts: Vec<Rendered>, with: &str, decides: &Rendered, neutral: Rendered) -> Rendered {
    if parts.contains(decides) {
        return decides.clone();
    }
    let texts: Vec<String> = parts
        .into_iter()
        .filter_map(|part| match part {
            Rendered::Text(text) => Some(format!("({text})")),
            _ => None,
        })
        .collect();
    if texts.is_empty() { neutral } else { Rendered::Text(texts.join(with)) }
}

impl Leaf {
    /// `wrong_type` is what the comparison is for a value that cannot be compared so.
    fn render(&self, wrong_type: bool) -> String {
        let path = literal(&self.need.path);
        let not = if self.negated { "!" } else { "" };
        match &self.compare {
            Compare::Exists => return format!("{not}context.present.contains({path})"),
            Compare::Window(window) => {
                return format!("{not}context.times.contains({})", literal(&window.to_string()));
            }
            _ => {}
        }
        let compared = self.compare.render(&path);
        let is = |tags: &str| format!("context.{tags}.hasTag({path})");
        let terms = compared.iter().map(|(tags, text)| {
            let text = if self.negated { format!("!({text})") } else { text.clone() };
            format!("{} && {text}", is(tags))
        });
        let any = join(terms.collect(), " || ");
        if wrong_type {
            let types = join(compared.iter().map(|(tags, _)| is(tags)).collect(), " || ");
            format!("context.present.contains({path}) && (!({types}) || {any})")
        } else {
            any
        }
    }
}

impl Compare {
    /// For each type that can be compared so: where its values are, and the comparison.
    fn render(&self, path: &str) -> Vec<(&'static str, String)> {
        let text = format!("context.text.getTag({path})");
        let number = format!("context.number.getTag({path})");
        let list = format!("context.list.getTag({path})");
        let like = |wanted: String| vec![("text", format!("{text} like {wanted}"))];
        let than = |how: &str, bound: &dyn std::fmt::Display| {
            vec![("number", format!("{number}.{how}(decimal(\"{bound}\"))"))]
        };
        let one_of = |value: String, constants: Vec<String>| match constants.as_slice() {
            [one] => format!("{value} == {one}"),
            _ => format!("[{}].contains({value})", constants.join(", ")),
        };
        match self {
            Self::Exists | Self::Window(_) => Vec::new(),
            Self::OneOf(many) => {
                let mut terms = Vec::new();
                if !many.texts.is_empty() {
                    terms.push(("text", one_of(text, many.texts.iter().map(|one| literal(one)).collect())));
                }
                if !many.numbers.is_empty() {
                    let numbers = many.numbers.iter().map(|one| format!("decimal(\"{one}\")")).collect();
                    terms.push(("number", one_of(number, numbers)));
                }
                if !many.flags.is_empty() {
                    let flag = format!("context.flag.getTag({path})");
                    terms.push(("flag", one_of(flag, many.flags.iter().map(bool::to_string).collect())));
                }
                if many.lists {
                    let elements: Vec<String> = many.elements().iter().map(|one| literal(one)).collect();
                    terms.push(("list", format!("{list}.containsAny([{}])", elements.join(", "))));
                }
                terms
            }
            Self::Contains(part) => vec![
                ("text", format!("{text} like \"*{}*\"", pattern(part, true))),
                ("list", format!("{list}.contains({})", literal(part))),
            ],
            Self::Begins(begin) => like(format!("\"{}*\"", pattern(begin, true))),
            Self::Ends(end) => like(format!("\"*{}\"", pattern(end, true))),
            Self::Matches(wanted) => like(format!("\"{}\"", pattern(wanted, false))),
            Self::Less(bound) => than("lessThan", bound),
            Self::LessOrEqual(bound) => than("lessThanOrEqual", bound),
            Self::Greater(bound) => than("greaterThan", bound),
            Self::GreaterOrEqual(bound) => than("greaterThanOrEqual", bound),
            Self::Ranges(ranges) => {
                let address = format!("context.address.getTag({path})");
                let terms = ranges.iter().map(|range| format!("{address}.isInRange(ip(\"{range}\"))")).collect();
                vec![("address", join(terms, " || "))]
            }
            Self::Within(place) => {
                let value = format!("context.place.getTag({path})");
                let below = if place.ends_with('/') { place.clone() } else { format!("{place}/") };
                let text = format!("({value} == {} || {value} like \"{}*\")", literal(place), pattern(&below, true));
                vec![("place", text)]
            }
        }
    }
}
