//! What is said of a payload of which not everything is kept.

/// How much of an entry's arguments and result is kept; nothing when it is all.
pub(crate) fn told(args: (Option<&str>, Option<i64>), result: (Option<&str>, Option<i64>)) -> Option<String> {
    let parts = [("arguments", args), ("result", result)];
    let cut: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, (text, length))| {
            let length = length?;
            match text {
                Some(text) if text.len() as i64 == length => None,
                Some(text) => Some(format!("{name}: the first {} of {length} bytes", text.len())),
                None => Some(format!("{name}: {length} bytes, not kept")),
            }
        })
        .collect();
    (!cut.is_empty()).then(|| cut.join("; "))
}
