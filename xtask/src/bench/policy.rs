//! `./x bench policy`: what decisions cost in a large organisation, and many more random rule sets against the reference
//! than `./x test` has time for.

use anyhow::Result;

use crate::{
    repo::Repo,
    shell::{cargo, run as start},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Random rule sets that are held against the naive reference; 0 leaves them out
    #[arg(long, default_value_t = 100_000)]
    sets: u32,
}

pub(super) fn run(repo: &Repo, args: &Args) -> Result<()> {
    start(cargo(repo.root()).args(["bench", "-p", "policy", "--bench", "decide"]))?;
    if args.sets == 0 {
        return Ok(());
    }
    // Two sets a case.
    let cases = args.sets.div_ceil(2).to_string();
    let test = ["test", "--release", "-p", "policy", "--test", "policy", "--", "the_whole_path_equals_the_reference"];
    start(cargo(repo.root()).env("PROPTEST_CASES", &cases).args(test))
}
