//! What forms and addresses send as text, turned into values; a wrong text is a field error with what to enter instead.

use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::{Problem, Sort};

use crate::error::AppError;

/// The begin of a day that was entered as `2026-03-31`, in UTC; nothing when the field was left empty.
///
/// # Errors
/// `Invalid` naming `field` when the text is not a day.
pub fn day_begin(field: &str, text: &str) -> Result<Option<DateTime<Utc>>, AppError> {
    Ok(day(field, text)?.map(midnight))
}

/// The end of a day that was entered as `2026-03-31`: the first moment that is not part of it, in UTC.
///
/// # Errors
/// As [`day_begin`].
pub fn day_end(field: &str, text: &str) -> Result<Option<DateTime<Utc>>, AppError> {
    let next = day(field, text)?.map(|day| day.checked_add_days(Days::new(1)).ok_or_else(|| not_a_day(field)));
    Ok(next.transpose()?.map(midnight))
}

/// A value that was given as text; nothing when it is absent or empty.
///
/// # Errors
/// `Invalid` naming `field` when the text is not such a value.
pub fn optional<T: FromStr>(field: &str, text: Option<&str>) -> Result<Option<T>, AppError> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(AppError(Problem::field(field, format!("`{text}` is not a value of this filter; clear it")))),
        },
    }
}

/// The order of a list as the address has it; its own one when there is none, or none that it knows.
pub fn order<K: FromStr>(text: Option<&str>) -> Option<Sort<K>> {
    text.and_then(|text| text.parse().ok())
}

/// The parts of a list that was entered with commas or line breaks, without empty ones.
pub fn list(text: &str) -> Vec<String> {
    text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn day(field: &str, text: &str) -> Result<Option<NaiveDate>, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    // Years of five digits are a slip of the keyboard that date inputs let through.
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    day.map(Some).ok_or_else(|| not_a_day(field))
}

fn not_a_day(field: &str) -> AppError {
    AppError(Problem::field(field, "enter a day such as 2026-03-31, or leave it empty"))
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_a_begin_and_an_end() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(day_begin("d", "2026-03-31"), Ok(Some(at("2026-03-31T00:00:00Z"))));
        assert_eq!(day_end("d", "2026-03-31"), Ok(Some(at("2026-04-01T00:00:00Z"))));
        assert_eq!(day_end("d", " "), Ok(None));
        for wrong in ["tomorrow", "2026-02-30", "12026-01-01", "31.03.2026"] {
            assert!(day_begin("d", wrong).unwrap_err().of_input("d").is_some(), "{wrong}");
        }
    }

    #[test]
    fn lists_may_use_commas_and_lines() {
        assert_eq!(list("echo, write_*\n\n read ,"), ["echo", "write_*", "read"]);
        assert!(list(" \n,").is_empty());
    }

    #[test]
    fn an_order_that_a_list_does_not_know_is_none() {
        let by_members = Sort { by: domain::GroupSort::Members, descending: true };
        assert_eq!(order(Some("-members")), Some(by_members));
        for other in [None, Some(""), Some("-"), Some("--members"), Some("asked")] {
            assert_eq!(order::<domain::GroupSort>(other), None, "{other:?}");
        }
    }

    #[test]
    fn absent_and_empty_filters_do_not_filter() {
        assert_eq!(optional::<domain::Outcome>("outcome", None), Ok(None));
        assert_eq!(optional::<domain::Outcome>("outcome", Some("")), Ok(None));
        assert_eq!(optional("outcome", Some("denied")), Ok(Some(domain::Outcome::Denied)));
        assert!(optional::<domain::Outcome>("outcome", Some("x")).is_err());
    }
}
