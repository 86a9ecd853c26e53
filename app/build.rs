//! Makes the console's texts (`texts/`) into functions, and for the server also into tables.

use std::fmt::Write as _;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=texts");
    println!("cargo::rerun-if-changed=build.rs");
    if let Err(why) = generate() {
        println!("cargo::error={why}");
    }
}

fn generate() -> Result<(), Box<dyn std::error::Error>> {
    let languages = texts::read(Path::new("texts"))?;
    let english = languages.first().ok_or("texts/en is missing")?;
    let mut source = texts::functions(english);
    if std::env::var_os("CARGO_FEATURE_SSR").is_some() {
        source.push_str("/// The texts of each language, in the order of `Language::ALL`.\npub(crate) static TABLES: &[(&str, &str)] = &[\n");
        for language in &languages {
            writeln!(source, "({:?}, {:?}),", language.tag, language.table())?;
        }
        source.push_str("];\n/// What other languages lack.\n#[cfg(test)]\npub(crate) static MISSING: &[&str] = &[");
        for language in &languages {
            for id in &language.missing {
                write!(source, "{:?}, ", format!("{}: {id}", language.tag))?;
            }
        }
        source.push_str("];\n");
    }
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    std::fs::write(Path::new(&out).join("text.rs"), source)?;
    Ok(())
}
