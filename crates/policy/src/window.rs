//! Spans of the day: `Mon-Fri 08:00-18:00 Europe/Berlin`.

use std::fmt;

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A span of some days of the week, on the clocks of one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Window {
    /// Bit 0 is Monday.
    days: u8,
    /// Minutes since midnight, inclusive.
    from: u32,
    /// Minutes since midnight, exclusive. Not after `from`: the span ends on the day after.
    until: u32,
    zone: Tz,
}

impl Window {
    /// Reads `[days ]HH:MM-HH:MM[ zone]`; every day when none is named, UTC when no zone is.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace().peekable();
        let days = match words.next_if(|word| word.starts_with(|c: char| c.is_ascii_alphabetic())) {
            Some(days) => days_of(days).ok_or_else(|| {
                format!("`{days}` names no days; write a span as `Mon-Fri 08:00-18:00 Europe/Berlin`")
            })?,
            None => 0b111_1111,
        };
        let span = words.next().ok_or("the hours are missing; write a span as `Mon-Fri 08:00-18:00 Europe/Berlin`")?;
        let (from, until) =
            span.split_once('-').and_then(|(from, until)| Some((minute(from)?, minute(until)?))).ok_or_else(|| {
                format!("`{span}` is no span of hours; write a span as `Mon-Fri 08:00-18:00 Europe/Berlin`")
            })?;
        if from == until || from == 24 * 60 {
            return Err(format!("`{span}` holds no time; write a span as `Mon-Fri 08:00-18:00 Europe/Berlin`"));
        }
        let zone = match words.next() {
            Some(zone) => zone.parse().map_err(|_| {
                format!(
                    "`{zone}` is no time zone of the IANA list; write a span as `Mon-Fri 08:00-18:00 Europe/Berlin`"
                )
            })?,
            None => Tz::UTC,
        };
        match words.next() {
            Some(more) => Err(format!("`{more}` is too much; write a span as `Mon-Fri 08:00-18:00 Europe/Berlin`")),
            None => Ok(Self { days, from, until, zone }),
        }
    }

    /// True when the moment lies in it. A span over midnight belongs to the day on which it begins.
    pub(crate) fn holds(self, now: DateTime<Utc>) -> bool {
        let local = now.with_timezone(&self.zone);
        let minute = local.hour() * 60 + local.minute();
        let today = local.weekday().num_days_from_monday();
        let on = |day: u32| self.days & (1 << (day % 7)) != 0;
        if self.from < self.until {
            on(today) && (self.from..self.until).contains(&minute)
        } else {
            (on(today) && minute >= self.from) || (on(today + 6) && minute < self.until)
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<&str> = (0..7).filter(|day| self.days & (1 << day) != 0).map(|day| DAYS[day]).collect();
        let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        if named.len() < 7 {
            write!(f, "{} ", named.join(","))?;
        }
        write!(f, "{}-{} {}", clock(self.from), clock(self.until), self.zone)
    }
}

fn days_of(text: &str) -> Option<u8> {
    let day = |name: &str| DAYS.iter().position(|day| day.eq_ignore_ascii_case(name));
    text.split(',').try_fold(0_u8, |days, part| {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(part)?, day(part)?),
        };
        // `Sat-Mon` goes over the end of the week.
        let length = (last + 7 - first) % 7;
        Some((0..=length).fold(days, |days, n| days | 1 << ((first + n) % 7)))
    })
}

fn minute(clock: &str) -> Option<u32> {
    let (hour, minute) = clock.split_once(':')?;
    let two = |text: &str| (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?;
    let minutes = two(hour)? * 60 + two(minute).filter(|minute: &u32| *minute < 60)?;
    (minutes <= 24 * 60).then_some(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(window: &str, moment: &str) -> bool {
        Window::parse(window).unwrap().holds(moment.parse().unwrap())
    }

    #[test]
    fn a_span_is_told_by_the_clocks_of_its_place() {
        // 2026-11-20 is a Friday.
        assert!(holds("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-20T07:00:00Z"));
        assert!(!holds("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-20T06:59:59Z"));
        assert!(!holds("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-20T17:00:00Z"));
        // In summer an hour earlier.
        assert!(holds("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-07-17T06:00:00Z"));
        assert!(!holds("Mon-Fri 08:00-18:00", "2026-11-21T12:00:00Z"));
        assert!(holds("00:00-24:00", "2026-11-21T23:59:59Z"));
        // Over midnight, from Friday into Saturday and not from Saturday into Sunday.
        assert!(holds("Fri 22:00-06:00", "2026-11-21T05:59:00Z"));
        assert!(!holds("Fri 22:00-06:00", "2026-11-22T05:59:00Z"));
        assert!(holds("Sat-Mon 10:00-11:00", "2026-11-22T10:30:00Z"));
    }

    #[test]
    fn a_span_has_one_spelling() {
        for (text, shown) in [
            ("mon-wed,fri 08:00-18:00 Europe/Berlin", "Mon,Tue,Wed,Fri 08:00-18:00 Europe/Berlin"),
            ("Mon-Sun 00:00-24:00", "00:00-24:00 UTC"),
        ] {
            assert_eq!(Window::parse(text).unwrap().to_string(), shown);
            assert_eq!(Window::parse(shown).unwrap().to_string(), shown);
        }
        for wrong in [
            "",
            "Mon",
            "8:00-9:00",
            "08:00",
            "08:00-08:00",
            "24:00-01:00",
            "08:00-25:00",
            "08:60-09:00",
            "Foo 08:00-09:00",
            "08:00-09:00 Mars/Base",
            "08:00-09:00 UTC x",
        ] {
            assert!(Window::parse(wrong).is_err(), "{wrong}");
        }
    }
}
