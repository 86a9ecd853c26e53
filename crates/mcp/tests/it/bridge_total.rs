//! Whatever comes is translated or refused: no panic, and nothing that the strict scan would not accept.

use proptest::prelude::*;

use crate::generators::{METHODS, json, message, space};
use crate::translations::translate_all;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_json_is_translated_or_refused(body in json(), method in prop::sample::select(METHODS)) {
        translate_all(&body, method);
    }

    #[test]
    fn any_message_is_translated_or_refused(
        params in json(),
        result in json(),
        error in json(),
        method in prop::sample::select(METHODS),
        space in space(),
    ) {
        let quoted = format!("\"{method}\"");
        for (key, part) in [("params", &params), ("result", &result), ("error", &error)] {
            let mut parts = vec![("jsonrpc", "\"2.0\""), ("id", "1"), (key, part.as_str())];
            if key == "params" {
                parts.push(("method", &quoted));
            }
            translate_all(&message(&parts, space), method);
        }
    }
}
