//! `docs/performance.md`: the measured part is written anew, what people wrote around it stays.

use anyhow::{Context, Result};

use crate::repo::Repo;

const BEGIN: &str = "<!-- measured: written by `./x bench --write` -->\n";
const END: &str = "<!-- /measured -->\n";
const FILE: &str = "docs/performance.md";

/// Puts what was measured into the document.
pub(super) fn write(repo: &Repo, measured: &str) -> Result<()> {
    let path = repo.path(FILE);
    let old = std::fs::read_to_string(&path).with_context(|| format!("{FILE} cannot be read"))?;
    std::fs::write(&path, splice(&old, measured)?).with_context(|| format!("{FILE} cannot be written"))
}

fn splice(document: &str, measured: &str) -> Result<String> {
    let parts = document.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.with_context(|| format!("{FILE} has no place between `measured` and `/measured`"))?;
    Ok(format!("{before}{BEGIN}\n{}\n\n{END}{after}", measured.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_measured_part_is_replaced_and_again() {
        let document = format!("# Title\n\n{BEGIN}old\n{END}\n## Findings\n");
        let once = splice(&document, "new\n").expect("the marks are there");
        assert_eq!(once, format!("# Title\n\n{BEGIN}\nnew\n\n{END}\n## Findings\n"));
        assert_eq!(splice(&once, "new").expect("the marks are still there"), once);
        assert!(splice("# Title\n", "new").is_err());
        assert!(splice(&format!("{END}{BEGIN}"), "new").is_err());
    }

    #[test]
    fn the_document_has_its_place() {
        assert!(splice(include_str!("../../../docs/performance.md"), "new").is_ok());
    }
}
