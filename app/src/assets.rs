//! Where the files of the front-end are: logical names to public addresses with content hashes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The manifest of the site: logical name (`main.css`, `icons/brand/github.svg`) to public address (`/pkg/main.….css`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets {
    urls: BTreeMap<String, String>,
}

impl Assets {
    /// From every entry of the manifest.
    pub const fn new(urls: BTreeMap<String, String>) -> Self {
        Self { urls }
    }

    /// The public address of a file; empty when the site does not have it.
    pub fn url(&self, name: &str) -> &str {
        self.urls.get(name).map_or("", String::as_str)
    }

    /// The addresses of the code that the pages of an area need besides the first module: its own, and what it shares.
    /// Their names list the areas that use them (`areas/audit+inbox.pack`).
    pub fn packs_of<'a>(&'a self, area: &'a str) -> impl Iterator<Item = &'a str> {
        self.urls.iter().filter_map(move |(name, url)| {
            let mut areas = name.strip_prefix(PACK_FOLDER)?.strip_suffix(".pack")?.split('+');
            areas.any(|name| name == area).then_some(url.as_str())
        })
    }

    /// The part that pages need in the browser.
    pub fn icons(&self) -> IconUrls {
        let brands = self
            .urls
            .iter()
            .filter_map(|(name, url)| {
                let slug = name.strip_prefix(BRAND_FOLDER)?.strip_suffix(".svg")?;
                Some((slug.to_owned(), url.clone()))
            })
            .collect();
        IconUrls { sprite: self.url("icons.svg").to_owned(), brands }
    }
}

const PACK_FOLDER: &str = "areas/";
const BRAND_FOLDER: &str = "icons/brand/";

/// Addresses of icons, sent with the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IconUrls {
    /// The sprite with all icons of the interface.
    pub sprite: String,
    /// Brand icons by slug.
    pub brands: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brand_icons_are_found_by_slug() {
        let assets = Assets::new(BTreeMap::from([
            ("icons.svg".into(), "/pkg/icons.1.svg".into()),
            ("icons/brand/github.svg".into(), "/pkg/icons/brand/github.2.svg".into()),
            ("main.css".into(), "/pkg/main.3.css".into()),
        ]));
        let icons = assets.icons();
        assert_eq!(icons.sprite, "/pkg/icons.1.svg");
        assert_eq!(icons.brands.get("github").map(String::as_str), Some("/pkg/icons/brand/github.2.svg"));
        assert_eq!(icons.brands.len(), 1);
        assert_eq!(assets.url("nothing.css"), "");
    }

    #[test]
    fn an_area_has_code_of_its_own_and_what_it_shares() {
        let assets = Assets::new(BTreeMap::from([
            ("app_bg.wasm".into(), "/pkg/app_bg.1.wasm".into()),
            ("areas/audit.pack".into(), "/pkg/areas/audit.2.pack".into()),
            ("areas/audit+inbox.pack".into(), "/pkg/areas/audit+inbox.3.pack".into()),
            ("areas/inbox.pack".into(), "/pkg/areas/inbox.4.pack".into()),
        ]));
        let packs: Vec<_> = assets.packs_of("inbox").collect();
        assert_eq!(packs, ["/pkg/areas/audit+inbox.3.pack", "/pkg/areas/inbox.4.pack"]);
        assert_eq!(assets.packs_of("in").count(), 0);
    }
}
