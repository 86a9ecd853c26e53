//! What changed between two texts, line by line: for definitions that differ from what was approved.

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// In both.
    Same(String),
    /// Only in the first.
    Removed(String),
    /// Only in the second.
    Added(String),
    /// So many lines that are in both and far from any change.
    Skipped(usize),
}

impl Line {
    /// The line as it is shown: its sign (`+`, `−`, a space, or `…` where lines are left out), and its text.
    pub fn signed(self) -> (String, String) {
        let (sign, text) = match self {
            Self::Same(text) => (" ", text),
            Self::Removed(text) => ("−", text),
            Self::Added(text) => ("+", text),
            Self::Skipped(count) => ("…", crate::text::components::diff_unchanged(count)),
        };
        (sign.to_owned(), text)
    }
}

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;
/// Lines of one side times lines of the other: beyond it the comparison is not worth its time.
const MOST_WORK: usize = 4_000_000;

/// Compares two JSON texts in the same layout, so that only what they say counts. Other texts are compared as they are.
pub fn json_diff(old: &str, new: &str) -> Vec<Line> {
    diff(&pretty(old), &pretty(new))
}

/// JSON text with one value a line; other text as it is.
pub fn pretty(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| text.to_owned())
}

/// Compares two texts; lines far from any change are counted instead of shown.
pub fn diff(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    fold(compare(&old, &new))
}

/// The shortest way from one to the other, by the longest common subsequence.
fn compare(old: &[&str], new: &[&str]) -> Vec<Line> {
    let removed = |line: &&str| Line::Removed((*line).to_owned());
    let added = |line: &&str| Line::Added((*line).to_owned());
    if old.len().saturating_mul(new.len()) > MOST_WORK {
        return old.iter().map(removed).chain(new.iter().map(added)).collect();
    }
    // common[i][j]: length of the longest common subsequence of old[i..] and new[j..].
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::with_capacity(old.len().max(new.len()));
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(Line::Same(old[i].to_owned()));
            i += 1;
            j += 1;
        } else if j == new.len() || (i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            lines.push(removed(&old[i]));
            i += 1;
        } else {
            lines.push(added(&new[j]));
            j += 1;
        }
    }
    lines
}

/// Counts lines that are far from any change.
fn fold(lines: Vec<Line>) -> Vec<Line> {
    let changes: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| !matches!(line, Line::Same(_))).map(|(i, _)| i).collect();
    let near = |i: usize| {
        let at = changes.partition_point(|change| *change < i);
        let before = at.checked_sub(1).and_then(|at| changes.get(at)).is_some_and(|change| i - change <= CONTEXT);
        let after = changes.get(at).is_some_and(|change| change - i <= CONTEXT);
        before || after
    };
    let mut folded = Vec::new();
    for (i, line) in lines.into_iter().enumerate() {
        if near(i) {
            folded.push(line);
        } else if let Some(Line::Skipped(count)) = folded.last_mut() {
            *count += 1;
        } else {
            folded.push(Line::Skipped(1));
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line]) -> Vec<String> {
        lines
            .iter()
            .map(|line| match line {
                Line::Same(text) => format!(" {text}"),
                Line::Removed(text) => format!("-{text}"),
                Line::Added(text) => format!("+{text}"),
                Line::Skipped(count) => format!("@{count}"),
            })
            .collect()
    }

    #[test]
    fn changes_stand_where_they_happened() {
        assert_eq!(texts(&diff("a\nb\nc", "a\nx\nc\nd")), [" a", "-b", "+x", " c", "+d"]);
        assert_eq!(texts(&diff("a", "a")), ["@1"]);
        assert_eq!(texts(&diff("", "a")), ["+a"]);
    }

    #[test]
    fn lines_far_from_changes_are_counted() {
        let old: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let mut new = old.clone();
        new[10] = "ten".into();
        let lines = texts(&diff(&old.join("\n"), &new.join("\n")));
        assert_eq!(lines.first().map(String::as_str), Some("@7"));
        assert_eq!(lines.last().map(String::as_str), Some("@6"));
        assert!(lines.contains(&"-10".to_owned()) && lines.contains(&"+ten".to_owned()));
    }

    #[test]
    fn layout_of_json_does_not_count() {
        assert_eq!(texts(&json_diff(r#"{"a":1}"#, "{ \"a\": 1 }")), ["@3"]);
        assert!(texts(&json_diff(r#"{"a":1}"#, r#"{"a":2}"#)).contains(&"+  \"a\": 2".to_owned()));
    }
}
