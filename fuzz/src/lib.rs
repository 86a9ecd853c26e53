//! Laws of the protocol code, for whatever bytes a fuzzer makes of them.
//!
//! Each target is a function of bytes that panics when a law is broken. `./x fuzz` lets libFuzzer search for such bytes;
//! the test of this crate runs all targets over the inputs that are kept in `corpus/`, so what was found once stays found.
//! The laws compare with something independent: `serde_json`, a naive reading of the same bytes, or the way back.
#![expect(clippy::unwrap_used, reason = "a panic is a finding")]

pub mod bridge;
pub mod envelope;
pub mod headers;
pub mod lists;
pub mod sse;
pub mod tokens;

mod prefix;

// What the tests of `mcp` hold against generated messages.
#[path = "../../crates/mcp/tests/it/reference.rs"]
mod reference;
#[path = "../../crates/mcp/tests/it/translations.rs"]
mod translations;

/// Parts of an input are separated by form feeds, which occur neither in JSON nor in header values.
const PAGE: u8 = b'\x0c';

/// A target: panics when the bytes break one of its laws.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("bridge", bridge::run),
    ("envelope", envelope::run),
    ("headers", headers::run),
    ("lists", lists::run),
    ("sse", sse::run),
    ("tokens", tokens::run),
];

/// Numbers that depend on the input alone, for choices that it should not have to spell out.
struct Choices(u64);

impl Choices {
    fn of(data: &[u8]) -> Self {
        // FNV-1a.
        let hash = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(data.iter().fold(0xcbf2_9ce4_8422_2325, hash))
    }

    /// A number below `bound`, which must not be zero.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}
