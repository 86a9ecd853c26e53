//! Skipping work: a digest of a step's inputs is kept beside its outputs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Collects what a step depends on.
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// Starts with the step's own name and version: raise the version when the step itself changes what it makes.
    pub(crate) fn of(step: &str, version: u32) -> Self {
        Self(Sha256::new()).text(step).text(&version.to_string())
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.part(text.as_bytes());
        self
    }

    /// A file's path and content. A missing file counts as such.
    pub(crate) fn file(mut self, path: &Path) -> Result<Self> {
        self.part(path.as_os_str().as_encoded_bytes());
        match fs::read(path) {
            Ok(content) => self.part(&content),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.part(b"missing"),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
        Ok(self)
    }

    /// All files below a directory whose extension is one of these, in a fixed order.
    pub(crate) fn tree(mut self, dir: &Path, extensions: &[&str]) -> Result<Self> {
        for path in files(dir, extensions)? {
            self = self.file(&path)?;
        }
        Ok(self)
    }

    pub(crate) fn digest(self) -> String {
        hex::encode(self.0.finalize())
    }

    /// Each part is preceded by its length, so that two lists of parts never look alike.
    fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }
}

/// Runs `make` unless the stamp holds this digest and every output is there. Says whether it ran.
pub(crate) fn unless_fresh(
    stamp: &Path,
    inputs: Inputs,
    outputs: &[&Path],
    make: impl FnOnce() -> Result<()>,
) -> Result<bool> {
    let digest = inputs.digest();
    if outputs.iter().all(|path| path.exists()) && fs::read_to_string(stamp).is_ok_and(|seen| seen == digest) {
        return Ok(false);
    }
    make()?;
    if let Some(parent) = stamp.parent() {
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    }
    fs::write(stamp, digest).with_context(|| format!("{} cannot be written", stamp.display()))?;
    Ok(true)
}

/// All files below a directory with one of these extensions, sorted. A missing directory is empty.
pub(crate) fn files(dir: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", dir.display())),
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| extensions.iter().any(|wanted| e == *wanted)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_runs_once_until_an_input_or_output_changes() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (input, output, stamp) = (dir.path().join("in.ts"), dir.path().join("out"), dir.path().join("stamp"));
        fs::write(&input, "one").expect("write");
        let step = || {
            let inputs = Inputs::of("step", 1).tree(dir.path(), &["ts"]).expect("readable");
            unless_fresh(&stamp, inputs, &[&output], || Ok(fs::write(&output, "made")?)).expect("runs")
        };
        assert!(step());
        assert!(!step());
        fs::write(&input, "two").expect("write");
        assert!(step());
        fs::remove_file(&output).expect("remove");
        assert!(step());
        assert!(!step());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let left = Inputs::of("s", 1).text("ab").text("c").digest();
        let right = Inputs::of("s", 1).text("a").text("bc").digest();
        assert_ne!(left, right);
    }
}
