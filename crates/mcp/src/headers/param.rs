//! Tool arguments mirrored into `Mcp-Param-*` headers (2026-07-28 transports, "Custom Headers from
//! Tool Parameters").
//!
//! A tool's input schema says which arguments are mirrored, by `x-mcp-header`. The bindings are read
//! once per tool definition and checked on every call. Headers without binding are forwarded untouched.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{HeaderError, Mirrored, PARAM_PREFIX, decode_value, encode_value};
use crate::id::same_number;
use crate::raw::{Kind, Raw};
use crate::text::excerpt;

const ANNOTATION: &str = "x-mcp-header";
/// How much of a value an error message quotes, in bytes.
const QUOTE: usize = 128;

/// Type of a mirrored argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamType {
    /// `string`
    String,
    /// `integer`, compared by value
    Integer,
    /// `boolean`
    Boolean,
}

/// An argument that is mirrored into a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamBinding {
    /// What follows `Mcp-Param-`, as the schema spells it.
    pub header: String,
    /// Property names from the arguments' root to the argument.
    pub path: Vec<String>,
    /// Its type.
    pub ty: ParamType,
}

/// Why a tool definition's annotations are invalid. Clients over HTTP must not offer such a tool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// The annotation is no string, empty, or no HTTP token.
    #[error("x-mcp-header of {property} must be a non-empty HTTP token")]
    NotAToken {
        /// The annotated property, dotted.
        property: String,
    },
    /// Two properties name the same header.
    #[error("x-mcp-header {header} is used twice (case does not count)")]
    Duplicate {
        /// The header.
        header: String,
    },
    /// The property is no string, integer or boolean.
    #[error("x-mcp-header of {property} needs the type string, integer or boolean")]
    NotPrimitive {
        /// The annotated property, dotted.
        property: String,
    },
    /// The annotation is not reachable by `properties` alone, so no argument corresponds to it.
    #[error("x-mcp-header must stand on a property that is reached by properties keywords only")]
    NotReachable,
}

/// Reads the annotations of a tool's input schema.
pub fn param_bindings(input_schema: Raw<'_>) -> Result<Vec<ParamBinding>, BindingError> {
    let mut bindings = Vec::new();
    // Nearly no schema has annotations; one search is cheaper than a walk. An escaped spelling would
    // not be found by it, hence the backslash.
    let text = input_schema.as_bytes();
    if memchr::memmem::find(text, ANNOTATION.as_bytes()).is_none() && memchr::memchr(b'\\', text).is_none() {
        return Ok(bindings);
    }
    if input_schema.get(ANNOTATION).is_some() {
        return Err(BindingError::NotReachable);
    }
    collect(input_schema, true, &mut Vec::new(), &mut bindings)?;
    let mut seen = HashSet::new();
    match bindings.iter().find(|binding| !seen.insert(binding.header.to_ascii_lowercase())) {
        Some(twice) => Err(BindingError::Duplicate { header: twice.header.clone() }),
        None => Ok(bindings),
    }
}

/// Walks a schema. `reachable` says whether only `properties` led here from the root. Recursion is
/// bounded by the depth limit of the scan.
fn collect(
    schema: Raw<'_>,
    reachable: bool,
    path: &mut Vec<String>,
    bindings: &mut Vec<ParamBinding>,
) -> Result<(), BindingError> {
    for (keyword, value) in schema.members() {
        match keyword.as_ref() {
            // Instance data, not schemas.
            "default" | "const" | "enum" | "examples" => {}
            ANNOTATION if !reachable => return Err(BindingError::NotReachable),
            ANNOTATION => {
                if !path.is_empty() {
                    bindings.push(binding(schema, value, path)?);
                }
            }
            "properties" | "$defs" | "definitions" | "dependentSchemas" | "patternProperties" => {
                let reachable = reachable && keyword == "properties";
                for (name, property) in value.members() {
                    path.push(name.into_owned());
                    collect(property, reachable, path, bindings)?;
                    path.pop();
                }
            }
            _ => {
                collect(value, false, path, bindings)?;
                for element in value.elements() {
                    collect(element, false, path, bindings)?;
                }
            }
        }
    }
    Ok(())
}

fn binding(schema: Raw<'_>, annotation: Raw<'_>, path: &[String]) -> Result<ParamBinding, BindingError> {
    let property = || path.join(".");
    let header = annotation
        .as_str()
        .filter(|header| !header.is_empty() && header.bytes().all(is_token))
        .ok_or_else(|| BindingError::NotAToken { property: property() })?;
    let ty = match schema.get("type").and_then(Raw::as_str).as_deref() {
        Some("string") => ParamType::String,
        Some("integer") => ParamType::Integer,
        Some("boolean") => ParamType::Boolean,
        _ => return Err(BindingError::NotPrimitive { property: property() }),
    };
    Ok(ParamBinding { header: header.into_owned(), path: path.to_vec(), ty })
}

/// A token character of RFC 9110 section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The mirrored form of an argument; none if it is absent, null or no primitive.
fn mirrored(binding: &ParamBinding, arguments: Option<Raw<'_>>) -> Option<String> {
    let value = arguments?.at_path(&binding.path)?;
    match value.kind() {
        Kind::String => value.as_str().map(Cow::into_owned),
        Kind::Number | Kind::Bool => Some(value.text().to_owned()),
        Kind::Null | Kind::Array | Kind::Object => None,
    }
}

/// The headers to send upstream with a call: full names and encoded values.
pub fn param_headers(bindings: &[ParamBinding], arguments: Option<Raw<'_>>) -> Vec<(String, String)> {
    bindings
        .iter()
        .filter_map(|binding| {
            let value = mirrored(binding, arguments)?;
            Some((format!("{PARAM_PREFIX}{}", binding.header), encode_value(&value).into_owned()))
        })
        .collect()
}

impl Mirrored<'_> {
    /// Checks the `Mcp-Param-*` headers of a tool call against its arguments. Every bound argument
    /// must be mirrored, exactly once and truly; an absent or null one must not be.
    pub fn check_params(&self, bindings: &[ParamBinding], arguments: Option<Raw<'_>>) -> Result<(), HeaderError> {
        for binding in bindings {
            let name = || Cow::Owned(format!("{PARAM_PREFIX}{}", binding.header));
            let mut values = self.params.iter().filter(|(suffix, _)| suffix.eq_ignore_ascii_case(&binding.header));
            let header = values.next().map(|(_, value)| *value);
            if values.next().is_some() {
                return Err(HeaderError::Repeated { header: name() });
            }
            match (header, mirrored(binding, arguments)) {
                (None, None) => {}
                (Some(_), None) => return Err(HeaderError::Unexpected { header: name() }),
                (None, Some(_)) => return Err(HeaderError::Missing { header: name() }),
                (Some(value), Some(expected)) => {
                    let value = decode_value(value).map_err(|why| HeaderError::Invalid { header: name(), why })?;
                    let same =
                        *value == *expected || (binding.ty == ParamType::Integer && same_number(&value, &expected));
                    if !same {
                        return Err(HeaderError::Mismatch {
                            header: name(),
                            header_value: excerpt(&value, QUOTE).into_owned(),
                            body_value: excerpt(&expected, QUOTE).into_owned(),
                        });
                    }
                }
            }
        }
        Ok(())
    }
}
