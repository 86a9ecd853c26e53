//! Icons: Lucide's for the interface, in one sprite; Simple Icons for brands, one file each.

use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::repo::Repo;

/// One `<symbol>` per name in `web/ui-icons.json`, for `<use href="…#name">`.
pub(super) fn interface_sprite(repo: &Repo) -> Result<Vec<u8>> {
    let mut sprite = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">\n");
    for name in list(repo, "web/ui-icons.json")? {
        let path = repo.path(format!("node_modules/lucide-static/icons/{name}.svg"));
        let svg = fs::read_to_string(&path)
            .with_context(|| format!("web/ui-icons.json names `{name}`, which Lucide does not have"))?;
        sprite.push_str(&symbol(&name, &svg)?);
    }
    sprite.push_str("</svg>\n");
    Ok(sprite.into_bytes())
}

/// A Lucide file's drawing as a symbol. The stroke's settings move from the file's root to the symbol; its colour is
/// the text colour of wherever the symbol is used.
fn symbol(name: &str, svg: &str) -> Result<String> {
    let root = svg.find("<svg").with_context(|| format!("the icon {name} is no SVG"))?;
    let open = svg[root..].find('>').map(|at| root + at + 1);
    let (Some(open), Some(close)) = (open, svg.rfind("</svg>")) else {
        bail!("the icon {name} is no SVG");
    };
    let drawing: String = svg[open..close].lines().map(str::trim).collect();
    Ok(format!(
        "<symbol id=\"{name}\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\">{drawing}</symbol>\n"
    ))
}

/// What we read of the package's index.
#[derive(Deserialize)]
struct Brand {
    slug: String,
    /// The brand's colour as six hex digits.
    hex: String,
}

/// Slug and SVG of each brand in `web/brand-icons.json`, in the brand's colour.
pub(super) fn brands(repo: &Repo) -> Result<Vec<(String, Vec<u8>)>> {
    let index = repo.path("node_modules/simple-icons/data/simple-icons.json");
    let known: Vec<Brand> =
        serde_json::from_slice(&fs::read(&index).with_context(|| format!("{} cannot be read", index.display()))?)
            .context("simple-icons.json has another shape than expected")?;
    list(repo, "web/brand-icons.json")?
        .into_iter()
        .map(|slug| {
            let Some(brand) = known.iter().find(|brand| brand.slug == slug) else {
                bail!("web/brand-icons.json names `{slug}`, which Simple Icons does not have");
            };
            let path = repo.path(format!("node_modules/simple-icons/icons/{slug}.svg"));
            let svg = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let coloured = svg.replacen("<svg ", &format!("<svg fill=\"#{}\" ", brand.hex), 1);
            Ok((slug, coloured.into_bytes()))
        })
        .collect()
}

fn list(repo: &Repo, file: &str) -> Result<Vec<String>> {
    let content = fs::read(repo.path(file)).with_context(|| format!("{file} cannot be read"))?;
    serde_json::from_slice(&content).with_context(|| format!("{file} is not a list of strings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_keeps_the_drawing_and_takes_the_text_colour() {
        let svg = "<!-- licence -->\n<svg\n  class=\"x\"\n  stroke-width=\"2\"\n>\n  <path d=\"M1 2\" />\n</svg>\n";
        let symbol = symbol("home", svg).expect("an SVG");
        assert!(symbol.starts_with("<symbol id=\"home\""));
        assert!(symbol.contains("stroke=\"currentColor\""));
        assert!(symbol.ends_with("><path d=\"M1 2\" /></symbol>\n"));
    }
}
