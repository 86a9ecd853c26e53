//! A second opinion on what JSON says, by way of serde_json. The fuzz targets hold the scan against it too.

use std::collections::HashSet;
use std::fmt;

use mcp::Raw;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The naive reference: serde_json, which is asked for a `Value`, and a walk that collects keys.
pub(crate) fn reference_accepts(body: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
        return false;
    };
    if !(value.is_object() || value.is_array()) {
        return false;
    }
    let mut parser = serde_json::Deserializer::from_slice(body);
    Walk { depth: 0 }.deserialize(&mut parser).is_ok()
}

/// Fails on duplicate keys and on more than 64 levels.
#[derive(Clone, Copy)]
struct Walk {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Walk {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON without duplicate keys")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while seq.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key) {
                return Err(A::Error::custom("duplicate key"));
            }
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}

impl Walk {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= 64 { Err(E::custom("too deep")) } else { Ok(Self { depth: self.depth + 1 }) }
    }
}

/// Walks both and compares; every range must point at the text.
pub(crate) fn same_value(raw: Raw<'_>, body: &str, value: &serde_json::Value) {
    assert_eq!(&body[raw.range()], raw.text());
    match value {
        serde_json::Value::Object(object) => {
            assert_eq!(raw.members().count(), object.len());
            for (key, value) in object {
                same_value(raw.get(key).unwrap(), body, value);
            }
        }
        serde_json::Value::Array(array) => {
            assert_eq!(raw.elements().count(), array.len());
            for (raw, value) in raw.elements().zip(array) {
                same_value(raw, body, value);
            }
        }
        serde_json::Value::String(string) => assert_eq!(raw.as_str().as_deref(), Some(string.as_str())),
        serde_json::Value::Bool(bool) => assert_eq!(raw.as_bool(), Some(*bool)),
        serde_json::Value::Null => assert!(raw.is_null()),
        serde_json::Value::Number(_) => assert_eq!(raw.decode::<serde_json::Value>().unwrap(), *value),
    }
}
