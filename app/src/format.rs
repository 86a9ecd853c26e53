//! Times, durations and numbers in words.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::i18n::language;
use crate::text;

/// A time relative to now, in at most a few words: `5 min ago`, `in 2 days`, `12 Mar 2026` beyond 30 days.
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds();
    let past = seconds >= 0;
    match seconds.unsigned_abs() {
        0..45 => if past { text::time::just_now() } else { text::time::in_a_moment() }.to_owned(),
        s @ 45..3_600 => {
            let minutes = ((s + 30) / 60).max(1);
            if past { text::time::minutes_ago(minutes) } else { text::time::in_minutes(minutes) }
        }
        s @ 3_600..86_400 => {
            let hours = s / 3_600;
            if past { text::time::hours_ago(hours) } else { text::time::in_hours(hours) }
        }
        s @ 86_400..2_592_000 => {
            let days = s / 86_400;
            if past { text::time::days_ago(days) } else { text::time::in_days(days) }
        }
        _ => date(at, now),
    }
}

fn date(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if at.year() == now.year() {
        return day_and_month(at);
    }
    date_of_year(at)
}

fn date_of_year(at: DateTime<Utc>) -> String {
    // As a text: a year has no space between its digits.
    text::time::date_of_year(&at.day().to_string(), month(at), &at.year().to_string())
}

/// A moment of the last day on which something that ends at this time is in force: what ends at midnight has no part of
/// the day that begins then.
pub fn last_day(ends_at: DateTime<Utc>) -> DateTime<Utc> {
    ends_at - TimeDelta::microseconds(1)
}

/// How long something that ends at this time is in force, by its last day: `until 31 Dec 2026`, and when that is near,
/// `ends in 3 days`.
pub fn until(ends_at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    /// Days ahead that are counted.
    const NEAR: u64 = 14;
    let last = last_day(ends_at);
    let days = u64::try_from(i64::from(last.num_days_from_ce()) - i64::from(now.num_days_from_ce()));
    match days {
        Ok(days @ 0..=NEAR) if now < ends_at => text::time::ends_in_days(days),
        _ => text::time::until(&date_of_year(last)),
    }
}

/// A day without its year: `12 Mar`.
pub fn day_and_month(at: DateTime<Utc>) -> String {
    text::time::date(&at.day().to_string(), month(at))
}

fn month(at: DateTime<Utc>) -> &'static str {
    match at.month() {
        1 => text::time::january(),
        2 => text::time::february(),
        3 => text::time::march(),
        4 => text::time::april(),
        5 => text::time::may(),
        6 => text::time::june(),
        7 => text::time::july(),
        8 => text::time::august(),
        9 => text::time::september(),
        10 => text::time::october(),
        11 => text::time::november(),
        _ => text::time::december(),
    }
}

/// A time to the second, in UTC.
pub fn exact(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A duration given in microseconds: `840 µs`, `12.4 ms`, `3.20 s`; a dash when it is not known.
pub fn latency(micros: Option<i64>) -> String {
    let Some(micros) = micros else { return "–".to_owned() };
    let micros = micros.max(0).unsigned_abs();
    let (mut text, unit) = match micros {
        ..1_000 => (number(micros), " µs"),
        1_000..100_000 => (decimal((micros + 50) / 100, 1), " ms"),
        100_000..1_000_000 => (number((micros + 500) / 1_000), " ms"),
        _ => (decimal((micros + 5_000) / 10_000, 2), " s"),
    };
    text.push_str(unit);
    text
}

/// A number given in tenths (or hundredths, …), at least one, with as many decimals.
fn decimal(parts: u64, decimals: usize) -> String {
    let mut text = parts.to_string();
    // Floating-point numbers would bring all of their formatting into the browser.
    if let Some(place) = text.len().checked_sub(decimals) {
        text.insert(place, language().decimal_mark());
    }
    text
}

/// A whole number with thin spaces between thousands.
pub fn number(n: impl Into<u64>) -> String {
    let digits = n.into().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 tool`, `3 tools`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", number(n as u64)) }
}

/// A text in capital letters. In the browser its own tables serve, ours would come on top.
pub fn upper(text: &str) -> String {
    #[cfg(feature = "ssr")]
    {
        text.to_uppercase()
    }
    #[cfg(not(feature = "ssr"))]
    {
        js_sys::JsString::from(text).to_upper_case().into()
    }
}

/// A text in small letters, as [`upper`].
pub fn lower(text: &str) -> String {
    #[cfg(feature = "ssr")]
    {
        text.to_lowercase()
    }
    #[cfg(not(feature = "ssr"))]
    {
        js_sys::JsString::from(text).to_lower_case().into()
    }
}

/// The letters that stand for a name: first of the first and of the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    let text = upper(&first.into_iter().chain(last).collect::<String>());
    if text.is_empty() { "?".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone};

    use super::*;

    #[test]
    fn relative_times() {
        let now = Utc.with_ymd_and_hms(2026, 3, 12, 12, 0, 0).unwrap();
        let cases = [
            (Duration::seconds(10), "just now"),
            (Duration::seconds(50), "1 min ago"),
            (Duration::minutes(5), "5 min ago"),
            (Duration::hours(3), "3 h ago"),
            (Duration::days(1), "1 day ago"),
            (Duration::days(20), "20 days ago"),
            (Duration::days(60), "11 Jan"),
            (Duration::days(400), "5 Feb 2025"),
            (Duration::minutes(-90), "in 1 h"),
            (Duration::days(-2), "in 2 days"),
            (Duration::seconds(-5), "in a moment"),
        ];
        for (ago, text) in cases {
            assert_eq!(relative(now - ago, now), text);
        }
        assert_eq!(exact(now), "2026-03-12 12:00:00 UTC");
    }

    #[test]
    fn what_ends_at_midnight_is_in_force_until_the_day_before() {
        let now = Utc.with_ymd_and_hms(2026, 12, 12, 12, 0, 0).unwrap();
        for (end, words) in [
            ("2027-01-01T00:00:00Z", "until 31 Dec 2026"),
            ("2027-01-01T00:00:01Z", "until 1 Jan 2027"),
            ("2026-12-27T00:00:00Z", "ends in 14 days"),
            ("2026-12-15T00:00:00Z", "ends in 2 days"),
            ("2026-12-14T00:00:00Z", "ends tomorrow"),
            ("2026-12-13T00:00:00Z", "ends today"),
            ("2026-12-12T12:00:01Z", "ends today"),
            ("2026-12-12T12:00:00Z", "until 12 Dec 2026"),
            ("2026-12-12T00:00:00Z", "until 11 Dec 2026"),
        ] {
            assert_eq!(until(end.parse().unwrap(), now), words, "{end}");
        }
    }

    #[test]
    fn numbers_and_durations() {
        assert_eq!(number(1_234_567_u64), "1\u{202f}234\u{202f}567");
        assert_eq!(number(12_u64), "12");
        assert_eq!(count(1, "tool", "tools"), "1 tool");
        assert_eq!(count(0, "tool", "tools"), "0 tools");
        assert_eq!(latency(Some(840)), "840 µs");
        assert_eq!(latency(Some(0)), "0 µs");
        assert_eq!(latency(Some(1_000)), "1.0 ms");
        assert_eq!(latency(Some(12_400)), "12.4 ms");
        assert_eq!(latency(Some(99_970)), "100.0 ms");
        assert_eq!(latency(Some(499_700)), "500 ms");
        assert_eq!(latency(Some(1_000_000)), "1.00 s");
        assert_eq!(latency(Some(3_200_000)), "3.20 s");
        assert_eq!(latency(None), "–");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn numbers_are_those_of_the_language() {
        let owner = leptos::prelude::Owner::new();
        owner.with(|| {
            leptos::prelude::provide_context(crate::i18n::Language::German);
            assert_eq!(latency(Some(12_400)), "12,4 ms");
            assert_eq!(latency(Some(3_200_000)), "3,20 s");
            assert_eq!(number(1_234_u64), "1\u{202f}234");
        });
    }

    #[test]
    fn initials_of_names() {
        assert_eq!(initials("Ada Lovelace"), "AL");
        assert_eq!(initials("ada"), "A");
        assert_eq!(initials("Grace Brewster Murray Hopper"), "GH");
        assert_eq!(initials("  "), "?");
    }
}
