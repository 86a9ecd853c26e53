//! Which client is tested against which upstream.

use std::fmt;

use clap::ValueEnum;

/// The combinations that are run unless others are asked for, in CI too. To have another one run, add its line.
const RUN: &[Combination] = &[
    Combination { revision: Revision::November2025, upstream: Upstream::All },
    Combination { revision: Revision::July2026, upstream: Upstream::All },
    Combination { revision: Revision::November2025, upstream: Upstream::Legacy },
    Combination { revision: Revision::July2026, upstream: Upstream::Legacy },
    Combination { revision: Revision::November2025, upstream: Upstream::Modern },
    Combination { revision: Revision::July2026, upstream: Upstream::Modern },
    Combination { revision: Revision::November2025, upstream: Upstream::Sse },
    Combination { revision: Revision::July2026, upstream: Upstream::Sse },
];

/// A revision of the protocol whose requirements the suite has frozen: what the client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Revision {
    #[value(name = "2025-11-25")]
    November2025,
    #[value(name = "2026-07-28")]
    July2026,
}

impl Revision {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::November2025 => "2025-11-25",
            Self::July2026 => "2026-07-28",
        }
    }
}

/// What the server behind Drawbridge speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Upstream {
    /// Every generation of Streamable HTTP
    All,
    /// Only the generations with sessions
    Legacy,
    /// Only 2026-07-28, without sessions
    Modern,
    /// Only 2024-11-05, HTTP with server-sent events
    Sse,
}

impl Upstream {
    /// For the fixture's `--generations`.
    pub(super) fn generations(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Legacy => "2025-03-26,2025-06-18,2025-11-25",
            Self::Modern => "2026-07-28",
            Self::Sse => "2024-11-05",
        }
    }

    /// What somebody who asks for the server calls its transport.
    pub(super) fn transport(self) -> &'static str {
        match self {
            Self::All | Self::Legacy | Self::Modern => "streamable_http",
            Self::Sse => "sse",
        }
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::Legacy => "legacy",
            Self::Modern => "modern",
            Self::Sse => "sse",
        })
    }
}

/// A client of one revision, and an upstream. Shown as `<revision>-to-<upstream>`, the name of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Combination {
    pub(super) revision: Revision,
    pub(super) upstream: Upstream,
}

impl fmt::Display for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-to-{}", self.revision.name(), self.upstream)
    }
}

/// Those of [`RUN`], or every pair with the upstream that was asked for; of these the revision that was asked for.
pub(super) fn chosen(revision: Option<Revision>, upstream: Option<Upstream>) -> Vec<Combination> {
    let pairs = match upstream {
        None => RUN.to_vec(),
        Some(upstream) => {
            Revision::value_variants().iter().map(|revision| Combination { revision: *revision, upstream }).collect()
        }
    };
    pairs.into_iter().filter(|pair| revision.is_none_or(|only| only == pair.revision)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_that_is_asked_for_is_run_with_every_revision() {
        let names =
            |revision, upstream| -> Vec<_> { chosen(revision, upstream).iter().map(ToString::to_string).collect() };
        assert_eq!(names(None, Some(Upstream::Sse)), ["2025-11-25-to-sse", "2026-07-28-to-sse"]);
        assert_eq!(names(Some(Revision::July2026), Some(Upstream::Legacy)), ["2026-07-28-to-legacy"]);
        assert_eq!(chosen(None, None), RUN);
        let old = chosen(Some(Revision::November2025), None);
        assert!(!old.is_empty() && old.iter().all(|one| one.revision == Revision::November2025));
    }

    #[test]
    fn upstreams_are_called_what_the_command_line_calls_them() {
        for upstream in Upstream::value_variants() {
            assert_eq!(Upstream::from_str(&upstream.to_string(), false), Ok(*upstream));
        }
    }
}
