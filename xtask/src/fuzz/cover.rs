//! Which few inputs reach nearly everything that thousands reach.

use std::{collections::HashSet, path::PathBuf};

/// An input and the edges that it passes.
pub(super) struct Input {
    pub(super) path: PathBuf,
    size: u64,
    edges: HashSet<u32>,
}

/// Reads what libFuzzer notes of each input while it merges: two numbers and the names, then lines that begin with
/// `STARTED`, `FT` or `COV` and the number of the input.
pub(super) fn read(control: &str) -> Option<Vec<Input>> {
    let mut lines = control.lines();
    let count = lines.next()?.parse().ok()?;
    let mut inputs: Vec<_> = lines
        .by_ref()
        .skip(1)
        .take(count)
        .map(|name| Input { path: name.into(), size: 0, edges: HashSet::new() })
        .collect();
    for line in lines {
        let mut words = line.split(' ');
        let (kind, input) = (words.next()?, words.next()?.parse::<usize>().ok()?);
        let input = inputs.get_mut(input)?;
        match kind {
            "STARTED" => input.size = words.next()?.parse().ok()?,
            "FT" => input.edges = words.map(str::parse).collect::<Result<_, _>>().ok()?,
            _ => {}
        }
    }
    Some(inputs)
}

/// Chooses at most `most` inputs, always the one that adds most to those chosen before, the shortest of equals. What
/// `given` reaches is reached anyway; inputs longer than `longest` are left out.
pub(super) fn choose(inputs: Vec<Input>, given: impl Fn(&Input) -> bool, most: usize, longest: u64) -> Vec<PathBuf> {
    let (given, mut rest): (Vec<_>, Vec<_>) = inputs.into_iter().partition(given);
    let mut reached: HashSet<u32> = given.into_iter().flat_map(|input| input.edges).collect();
    rest.retain(|input| input.size <= longest);
    let mut chosen = Vec::new();
    while chosen.len() < most {
        for input in &mut rest {
            input.edges.retain(|edge| !reached.contains(edge));
        }
        rest.retain(|input| !input.edges.is_empty());
        rest.sort_by(|one, two| (two.edges.len(), one.size, &one.path).cmp(&(one.edges.len(), two.size, &two.path)));
        if rest.is_empty() {
            break;
        }
        let best = rest.remove(0);
        reached.extend(best.edges);
        chosen.push(best.path);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTROL: &str = "5\n0\nkept/named\nfound/a\nfound/b\nfound/c\nfound/long\n\
                           STARTED 0 9\nFT 0 1\nCOV 0 1\nSTARTED 1 7\nFT 1 1 2 3\nCOV 1 2 3\nSTARTED 2 5\nFT 2 3 2\n\
                           COV 2\nSTARTED 3 4\nFT 3 4\nCOV 3 4\nSTARTED 4 99\nFT 4 2 3 4 5 6\nCOV 4 5 6\n";

    fn chosen(most: usize) -> Vec<String> {
        let named = |input: &Input| input.path.starts_with("kept");
        let paths = choose(read(CONTROL).unwrap(), named, most, 50);
        paths.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn what_adds_most_comes_first_and_the_shortest_of_equals() {
        assert_eq!(chosen(9), ["found/b", "found/c"]);
        assert_eq!(chosen(1), ["found/b"]);
    }

    #[test]
    fn half_a_file_is_not_read() {
        assert!(read("").is_none());
        assert!(read("1\n0\nfound/a\nFT 3 1\n").is_none());
        assert!(read("1\n0\nfound/a\nFT 0 x\n").is_none());
    }
}
