//! Makes the console's texts (`texts/`) into functions, and for the server also into tables, together with what only it
//! says: words of the console that it sends ready-made (`texts-ssr/`), and what it says in place of the use cases
//! (`texts-server/`). Of these no browser is given any.

use std::fmt::Write as _;
use std::path::Path;

use texts::Language;

fn main() {
    println!("cargo::rerun-if-changed=texts");
    println!("cargo::rerun-if-changed=texts-server");
    println!("cargo::rerun-if-changed=texts-ssr");
    println!("cargo::rerun-if-changed=build.rs");
    if let Err(why) = generate() {
        println!("cargo::error={why}");
    }
}

fn generate() -> Result<(), Box<dyn std::error::Error>> {
    let languages = texts::read(Path::new("texts"))?;
    let english = languages.first().ok_or("texts/en is missing")?;
    let mut source = texts::functions(english, 0);
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    if std::env::var_os("CARGO_FEATURE_SSR").is_some() {
        let said = texts::read(Path::new("texts-ssr"))?;
        let first = english.files.values().map(std::collections::BTreeMap::len).sum();
        let own = texts::functions(said.first().ok_or("texts-ssr/en is missing")?, first);
        writeln!(
            source,
            "/// What only the server says; their numbers follow those of the others.\npub mod said {{\n{own}}}"
        )?;
        source.push_str("/// The texts of each language, in the order of `Language::ALL`.\npub(crate) static TABLES: &[(&str, &str)] = &[\n");
        for language in &languages {
            let more = said.iter().find(|said| said.tag == language.tag).ok_or("texts-ssr lacks a language")?;
            let table = format!("{}{}{}", language.table(), texts::mark::NEXT, more.table());
            writeln!(source, "({:?}, {table:?}),", language.tag)?;
        }
        source.push_str("];\n");
        let all: Vec<Language> = languages.iter().chain(&said).cloned().collect();
        missing(&mut source, &all)?;
        std::fs::write(Path::new(&out).join("spoken.rs"), spoken(&texts::read(Path::new("texts-server"))?)?)?;
    }
    std::fs::write(Path::new(&out).join("text.rs"), source)?;
    Ok(())
}

/// What use cases say, file by file: the English message, the names of what stands in it, and the other languages.
fn spoken(languages: &[Language]) -> Result<String, Box<dyn std::error::Error>> {
    let (english, others) = languages.split_first().ok_or("texts-server/en is missing")?;
    let mut source = String::from("/// Every message by file.\nstatic FILES: &[(&str, &[Message])] = &[\n");
    for (file, messages) in &english.files {
        writeln!(source, "({file:?}, &[")?;
        for (id, message) in messages {
            let names: Vec<&str> = message.arguments.iter().map(|argument| argument.name.as_str()).collect();
            let lines: Vec<&str> = others.iter().map(|other| other.files[file][id].line.as_str()).collect();
            writeln!(source, "Message {{ english: {:?}, names: &{names:?}, others: &{lines:?} }},", message.line)?;
        }
        source.push_str("]),\n");
    }
    source.push_str("];\n/// The languages of it.\n#[cfg(test)]\nstatic TAGS: &[&str] = &[");
    for language in languages {
        write!(source, "{:?}, ", language.tag)?;
    }
    source.push_str("];\n");
    missing(&mut source, languages)?;
    Ok(source)
}

/// What other languages lack, for the tests.
fn missing(source: &mut String, languages: &[Language]) -> std::fmt::Result {
    source.push_str("/// What other languages lack.\n#[cfg(test)]\npub(crate) static MISSING: &[&str] = &[");
    for language in languages {
        for id in &language.missing {
            write!(source, "{:?}, ", format!("{}: {id}", language.tag))?;
        }
    }
    source.push_str("];\n");
    Ok(())
}
