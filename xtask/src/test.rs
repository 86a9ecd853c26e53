//! `./x test`: every stage in order, and `./x check`: the quick ones.

use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;

use crate::{
    conformance, e2e, lint,
    repo::Repo,
    rules,
    site::{self, Mode},
    stage::{note, stage},
    system::{self, Need},
    unit,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stages, separated by commas, in their usual order
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Stage>,
}

/// The stages in the order in which they run: what fails fast comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// Formatting
    Fmt,
    /// Which crate may use which
    Rules,
    /// Clippy, the TypeScript check
    Clippy,
    /// Compiling all tests
    Compile,
    /// Unit and integration tests
    Unit,
    /// The front-end as it is shipped, and its size budget
    Site,
    /// Browser tests
    E2e,
    /// The protocol's conformance suite
    Conformance,
}

impl Stage {
    fn title(self) -> &'static str {
        match self {
            Self::Fmt => "format",
            Self::Rules => "dependency rules",
            Self::Clippy => "clippy",
            Self::Compile => "compile tests",
            Self::Unit => "tests",
            Self::Site => "front-end and size budget",
            Self::E2e => "browser tests",
            Self::Conformance => "MCP conformance",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Unit => &[Need::Postgres],
            Self::E2e => &[Need::Chromium],
            Self::Fmt | Self::Rules | Self::Clippy | Self::Compile | Self::Site | Self::Conformance => &[],
        }
    }

    fn run(self, repo: &Repo) -> Result<()> {
        match self {
            Self::Fmt => lint::format(repo),
            Self::Rules => {
                rules::check(repo)?;
                lint::deny(repo)
            }
            Self::Clippy => lint::clippy(repo),
            Self::Compile => unit::compile(repo),
            Self::Unit => unit::run(repo),
            Self::Site => {
                site::build(repo, Mode::Tested)?;
                site::check_budget(repo)
            }
            Self::E2e => e2e::run(repo, &[]),
            Self::Conformance => conformance::run(repo, &conformance::Args::default()),
        }
    }
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let chosen = |stage: &Stage| args.only.is_empty() || args.only.contains(stage);
    stages(repo, &Stage::value_variants().iter().copied().filter(chosen).collect::<Vec<_>>())
}

/// What is worth running before every commit.
pub(crate) fn check(repo: &Repo) -> Result<()> {
    stages(repo, &[Stage::Fmt, Stage::Rules, Stage::Clippy, Stage::Unit])
}

/// Runs stages up to the first that fails. What the machine lacks for any of them is found out before the first.
fn stages(repo: &Repo, chosen: &[Stage]) -> Result<()> {
    let needs: Vec<Need> = chosen.iter().flat_map(|stage| stage.needs()).copied().collect();
    system::ensure(&needs)?;
    let begin = Instant::now();
    for one in chosen {
        stage(one.title(), || one.run(repo))?;
    }
    note(&format!("everything passed, in {} min", begin.elapsed().as_secs().div_ceil(60)));
    Ok(())
}
