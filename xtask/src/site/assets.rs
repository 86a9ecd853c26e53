//! The set of assets under construction, and its directory.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::compress::{Compressor, gzip};

/// What an asset is, which decides its content type and whether compression pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    /// Several WebAssembly modules in one file.
    Pack,
    Script,
    Style,
    Svg,
    Text,
    Wasm,
    Woff2,
}

impl Kind {
    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Pack => "application/octet-stream",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Style => "text/css; charset=utf-8",
            Self::Svg => "image/svg+xml",
            Self::Text => "text/plain; charset=utf-8",
            Self::Wasm => "application/wasm",
            Self::Woff2 => "font/woff2",
        }
    }

    /// A woff2 font is brotli inside already.
    fn compresses(self) -> bool {
        self != Self::Woff2
    }

    /// A release holds its compressed copies alone (`server/src/assets.rs`), so it has one however short it is.
    fn is_kept_packed(self) -> bool {
        matches!(self, Self::Pack | Self::Wasm)
    }
}

/// One line of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The file relative to the site directory; `/pkg/` before it makes its URL.
    pub(super) file: String,
    #[serde(rename = "type")]
    pub(super) content_type: String,
    /// Bytes without compression.
    pub(super) size: u64,
    /// Whether `<file>.br` is there.
    pub(super) br: bool,
    /// Whether `<file>.gz` is there.
    pub(super) gz: bool,
}

pub(super) type Manifest = BTreeMap<String, Entry>;

struct Asset {
    file: String,
    kind: Kind,
    bytes: Vec<u8>,
}

/// Assets by logical name.
#[derive(Default)]
pub(super) struct Assets(BTreeMap<String, Asset>);

impl Assets {
    /// Adds an asset; its file name gets the first 16 hex digits of its SHA-256.
    pub(super) fn add(&mut self, logical: impl Into<String>, kind: Kind, bytes: Vec<u8>) -> Result<()> {
        let logical = logical.into();
        let Some((stem, extension)) = logical.rsplit_once('.') else {
            bail!("the asset {logical} has no extension");
        };
        let digest = hex::encode(Sha256::digest(&bytes));
        let file = format!("{stem}.{}.{extension}", &digest[..16]);
        if self.0.contains_key(&logical) {
            bail!("two assets are named {logical}");
        }
        self.0.insert(logical, Asset { file, kind, bytes });
        Ok(())
    }

    /// The hashed file name of an asset.
    pub(super) fn file(&self, logical: &str) -> Option<&str> {
        self.0.get(logical).map(|asset| asset.file.as_str())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes the directory hold exactly these assets, their compressed copies and the manifest. The manifest is
    /// replaced last and in one step, so a server that reads it meanwhile sees the old site or the new one. Returns
    /// how many assets were not there before.
    pub(super) fn write(&self, site: &Path, compressor: Option<&Compressor>) -> Result<usize> {
        let mut manifest = Manifest::new();
        let mut keep: BTreeSet<PathBuf> = BTreeSet::from([site.join("manifest.json")]);
        let mut written = 0;
        for (logical, asset) in &self.0 {
            let path = site.join(&asset.file);
            if write_new(&path, &asset.bytes)? {
                written += 1;
            }
            let mut entry = Entry {
                file: asset.file.clone(),
                content_type: asset.kind.content_type().to_owned(),
                size: asset.bytes.len() as u64,
                br: false,
                gz: false,
            };
            if let Some(compressor) = compressor.filter(|_| asset.kind.compresses()) {
                let mut compressed = compressor.compress(&asset.bytes)?;
                if compressed.gzip.is_none() && asset.kind.is_kept_packed() {
                    compressed.gzip = Some(gzip(&asset.bytes)?);
                }
                if let Some(brotli) = compressed.brotli {
                    entry.br = true;
                    let path = site.join(format!("{}.br", asset.file));
                    write_new(&path, &brotli)?;
                    keep.insert(path);
                }
                if let Some(gzip) = compressed.gzip {
                    entry.gz = true;
                    let path = site.join(format!("{}.gz", asset.file));
                    write_new(&path, &gzip)?;
                    keep.insert(path);
                }
            }
            keep.insert(path);
            manifest.insert(logical.clone(), entry);
        }
        let json = serde_json::to_vec_pretty(&manifest).context("a manifest is always JSON")?;
        // Left alone when nothing changed: the server takes the site in, and would be compiled anew for a newer file.
        let place = site.join("manifest.json");
        if fs::read(&place).ok().as_deref() != Some(&json) {
            let fresh = site.join("manifest.json.new");
            fs::write(&fresh, json).with_context(|| format!("{} cannot be written", fresh.display()))?;
            fs::rename(&fresh, place).context("manifest.json cannot be replaced")?;
        }
        prune(site, &keep)?;
        Ok(written)
    }
}

/// Writes a file whose name vouches for its content, unless it is there already.
fn write_new(path: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::metadata(path).is_ok_and(|file| file.len() == bytes.len() as u64) {
        return Ok(false);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(true)
}

/// Removes what earlier builds left.
fn prune(dir: &Path, keep: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            prune(&path, keep)?;
        } else if !keep.contains(&path) {
            fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_holds_exactly_the_manifest_and_its_files() {
        let (dir, cache) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let site = dir.path();
        let compressor = Compressor::new(cache.path().to_owned());
        fs::create_dir_all(site.join("icons")).expect("made");
        fs::write(site.join("icons/old.0123.svg"), "old").expect("written");

        let mut assets = Assets::default();
        assets.add("main.css", Kind::Style, "a{color:red}".repeat(200).into_bytes()).expect("added");
        assets.add("fonts/a.woff2", Kind::Woff2, vec![7; 4_000]).expect("added");
        assets.add("first/a.pack", Kind::Pack, vec![7; 9]).expect("added");
        assert!(assets.add("main.css", Kind::Style, vec![]).is_err(), "a logical name is unique");
        assert_eq!(assets.write(site, Some(&compressor)).expect("written"), 3);
        assert_eq!(assets.write(site, Some(&compressor)).expect("written again"), 0);

        let manifest: Manifest =
            serde_json::from_slice(&fs::read(site.join("manifest.json")).expect("there")).expect("JSON");
        let css = &manifest["main.css"];
        assert_eq!((css.br, css.gz, css.size), (true, true, 2_400));
        assert_eq!(Some(css.file.as_str()), assets.file("main.css"));
        let font = &manifest["fonts/a.woff2"];
        assert!(!font.br && !font.gz && font.content_type == "font/woff2");
        for file in [css.file.clone(), format!("{}.br", css.file), format!("{}.gz", css.file), font.file.clone()] {
            assert!(site.join(&file).is_file(), "{file} is missing");
        }
        assert!(manifest["first/a.pack"].gz && !manifest["first/a.pack"].br, "kept packed, however short");
        assert!(!site.join("icons/old.0123.svg").exists(), "what no manifest names is removed");
    }
}
