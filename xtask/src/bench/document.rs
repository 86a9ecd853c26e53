//! `docs/performance.md`: the measured parts are written anew, what people wrote around them stays.

use anyhow::{Context, Result};

use crate::repo::Repo;

const END: &str = "<!-- /measured -->\n";
const FILE: &str = "docs/performance.md";

/// What one command measures.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Calls,
    AtOnce,
    Policy,
}

impl Part {
    const fn begin(self) -> &'static str {
        match self {
            Self::Calls => "<!-- measured: written by `./x bench --write` -->\n",
            Self::AtOnce => "<!-- measured: written by `./x bench at-once --write` -->\n",
            Self::Policy => "<!-- measured: written by `./x bench policy --write` -->\n",
        }
    }
}

/// Puts what was measured into the document.
pub(super) fn write(repo: &Repo, part: Part, measured: &str) -> Result<()> {
    let path = repo.path(FILE);
    let old = std::fs::read_to_string(&path).with_context(|| format!("{FILE} cannot be read"))?;
    std::fs::write(&path, splice(&old, part, measured)?).with_context(|| format!("{FILE} cannot be written"))
}

fn splice(document: &str, part: Part, measured: &str) -> Result<String> {
    let begin = part.begin();
    let parts = document.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.with_context(|| format!("{FILE} has no `{}` with an end", begin.trim()))?;
    Ok(format!("{before}{begin}\n{}\n\n{END}{after}", measured.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_part_is_replaced_and_again() {
        let [calls, policy] = [Part::Calls.begin(), Part::Policy.begin()];
        let document = format!("# Title\n\n{calls}old\n{END}\n## More\n\n{policy}{END}\n## Findings\n");
        let once = splice(&document, Part::Policy, "new\n").expect("the marks are there");
        let expected = format!("# Title\n\n{calls}old\n{END}\n## More\n\n{policy}\nnew\n\n{END}\n## Findings\n");
        assert_eq!(once, expected);
        assert_eq!(splice(&once, Part::Policy, "new").expect("the marks are still there"), once);
        let both = splice(&once, Part::Calls, "newer").expect("the marks are there");
        assert!(both.contains("newer") && both.contains("\nnew\n") && !both.contains("old"), "{both}");
        assert!(splice("# Title\n", Part::Calls, "new").is_err());
        assert!(splice(&format!("{END}{calls}"), Part::Calls, "new").is_err());
    }

    #[test]
    fn the_document_has_its_places() {
        for part in [Part::Calls, Part::AtOnce, Part::Policy] {
            assert!(splice(include_str!("../../../docs/performance.md"), part, "new").is_ok(), "{part:?}");
        }
    }
}
