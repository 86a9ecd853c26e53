//! Finding what somebody means by a few letters.

/// How well words fit a text; nothing when they do not. Every word must be in it, its letters in order; letters that
/// begin words or follow each other count more.
pub(super) fn score(words: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    words.split_whitespace().map(|word| score_word(word, &text)).sum()
}

fn score_word(word: &str, text: &[char]) -> Option<i32> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    // As one piece it is best where a word begins; the shorter the text, the better.
    let whole = text.windows(word.len().max(1)).enumerate().filter(|(_, piece)| *piece == word.as_slice());
    let whole = whole.map(|(at, _)| if begins_word(text, at) { 100 } else { 60 }).max();
    // The first letters of its words say more than a piece from within one.
    let initials: Vec<char> = (0..text.len()).filter(|at| begins_word(text, *at)).map(|at| text[at]).collect();
    let best = whole.max((word.len() > 1 && initials.starts_with(&word)).then_some(90));
    let spare = i32::try_from(text.len()).unwrap_or(i32::MAX).min(50) / 5;
    if let Some(best) = best {
        return Some(best + 20 - spare);
    }
    let mut at = 0;
    let mut score = 0;
    let mut last: Option<usize> = None;
    for letter in word {
        let found = at + text.get(at..)?.iter().position(|c| *c == letter)?;
        score += if begins_word(text, found) {
            8
        } else if found.checked_sub(1) == last && last.is_some() {
            5
        } else {
            1
        };
        last = Some(found);
        at = found + 1;
    }
    Some(score)
}

fn begins_word(text: &[char], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|before| !before.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::score;

    fn best<'a>(words: &str, texts: &[&'a str]) -> Option<&'a str> {
        let mut found: Vec<_> = texts.iter().filter_map(|text| Some((score(words, text)?, *text))).collect();
        found.sort_by_key(|(score, _)| -score);
        found.first().map(|(_, text)| *text)
    }

    #[test]
    fn letters_in_order_are_enough() {
        let pages = ["Home", "My connectors", "Catalog", "My requests", "Audit log", "Inbox", "Servers"];
        assert_eq!(best("inb", &pages), Some("Inbox"));
        assert_eq!(best("al", &pages), Some("Audit log"));
        assert_eq!(best("mr", &pages), Some("My requests"));
        assert_eq!(best("log audit", &pages), Some("Audit log"));
        assert_eq!(best("ü", &pages), None);
        assert_eq!(score("zz", "Home"), None);
        assert_eq!(score("", "Home"), Some(0));
    }
}
