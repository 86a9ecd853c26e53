//! One spelling for each number, exactly.

/// Up to this many digits a number is written out; beyond, with an exponent. It keeps a tiny text from growing.
const PLAIN: i64 = 21;

/// Writes the canonical form of a JSON number: the same text for texts of the same value, another one for any other
/// value, however many digits they have. `number` must be a valid JSON number.
pub(crate) fn write_number(out: &mut String, number: &str) {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        out.push('0');
        return;
    }
    // The value is 0.DIGITS times ten to the power of `point`.
    let leading = digits.len() - significant.len();
    let significant = significant.trim_end_matches('0');
    let Some(point) = exponent
        .trim_start_matches('+')
        .parse::<i64>()
        .ok()
        .and_then(|e| e.checked_add(whole.len() as i64 - leading as i64))
    else {
        // An exponent beyond 64 bits: no reader can use such a number; its own text tells it apart from every other.
        out.push_str(number);
        return;
    };
    out.push_str(sign);
    let count = significant.len() as i64;
    if (1..=PLAIN).contains(&point) {
        let split = point.min(count) as usize;
        out.push_str(&significant[..split]);
        out.extend(std::iter::repeat_n('0', (point - count).max(0) as usize));
        if split < significant.len() {
            out.push('.');
            out.push_str(&significant[split..]);
        }
    } else if (1 - PLAIN..=0).contains(&point) {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', -point as usize));
        out.push_str(significant);
    } else {
        out.push_str(&significant[..1]);
        if significant.len() > 1 {
            out.push('.');
            out.push_str(&significant[1..]);
        }
        out.push('e');
        // `point` is far from the ends of i64: it was reached by adding lengths of texts to a parsed exponent.
        out.push_str(&point.saturating_sub(1).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::write_number;

    fn canonical(number: &str) -> String {
        let mut out = String::new();
        write_number(&mut out, number);
        out
    }

    #[test]
    fn one_value_has_one_spelling() {
        for (same, expected) in [
            (&["0", "-0", "0.0", "0e9", "-0.00E+5"][..], "0"),
            (&["1", "1.0", "1e0", "10e-1", "0.1e1", "1.000E+0"], "1"),
            (&["-100", "-1e2", "-1.00E+2"], "-100"),
            (&["0.001", "1e-3", "0.10e-2"], "0.001"),
            (&["12.5", "125e-1", "1.25E1", "12.50"], "12.5"),
            (&["1e21", "10e20"], "1e21"),
            (&["100000000000000000000", "1e20"], "100000000000000000000"),
            (&["1.5e-30", "0.0000000000000000000000000000015"], "1.5e-30"),
            (&["1e400", "10e399"], "1e400"),
        ] {
            for number in same {
                assert_eq!(canonical(number), expected, "{number}");
            }
        }
    }

    #[test]
    fn what_a_float_would_confuse_stays_apart() {
        for (a, b) in [
            ("9007199254740992", "9007199254740993"),
            ("0.1", "0.1000000000000000055511151231257827"),
            ("1e400", "1e401"),
            ("1e99999999999999999999", "1e99999999999999999998"),
            ("-1", "1"),
        ] {
            assert_ne!(canonical(a), canonical(b));
        }
    }
}
