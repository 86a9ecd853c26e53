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

    /// The address of the code that the first page of a visit needs besides the first module, for an area of the console
    /// (`first/audit.pack`).
    pub fn first_pack(&self, area: &str) -> Option<&str> {
        self.urls.get(&format!("first/{area}.pack")).map(String::as_str)
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
    fn an_area_has_a_pack_for_first_pages() {
        let assets = Assets::new(BTreeMap::from([
            ("areas/audit.pack".into(), "/pkg/areas/audit.1.pack".into()),
            ("first/audit.pack".into(), "/pkg/first/audit.2.pack".into()),
        ]));
        assert_eq!(assets.first_pack("audit"), Some("/pkg/first/audit.2.pack"));
        assert_eq!(assets.first_pack("inbox"), None);
    }
}
