//! Names with `*`.

/// True when the pattern covers the name: `*` stands for any characters, also none; everything else is literal.
///
/// Takes at most `pattern.len() * name.len()` steps, whatever the pattern.
pub fn matches(pattern: &str, name: &str) -> bool {
    // Bytes are enough: a literal part of a UTF-8 text can only match at character boundaries of another.
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where to go on when the literal after the last `*` does not match: after that `*`, one byte of the name further.
    // Only the last `*` needs to be remembered, because an earlier one could not do better.
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&b'*') {
            retry = Some((p + 1, n));
            p += 1;
        } else if pattern.get(p) == Some(&name[n]) {
            p += 1;
            n += 1;
        } else if let Some((after_star, from)) = retry {
            retry = Some((after_star, from + 1));
            p = after_star;
            n = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&b| b == b'*')
}

/// True when a name of a rule's list is a pattern rather than a literal.
pub(crate) fn is_pattern(name: &str) -> bool {
    name.contains('*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_cover_any_characters_and_nothing_else_is_special() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "anything"),
            ("write_*", "write_"),
            ("write_*", "write_file"),
            ("*_file", "write_file"),
            ("*a*b*", "xxaxxbxx"),
            ("a*a", "aa"),
            ("a*bc", "abcbc"),
            ("**", "x"),
            ("é*ü", "éü"),
            ("", ""),
            ("a.b", "a.b"),
            ("[a]?", "[a]?"),
        ] {
            assert!(matches(pattern, name), "{pattern:?} covers {name:?}");
        }
        for (pattern, name) in [
            ("", "a"),
            ("a", ""),
            ("a", "A"),
            ("write_*", "rewrite_file"),
            ("a*a", "a"),
            ("a.b", "axb"),
            ("*ab", "aba"),
            ("a*bc", "abcb"),
        ] {
            assert!(!matches(pattern, name), "{pattern:?} does not cover {name:?}");
        }
    }

    #[test]
    fn a_hostile_pattern_stays_cheap() {
        let pattern = "*a".repeat(128) + "b";
        assert!(!matches(&pattern, &"a".repeat(100_000)));
    }
}
