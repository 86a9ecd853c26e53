//! Conditions as they are stored, entered and sent.

use std::fmt;

use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::words::words;

words! {
    /// How a condition compares. Every negation needs the path to be there, as its opposite does.
    pub enum Operator {
        /// The same text, number or truth value.
        Equals = "equals",
        /// Another one.
        NotEquals = "not_equals",
        /// One of a list.
        In = "in",
        /// None of a list.
        NotIn = "not_in",
        /// A text with this part, or a list with this element.
        Contains = "contains",
        /// A text without this part, or a list without this element.
        NotContains = "not_contains",
        /// A text that begins so.
        BeginsWith = "begins_with",
        /// A text that does not begin so.
        NotBeginsWith = "not_begins_with",
        /// A text that ends so.
        EndsWith = "ends_with",
        /// A text that does not end so.
        NotEndsWith = "not_ends_with",
        /// A text that a pattern with `*` covers.
        Matches = "matches",
        /// A text that a pattern with `*` does not cover.
        NotMatches = "not_matches",
        /// A smaller number.
        Less = "less",
        /// A smaller or the same number.
        LessOrEqual = "less_or_equal",
        /// A larger number.
        Greater = "greater",
        /// A larger or the same number.
        GreaterOrEqual = "greater_or_equal",
        /// An IP address in one of these ranges.
        InIpRange = "in_ip_range",
        /// An IP address in none of these ranges.
        NotInIpRange = "not_in_ip_range",
        /// It is there.
        Exists = "exists",
        /// It is not there.
        NotExists = "not_exists",
        /// A moment within a span of the day: `Mon-Fri 08:00-18:00 Europe/Berlin`.
        BetweenTimes = "between_times",
        /// A moment outside such a span.
        NotBetweenTimes = "not_between_times",
        /// A path at or below this one, after `.` and `..` are resolved.
        WithinPath = "within_path",
        /// A path outside this one.
        NotWithinPath = "not_within_path",
    }
}

/// What a condition compares with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number, as it is written in JSON.
    Number(String),
    /// Yes or no.
    Bool(bool),
    /// Several.
    List(Vec<Value>),
}

/// One comparison of what a path leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Test {
    /// Where to look: `payload.table`, `meta.request.ip`, `subject.department`, …
    pub path: String,
    /// How to compare.
    pub operator: Operator,
    /// What with; absent for `exists` and `not_exists`.
    pub value: Option<Value>,
}

/// When a rule covers a call. In JSON `{"all": […]}`, `{"any": […]}`, `{"none": […]}` or
/// `{"path": "payload.table", "operator": "equals", "value": "salaries"}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Every one is met.
    All(Vec<Condition>),
    /// At least one is met.
    Any(Vec<Condition>),
    /// Not one is met.
    None(Vec<Condition>),
    /// A comparison.
    Test(Test),
}

impl Condition {
    /// True when it looks at a path like this, however deep in its groups.
    pub fn looks_at(&self, like: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::All(inner) | Self::Any(inner) | Self::None(inner) => inner.iter().any(|one| one.looks_at(like)),
            Self::Test(test) => like(&test.path),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::List(items) => items.serialize(serializer),
            Self::Number(number) => match (number.parse::<i64>(), number.parse::<f64>()) {
                (Ok(whole), _) => serializer.serialize_i64(whole),
                (_, Ok(real)) => serializer.serialize_f64(real),
                _ => serializer.serialize_str(number),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, `true`, `false` or a list of these")
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
                Ok(Value::Bool(flag))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Number(number.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Number(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number.to_string()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    if matches!(item, Value::List(_)) {
                        return Err(A::Error::custom("a list in a list cannot be compared; write one list"));
                    }
                    list.push(item);
                }
                Ok(Value::List(list))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::All(parts) => map.serialize_entry("all", parts)?,
            Self::Any(parts) => map.serialize_entry("any", parts)?,
            Self::None(parts) => map.serialize_entry("none", parts)?,
            Self::Test(test) => {
                map.serialize_entry("path", &test.path)?;
                map.serialize_entry("operator", &test.operator)?;
                if let Some(value) = &test.value {
                    map.serialize_entry("value", value)?;
                }
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            #[serde(default)]
            all: Option<Vec<Condition>>,
            #[serde(default)]
            any: Option<Vec<Condition>>,
            #[serde(default)]
            none: Option<Vec<Condition>>,
            #[serde(default)]
            path: Option<String>,
            #[serde(default)]
            operator: Option<Operator>,
            #[serde(default)]
            value: Option<Value>,
        }

        match Written::deserialize(deserializer)? {
            Written { all: Some(parts), any: None, none: None, path: None, operator: None, value: None } => {
                Ok(Self::All(parts))
            }
            Written { all: None, any: Some(parts), none: None, path: None, operator: None, value: None } => {
                Ok(Self::Any(parts))
            }
            Written { all: None, any: None, none: Some(parts), path: None, operator: None, value: None } => {
                Ok(Self::None(parts))
            }
            Written { all: None, any: None, none: None, path: Some(path), operator: Some(operator), value } => {
                Ok(Self::Test(Test { path, operator, value }))
            }
            _ => Err(D::Error::custom("a condition is one of `all`, `any`, `none`, or a `path` with an `operator`")),
        }
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Condition {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Ref, Type};
        let group = || ArrayBuilder::new().items(Ref::from_schema_name("Condition"));
        ObjectBuilder::new()
            .property("all", group())
            .property("any", group())
            .property("none", group())
            .property("path", ObjectBuilder::new().schema_type(Type::String))
            .property("operator", <Operator as utoipa::PartialSchema>::schema())
            .property("value", ObjectBuilder::new().description(Some("a text, a number, a truth value or a list")))
            .description(Some("One of `all`, `any`, `none`, or `path` with `operator` and, mostly, `value`."))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Condition {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_the_same_after_a_round_trip() {
        let text = r#"{"all":[{"path":"payload.n","operator":"less","value":-3},{"none":[{"path":"payload.x","operator":"exists"},{"any":[{"path":"payload.l","operator":"in","value":["a",1.5,true]}]}]}]}"#;
        let condition: Condition = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&condition).unwrap(), text);
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for wrong in [
            "{}",
            "[]",
            "null",
            r#"{"all":[],"any":[]}"#,
            r#"{"path":"payload.x"}"#,
            r#"{"path":"payload.x","operator":"is"}"#,
            r#"{"path":"payload.x","operator":"equals","value":null,"values":1}"#,
            r#"{"path":"payload.x","operator":"equals","value":{"__entity":{}}}"#,
            r#"{"path":"payload.x","operator":"in","value":[["a"]]}"#,
        ] {
            assert!(serde_json::from_str::<Condition>(wrong).is_err(), "{wrong}");
        }
    }
}
