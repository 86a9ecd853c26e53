//! The texts of the console, one module for each file in `texts/` and one function for each message.

include!(concat!(env!("OUT_DIR"), "/text.rs"));
