//! The inputs that are kept, through all laws.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// What a reader of the repository is asked to put up with.
const MOST_FILES: usize = 100;
const LONGEST: u64 = 4096;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_target_has_a_corpus_a_fuzzer_and_nobody_else_has() {
    let names = |directory: &str| {
        let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(directory));
        files.iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let targets: BTreeSet<_> = fuzz::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("fuzz_targets"), targets);
}

#[test]
fn corpora_are_small() {
    for (target, _) in fuzz::TARGETS {
        let files = files(&corpora().join(target));
        assert!((10..=MOST_FILES).contains(&files.len()), "{target} has {} files", files.len());
        for file in files {
            assert!(fs::metadata(&file).unwrap().len() <= LONGEST, "{} is long", file.display());
        }
    }
}

#[test]
fn what_was_found_stays_found() {
    let mut failed = Vec::new();
    for (target, run) in fuzz::TARGETS {
        for file in files(&corpora().join(target)) {
            let data = fs::read(&file).unwrap();
            if catch_unwind(|| run(&data)).is_err() {
                failed.push(file);
            }
        }
    }
    assert!(failed.is_empty(), "these break a law of their target: {failed:#?}");
}
