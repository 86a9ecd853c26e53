//! Rows on their way out: one struct reads both engines.

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgRow, PgTypeInfo, PgValueRef};
use sqlx::sqlite::{SqliteRow, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, FromRow, Postgres, Sqlite, Type};

/// A struct (or tuple) that can be read from a row of either engine: everything that derives [`sqlx::FromRow`].
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A `TEXT` column that is parsed once, here: ids, words, addresses. Usable as `Option<Parsed<T>>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed<T>(pub T);

/// A `TEXT` column that holds JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// JSON text of a value that we made ourselves, to be bound as text.
pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> crate::Result<String> {
    serde_json::to_string(value).map_err(|e| crate::Error::Decode(Box::new(e)))
}

macro_rules! text_column {
    ($wrapper:ident, $($bound:tt)+) => {
        impl<T> Type<Sqlite> for $wrapper<T> {
            fn type_info() -> SqliteTypeInfo {
                <String as Type<Sqlite>>::type_info()
            }
            fn compatible(ty: &SqliteTypeInfo) -> bool {
                <String as Type<Sqlite>>::compatible(ty)
            }
        }
        impl<T> Type<Postgres> for $wrapper<T> {
            fn type_info() -> PgTypeInfo {
                <String as Type<Postgres>>::type_info()
            }
            fn compatible(ty: &PgTypeInfo) -> bool {
                <String as Type<Postgres>>::compatible(ty)
            }
        }
        impl<'r, T: $($bound)+> Decode<'r, Sqlite> for $wrapper<T> {
            fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
                Self::of_text(<String as Decode<'r, Sqlite>>::decode(value)?)
            }
        }
        impl<'r, T: $($bound)+> Decode<'r, Postgres> for $wrapper<T> {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                Self::of_text(<String as Decode<'r, Postgres>>::decode(value)?)
            }
        }
    };
}
text_column!(Parsed, TryFrom<String, Error: std::error::Error + Send + Sync + 'static>);
text_column!(Json, serde::de::DeserializeOwned);

impl<T: TryFrom<String, Error: std::error::Error + Send + Sync + 'static>> Parsed<T> {
    fn of_text(text: String) -> Result<Self, BoxDynError> {
        Ok(Self(T::try_from(text)?))
    }
}

impl<T: serde::de::DeserializeOwned> Json<T> {
    fn of_text(text: String) -> Result<Self, BoxDynError> {
        Ok(Self(serde_json::from_str(&text)?))
    }
}
