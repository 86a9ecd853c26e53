//! Conditions, checked: what `domain::Condition` says, in the types that comparing needs.

use domain::{Condition, Effect, Operator, Test, Value};

use crate::facts::{Fact, Facts, Found, Need, plain};
use crate::glob::matches;
use crate::query::Level;
use crate::source::Source;
use crate::value::{Decimal, IpRange, is_within, normal_path};
use crate::window::Window;

/// Comparisons in the conditions of one rule.
pub const MAX_TESTS: usize = 50;
/// Groups in groups.
const MAX_DEPTH: usize = 6;
/// Bytes of a text to compare with.
const MAX_TEXT: usize = 1024;
/// Elements of a list to compare with.
const MAX_LIST: usize = 500;

/// Conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    None(Vec<Tree>),
    Leaf(Box<Leaf>),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) need: Need,
    pub(crate) compare: Compare,
    /// The operator is a negation.
    pub(crate) negated: bool,
    pub(crate) test: Test,
}

/// What is compared, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compare {
    Exists,
    OneOf(Many),
    /// Part of a text, or element of a list.
    Contains(String),
    Begins(String),
    Ends(String),
    /// A pattern with `*`.
    Matches(String),
    Less(Decimal),
    LessOrEqual(Decimal),
    Greater(Decimal),
    GreaterOrEqual(Decimal),
    Ranges(Vec<IpRange>),
    /// A normal path.
    Within(String),
    Window(Window),
}

/// Values by type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Many {
    pub(crate) texts: Vec<String>,
    pub(crate) numbers: Vec<Decimal>,
    pub(crate) flags: Vec<bool>,
    /// A list may be compared, by any of its elements.
    pub(crate) lists: bool,
}

impl Many {
    /// All of them as elements of lists are written.
    pub(crate) fn elements(&self) -> Vec<String> {
        let numbers = self.numbers.iter().map(|number| plain(*number));
        self.texts.iter().cloned().chain(numbers).chain(self.flags.iter().map(bool::to_string)).collect()
    }
}

/// How a comparison came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Met,
    NotMet,
    /// Nothing is there.
    Missing,
    /// What is there cannot be compared so.
    WrongType,
    /// It is not known yet what is there.
    Unknown,
}

/// Which way an outcome that settles nothing counts: of an allow against the caller where the value is of a wrong type,
/// for the caller where it is not known yet; of a deny the other way round each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides {
    pub(crate) wrong_type: bool,
    pub(crate) unknown: bool,
}

impl Sides {
    pub(crate) const fn of(effect: Effect) -> Self {
        match effect {
            Effect::Allow => Self { wrong_type: false, unknown: true },
            Effect::Deny => Self { wrong_type: true, unknown: false },
        }
    }

    /// Inside a group none of which may be met.
    pub(crate) const fn flipped(self) -> Self {
        Self { wrong_type: !self.wrong_type, unknown: !self.unknown }
    }
}

impl Tree {
    /// Checks conditions. The error says which and what to do.
    pub(crate) fn parse(condition: &Condition) -> Result<Self, String> {
        let mut tests = 0;
        Self::parse_at(condition, MAX_DEPTH, &mut tests)
    }

    fn parse_at(condition: &Condition, depth: usize, tests: &mut usize) -> Result<Self, String> {
        if depth == 0 {
            return Err(format!("groups of conditions go at most {MAX_DEPTH} deep"));
        }
        let mut group = |parts: &[Condition]| {
            if parts.is_empty() {
                return Err("a group of conditions is empty; add one or remove the group".to_owned());
            }
            parts.iter().map(|part| Self::parse_at(part, depth - 1, tests)).collect::<Result<Vec<_>, _>>()
        };
        match condition {
            Condition::All(parts) => group(parts).map(Self::All),
            Condition::Any(parts) => group(parts).map(Self::Any),
            Condition::None(parts) => group(parts).map(Self::None),
            Condition::Test(test) => {
                *tests += 1;
                if *tests > MAX_TESTS {
                    return Err(format!("a rule has at most {MAX_TESTS} conditions; split the rule"));
                }
                Leaf::parse(test)
                    .map(|leaf| Self::Leaf(Box::new(leaf)))
                    .map_err(|why| format!("{} {}: {why}", test.path.escape_debug(), test.operator))
            }
        }
    }

    /// Every comparison, in order.
    pub(crate) fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => parts.iter().flat_map(Self::leaves).collect(),
            Self::Leaf(leaf) => vec![&**leaf],
        }
    }

    /// What they look at.
    pub(crate) fn needs(&self) -> impl Iterator<Item = &Need> {
        self.leaves().into_iter().map(|leaf| &leaf.need)
    }

    /// Whether the conditions are met, for explanations. Calls are decided by Cedar.
    pub(crate) fn holds(&self, facts: &Facts<'_>, level: Level, sides: Sides) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(facts, level, sides)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(facts, level, sides)),
            Self::None(parts) => !parts.iter().any(|part| part.holds(facts, level, sides.flipped())),
            Self::Leaf(leaf) => match leaf.outcome(facts, level) {
                Outcome::Met => true,
                Outcome::NotMet | Outcome::Missing => false,
                Outcome::WrongType => sides.wrong_type,
                Outcome::Unknown => sides.unknown,
            },
        }
    }
}

impl Leaf {
    fn parse(test: &Test) -> Result<Self, String> {
        use Operator as Op;
        let source = Source::parse(&test.path)?;
        let value = test.value.as_ref();
        let (compare, negated) = match test.operator {
            Op::Exists | Op::NotExists => {
                if value.is_some() {
                    return Err("leave the value out".into());
                }
                (Compare::Exists, test.operator == Op::NotExists)
            }
            Op::Equals | Op::NotEquals => {
                (Compare::OneOf(many(std::slice::from_ref(one(value)?), false)?), test.operator == Op::NotEquals)
            }
            Op::In | Op::NotIn => (Compare::OneOf(many(list(value)?, true)?), test.operator == Op::NotIn),
            Op::Contains | Op::NotContains => {
                let element = match one(value)? {
                    Value::Text(text) => bounded(text)?.to_owned(),
                    other => many(std::slice::from_ref(other), false)?.elements().concat(),
                };
                (Compare::Contains(element), test.operator == Op::NotContains)
            }
            Op::BeginsWith | Op::NotBeginsWith => {
                (Compare::Begins(text(value)?.to_owned()), test.operator == Op::NotBeginsWith)
            }
            Op::EndsWith | Op::NotEndsWith => {
                (Compare::Ends(text(value)?.to_owned()), test.operator == Op::NotEndsWith)
            }
            Op::Matches | Op::NotMatches => {
                (Compare::Matches(text(value)?.to_owned()), test.operator == Op::NotMatches)
            }
            Op::Less => (Compare::Less(number(value)?), false),
            Op::LessOrEqual => (Compare::LessOrEqual(number(value)?), false),
            Op::Greater => (Compare::Greater(number(value)?), false),
            Op::GreaterOrEqual => (Compare::GreaterOrEqual(number(value)?), false),
            Op::InIpRange | Op::NotInIpRange => (Compare::Ranges(ranges(value)?), test.operator == Op::NotInIpRange),
            Op::BetweenTimes | Op::NotBetweenTimes => {
                if source != Source::Time {
                    return Err("only `meta.request.time` can lie between times".into());
                }
                (Compare::Window(Window::parse(text(value)?)?), test.operator == Op::NotBetweenTimes)
            }
            Op::WithinPath | Op::NotWithinPath => {
                let place = normal_path(text(value)?).filter(|place| !place.is_empty());
                let place = place.ok_or("write a path without `..` above its beginning and without `%` codes")?;
                (Compare::Within(place), test.operator == Op::NotWithinPath)
            }
        };
        if source == Source::Time && !matches!(compare, Compare::Window(_) | Compare::Exists) {
            return Err("compare the time with `between_times`; dates belong to start and end of the rule".into());
        }
        let need = Need {
            path: test.path.clone(),
            source,
            as_address: matches!(compare, Compare::Ranges(_)),
            as_place: matches!(compare, Compare::Within(_)),
            windows: match compare {
                Compare::Window(window) => vec![window],
                _ => Vec::new(),
            },
        };
        Ok(Self { need, compare, negated, test: test.clone() })
    }

    /// How the comparison comes out.
    pub(crate) fn outcome(&self, facts: &Facts<'_>, level: Level) -> Outcome {
        if self.need.source.level() > level {
            return Outcome::Unknown;
        }
        let Some(fact) = facts.get(&self.need.path) else { return Outcome::Unknown };
        let met = match &self.compare {
            Compare::Exists => fact.found.is_some(),
            Compare::Window(window) => fact.windows.contains(&window.to_string()),
            compare => {
                let Some(found) = &fact.found else { return Outcome::Missing };
                match compare.holds(fact, found) {
                    Some(met) => met,
                    None => return Outcome::WrongType,
                }
            }
        };
        if met == self.negated { Outcome::NotMet } else { Outcome::Met }
    }
}

impl Compare {
    /// Nothing when the value cannot be compared so.
    fn holds(&self, fact: &Fact<'_>, found: &Found<'_>) -> Option<bool> {
        Some(match (self, found) {
            (Self::OneOf(many), Found::Text(text)) if !many.texts.is_empty() => {
                many.texts.iter().any(|one| one == text)
            }
            (Self::OneOf(many), Found::Number(number)) if !many.numbers.is_empty() => many.numbers.contains(number),
            (Self::OneOf(many), Found::Flag(flag)) if !many.flags.is_empty() => many.flags.contains(flag),
            (Self::OneOf(many), Found::List(items)) if many.lists => {
                many.elements().iter().any(|element| items.contains(element))
            }
            (Self::Contains(part), Found::Text(text)) => text.contains(part.as_str()),
            (Self::Contains(element), Found::List(items)) => items.contains(element),
            (Self::Begins(begin), Found::Text(text)) => text.starts_with(begin.as_str()),
            (Self::Ends(end), Found::Text(text)) => text.ends_with(end.as_str()),
            (Self::Matches(pattern), Found::Text(text)) => matches(pattern, text),
            (Self::Less(bound), Found::Number(number)) => number < bound,
            (Self::LessOrEqual(bound), Found::Number(number)) => number <= bound,
            (Self::Greater(bound), Found::Number(number)) => number > bound,
            (Self::GreaterOrEqual(bound), Found::Number(number)) => number >= bound,
            (Self::Ranges(ranges), _) => {
                let address = fact.address?;
                ranges.iter().any(|range| range.contains(address))
            }
            (Self::Within(place), _) => is_within(fact.place.as_deref()?, place),
            _ => return None,
        })
    }
}

fn one(value: Option<&Value>) -> Result<&Value, String> {
    match value {
        Some(Value::List(_)) => Err("compare with one value, or use `in`".into()),
        Some(value) => Ok(value),
        None => Err("the value to compare with is missing".into()),
    }
}

fn list(value: Option<&Value>) -> Result<&[Value], String> {
    match value {
        Some(Value::List(items)) if items.is_empty() => Err("the list to compare with is empty".into()),
        Some(Value::List(items)) if items.len() > MAX_LIST => Err(format!("a list has at most {MAX_LIST} values")),
        Some(Value::List(items)) => Ok(items),
        Some(one) => Ok(std::slice::from_ref(one)),
        None => Err("the values to compare with are missing".into()),
    }
}

fn bounded(text: &str) -> Result<&str, String> {
    if text.len() > MAX_TEXT { Err(format!("a text to compare with has at most {MAX_TEXT} bytes")) } else { Ok(text) }
}

/// A text; an empty one says nothing where parts are compared.
fn text(value: Option<&Value>) -> Result<&str, String> {
    match one(value)? {
        Value::Text(text) if text.is_empty() => Err("the text to compare with is empty".into()),
        Value::Text(text) => bounded(text),
        _ => Err("compare with a text".into()),
    }
}

fn number(value: Option<&Value>) -> Result<Decimal, String> {
    match one(value)? {
        Value::Number(number) => decimal(number),
        _ => Err("compare with a number".into()),
    }
}

fn decimal(number: &str) -> Result<Decimal, String> {
    Decimal::parse(number)
        .ok_or_else(|| format!("`{number}` is too large or too fine; numbers have at most 14 digits and four decimals"))
}

fn many(values: &[Value], lists: bool) -> Result<Many, String> {
    let mut many = Many { lists, ..Many::default() };
    for value in values {
        match value {
            Value::Text(text) => many.texts.push(bounded(text)?.to_owned()),
            Value::Number(number) => many.numbers.push(decimal(number)?),
            Value::Bool(flag) => many.flags.push(*flag),
            Value::List(_) => return Err("a list in a list cannot be compared".into()),
        }
    }
    Ok(many)
}

fn ranges(value: Option<&Value>) -> Result<Vec<IpRange>, String> {
    let wrong = || "write ranges as `10.0.0.0/8` or `2001:db8::/32`".to_owned();
    list(value)?
        .iter()
        .map(|value| match value {
            Value::Text(text) => IpRange::parse(text.trim()).ok_or_else(wrong),
            _ => Err(wrong()),
        })
        .collect()
}
