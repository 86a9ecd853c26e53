//! What a governed call costs: by connections, by size, in streams, and for lists.

use anyhow::Result;

use super::{
    report::{Section, maybe, number},
    rounds::{Ask, Measured, Rounds, Way},
};

/// Connections of the rounds. The bars about throughput and CPU time are those of 32.
pub(super) const CONNECTIONS: [usize; 5] = [1, 10, 32, 50, 200];

/// Calls on all ways with so many connections each.
pub(super) struct ByConnections {
    ways: Vec<&'static str>,
    measured: Vec<(usize, Vec<Measured>)>,
}

impl ByConnections {
    /// The first way is the one that the others add to.
    pub(super) fn measure(rounds: &Rounds, ways: &[&Way], connections: &[usize]) -> Result<Self> {
        let mut measured = Vec::new();
        for &connections in connections {
            measured.push((connections, rounds.compare(ways, Ask::call("bytes_512", connections))?));
        }
        Ok(Self { ways: ways.iter().map(|way| way.name).collect(), measured })
    }

    /// What a way showed.
    pub(super) fn of(&self, way: &str, connections: usize) -> Option<Measured> {
        let place = self.ways.iter().position(|name| *name == way)?;
        self.measured.iter().find(|(number, _)| *number == connections).map(|(_, ways)| ways[place])
    }

    pub(super) fn section(&self, title: String) -> Section {
        let note = "`tools/call` with 64 B of arguments and 512 B of result; times in µs, added to a direct call's.";
        let head = [
            "way",
            "connections",
            "calls/s",
            "p50",
            "p99",
            "p99.9",
            "added p50",
            "added p99",
            "added p99.9",
            "CPU µs/call",
            "RSS, MB",
        ];
        let mut section = Section::new(title, note, &head);
        for (connections, ways) in &self.measured {
            for (place, (way, measured)) in self.ways.iter().zip(ways).enumerate() {
                let added = |pick: fn(&Measured) -> f64| match place {
                    0 => maybe(None),
                    _ => number(pick(measured) - pick(&ways[0])),
                };
                section.row([
                    (*way).to_owned(),
                    connections.to_string(),
                    number(measured.per_second),
                    number(measured.p50),
                    number(measured.p99),
                    number(measured.p999),
                    added(|measured| measured.p50),
                    added(|measured| measured.p99),
                    added(|measured| measured.p999),
                    maybe(measured.cpu),
                    maybe(measured.memory),
                ]);
            }
        }
        section
    }
}

/// Requests of several kinds on the direct way, through the byte proxy, and governed.
pub(super) struct ByKind {
    measured: Vec<(&'static str, usize, Vec<Measured>)>,
}

impl ByKind {
    pub(super) fn measure(rounds: &Rounds, ways: [&Way; 3], kinds: &[(&'static str, Ask<'_>)]) -> Result<Self> {
        let mut measured = Vec::new();
        for (name, ask) in kinds {
            measured.push((*name, ask.connections, rounds.compare(&ways, *ask)?));
        }
        Ok(Self { measured })
    }

    /// The governed way of the first kind.
    pub(super) fn first(&self) -> Option<Measured> {
        self.measured.first().map(|(.., ways)| ways[2])
    }

    pub(super) fn section(&self, title: String, note: &str) -> Section {
        let head = [
            "what",
            "connections",
            "direct/s",
            "byte proxy/s",
            "Drawbridge/s",
            "p50",
            "p99",
            "added p50",
            "added p99",
            "CPU µs, byte proxy",
            "CPU µs, Drawbridge",
        ];
        let mut section = Section::new(title, note, &head);
        for (name, connections, ways) in &self.measured {
            let [direct, proxy, governed] = [ways[0], ways[1], ways[2]];
            section.row([
                (*name).to_owned(),
                connections.to_string(),
                number(direct.per_second),
                number(proxy.per_second),
                number(governed.per_second),
                number(governed.p50),
                number(governed.p99),
                number(governed.p50 - direct.p50),
                number(governed.p99 - direct.p99),
                maybe(proxy.cpu),
                maybe(governed.cpu),
            ]);
        }
        section
    }
}

/// Bodies of growing size: in the answer, and in the question.
pub(super) fn bodies() -> Vec<(&'static str, Ask<'static>)> {
    let asked = |argument_bytes| Ask { argument_bytes, ..Ask::call("bytes_64", 10) };
    vec![
        ("64 B answered", Ask::call("bytes_64", 10)),
        ("512 B answered", Ask::call("bytes_512", 10)),
        ("16 KB answered", Ask::call("bytes_16384", 10)),
        ("64 KB answered", Ask::call("bytes_65536", 10)),
        ("1 MB answered", Ask::call("bytes_1048576", 10)),
        ("512 B asked", asked(512)),
        ("16 KB asked", asked(16 << 10)),
        ("64 KB asked", asked(64 << 10)),
        ("1 MB asked", asked(1 << 20)),
    ]
}

/// Answers that come as streams of events.
pub(super) fn streams() -> Vec<(&'static str, Ask<'static>)> {
    vec![
        ("10 events", Ask::call("events_10", 10)),
        ("100 events", Ask::call("events_100", 10)),
        ("10 events, more connections", Ask::call("events_10", 50)),
    ]
}

/// The list of 200 tools, each compared with what was approved.
pub(super) fn lists() -> Vec<(&'static str, Ask<'static>)> {
    vec![("200 tools", Ask::list(1)), ("200 tools, more connections", Ask::list(10))]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURED: Measured =
        Measured { per_second: 100.0, p50: 300.0, p99: 900.0, p999: 950.0, cpu: Some(40.0), memory: None };

    #[test]
    fn what_is_added_is_counted_from_the_first_way() {
        let direct = Measured { p50: 100.0, p99: 200.0, p999: 250.0, cpu: None, ..MEASURED };
        let by_connections =
            ByConnections { ways: vec!["direct", "governed"], measured: vec![(10, vec![direct, MEASURED])] };
        assert_eq!(by_connections.of("governed", 10), Some(MEASURED));
        assert_eq!(by_connections.of("governed", 1), None);
        let rows = by_connections.section(String::new()).rows;
        assert_eq!(rows[0][6..], ["–", "–", "–", "–", "–"]);
        assert_eq!(rows[1][6..], ["200", "700", "700", "40.0", "–"]);
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let by_kind = ByKind { measured: vec![("x", 1, vec![MEASURED; 3])] };
        let section = by_kind.section(String::new(), "");
        assert_eq!(section.rows[0].len(), section.head.len());
        let by_connections = ByConnections { ways: vec!["x"], measured: vec![(1, vec![MEASURED])] };
        let section = by_connections.section(String::new());
        assert_eq!(section.rows[0].len(), section.head.len());
    }
}
