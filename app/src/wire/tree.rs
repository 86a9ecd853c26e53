//! Values out of parsed JSON. `serde_json` reads text into a type in one pass, which is fast and, compiled for every type
//! anew, large. Here text is parsed once, by code that knows no type, and a type takes from the tree what it declares: in
//! WebAssembly that is half the size. Structs come from objects only, not from arrays.

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer};
use serde::de::{MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};

/// The value that a JSON text stands for.
///
/// # Errors
/// When the text is no JSON, or has another shape.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    from_value(serde_json::from_str(text)?)
}

/// The value of a type in a tree.
///
/// # Errors
/// When the tree has another shape.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Tree(value))
}

struct Tree(Value);

/// What is there instead of what was expected.
#[cold]
fn unexpected(found: &Value, expected: &str) -> Error {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Error::custom(format_args!("{found} instead of {expected}"))
}

impl Tree {
    fn text(self) -> Result<String, Error> {
        match self.0 {
            Value::String(text) => Ok(text),
            other => Err(unexpected(&other, "a text")),
        }
    }

    fn list(self) -> Result<Items, Error> {
        match self.0 {
            Value::Array(items) => Ok(Items(items.into_iter())),
            other => Err(unexpected(&other, "a list")),
        }
    }

    fn object(self) -> Result<Members, Error> {
        match self.0 {
            Value::Object(members) => Ok(Members { members: members.into_iter(), value: Value::Null }),
            other => Err(unexpected(&other, "an object")),
        }
    }

    fn natural(&self) -> Result<u64, Error> {
        self.0.as_u64().ok_or_else(|| unexpected(&self.0, "a natural number"))
    }

    fn integer(&self) -> Result<i64, Error> {
        self.0.as_i64().ok_or_else(|| unexpected(&self.0, "an integer"))
    }

    fn number(&self) -> Result<f64, Error> {
        self.0.as_f64().ok_or_else(|| unexpected(&self.0, "a number"))
    }

    fn boolean(&self) -> Result<bool, Error> {
        self.0.as_bool().ok_or_else(|| unexpected(&self.0, "a boolean"))
    }

    fn variant(self) -> Result<(String, Value), Error> {
        match self.0 {
            Value::String(name) => Ok((name, Value::Null)),
            Value::Object(members) if members.len() == 1 => {
                members.into_iter().next().ok_or_else(|| Error::custom("an object lost its member"))
            }
            other => Err(unexpected(&other, "a variant")),
        }
    }
}

macro_rules! read {
    ($read:ident, $visit:ident: $($name:ident)+) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.$read()?)
        })+
    };
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Error;

    read! { boolean, visit_bool: deserialize_bool }
    read! { natural, visit_u64: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }
    read! { integer, visit_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 }
    read! { number, visit_f64: deserialize_f32 deserialize_f64 }
    read! { text, visit_string: deserialize_str deserialize_string deserialize_identifier }
    read! { list, visit_seq: deserialize_seq }
    read! { object, visit_map: deserialize_map }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.object()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, value) = self.variant()?;
        visitor.visit_enum(Variant { name, value })
    }

    /// What is not needed is not looked at.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple_struct }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Tree(item))).transpose()
    }
}

struct Members {
    members: <Map<String, Value> as IntoIterator>::IntoIter,
    value: Value,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.members.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Tree(Value::String(name))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Tree(self.value.take()))
    }
}

struct Variant {
    name: String,
    value: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Tree;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Tree), Error> {
        let name: StringDeserializer<Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Tree(self.value)))
    }
}

impl<'de> VariantAccess<'de> for Tree {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        if self.0.is_null() { Ok(()) } else { Err(unexpected(&self.0, "nothing")) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.list()?)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.object()?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Nothing,
        #[serde(rename = "one")]
        One(i64),
        Two(String, bool),
        Named {
            size: f64,
        },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Number(u8);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        count: u64,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Whole {
        id: domain::UserId,
        number: Number,
        when: chrono::DateTime<chrono::Utc>,
        shapes: Vec<Shape>,
        pair: (i8, String),
        by_name: BTreeMap<String, Option<Number>>,
        #[serde(flatten)]
        inner: Inner,
        any: Value,
        #[serde(default)]
        absent: Option<String>,
    }

    fn whole() -> Whole {
        Whole {
            id: "usr_01900000000070008000000000000001".parse().unwrap(),
            number: Number(255),
            when: "2026-11-21T10:20:30.123456Z".parse().unwrap(),
            shapes: vec![
                Shape::Nothing,
                Shape::One(i64::MIN),
                Shape::Two("ü\"\n".into(), true),
                Shape::Named { size: -0.5 },
            ],
            pair: (-128, String::new()),
            by_name: BTreeMap::from([("a".into(), None), ("b".into(), Some(Number(0)))]),
            inner: Inner { count: u64::MAX },
            any: serde_json::json!({ "deep": [1, [2.5, null], { "x": "y" }] }),
            absent: None,
        }
    }

    #[test]
    fn values_are_what_serde_json_makes_of_the_text() {
        let text = serde_json::to_string(&whole()).unwrap();
        assert_eq!(from_text::<Whole>(&text).unwrap(), serde_json::from_str::<Whole>(&text).unwrap());
        assert_eq!(from_text::<Whole>(&text).unwrap(), whole());
        assert_eq!(from_text::<Option<Vec<u8>>>("null").unwrap(), None);
        from_text::<()>("null").unwrap();
    }

    #[test]
    fn what_is_unknown_is_skipped_and_what_is_missing_is_named() {
        assert_eq!(from_text::<Inner>(r#"{ "more": [{}], "count": 3 }"#).unwrap(), Inner { count: 3 });
        let error = from_text::<Inner>("{}").unwrap_err().to_string();
        assert!(error.contains("count"), "{error}");
    }

    #[test]
    fn another_shape_is_refused() {
        for text in ["[3]", "{\"count\": -1}", "{\"count\": 1.5}", "{\"count\": \"1\"}", "{\"count\": null}", "{", "3"]
        {
            assert!(from_text::<Inner>(text).is_err(), "{text}");
        }
        assert!(from_text::<Number>("256").is_err());
        for text in ["\"Unknown\"", "{\"one\": 1, \"Nothing\": null}", "{\"one\": \"1\"}", "{\"Nothing\": 1}", "7"] {
            assert!(from_text::<Shape>(text).is_err(), "{text}");
        }
    }
}
