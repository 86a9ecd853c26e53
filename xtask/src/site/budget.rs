//! The size budget of the front-end, in `web/budget.json`.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{areas::page_of, assets::Manifest, compress::brotli_size};
use crate::{repo::Repo, stage::note};

/// A group of assets that a page loads together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    /// Logical names.
    assets: Vec<String>,
    /// The code of one area comes on top: that of the heaviest counts.
    #[serde(default)]
    with_area: bool,
    /// Areas that are parts of pages and come to life late, after the first view (`app/src/areas/late.rs`).
    #[serde(default)]
    late: Vec<String>,
    /// The most they may weigh together after brotli, in bytes.
    brotli_bytes: u64,
}

/// What a group of assets weighs, and may weigh.
pub(crate) struct Weight {
    pub(crate) bytes: u64,
    pub(crate) allowed: u64,
}

/// Compares `target/site` (a release build) with the budgets and prints each; one that is exceeded is an error.
pub(crate) fn check(repo: &Repo) -> Result<()> {
    let over: Vec<String> = weigh(repo)?
        .into_iter()
        .filter(|(_, Weight { bytes, allowed })| bytes > allowed)
        .map(|(name, Weight { bytes, allowed })| {
            format!("{name} weighs {bytes} bytes, {} more than allowed", bytes - allowed)
        })
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    bail!("{} (brotli, web/budget.json). What was added to app/, or to its dependencies?", over.join("; "))
}

/// Weighs every group in `target/site`, by name, and prints what it consists of.
pub(crate) fn weigh(repo: &Repo) -> Result<BTreeMap<String, Weight>> {
    let path = repo.path("web/budget.json");
    let budgets: BTreeMap<String, Budget> =
        serde_json::from_slice(&fs::read(&path).context("web/budget.json cannot be read")?)
            .context("web/budget.json has another shape than expected")?;
    let manifest: Manifest =
        serde_json::from_slice(&fs::read(repo.site().join("manifest.json")).context("build the site first: ./x site")?)
            .context("target/site/manifest.json has another shape than expected")?;

    let mut weights = BTreeMap::new();
    for (name, budget) in budgets {
        let mut bytes = 0;
        for asset in &budget.assets {
            let size = weight(repo, &manifest, asset)?;
            note(&format!("{size:>9}  {asset}"));
            bytes += size;
        }
        if budget.with_area {
            let mut areas = areas(repo, &manifest)?;
            for name in &budget.late {
                let size =
                    areas.remove(name).with_context(|| format!("web/budget.json names {name}, which is no area"))?;
                note(&format!("{size:>9}  the code of {name}, later"));
            }
            for (area, size) in &areas {
                note(&format!("{size:>9}  the code of {area}"));
            }
            bytes += areas.values().max().context("the site has no areas")?;
        }
        note(&format!("{bytes:>9}  {name}, of {} bytes allowed", budget.brotli_bytes));
        weights.insert(name, Weight { bytes, allowed: budget.brotli_bytes });
    }
    Ok(weights)
}

/// What the first page of each area loads besides the first module; to a part of a page that of its page is added.
fn areas(repo: &Repo, manifest: &Manifest) -> Result<BTreeMap<String, u64>> {
    let mut areas = BTreeMap::new();
    for asset in manifest.keys() {
        let Some(area) = asset.strip_prefix("first/").and_then(|name| name.strip_suffix(".pack")) else { continue };
        // Not in a release.
        if area != "gallery" {
            areas.insert(area.to_owned(), weight(repo, manifest, asset)?);
        }
    }
    let alone = areas.clone();
    for (area, size) in &mut areas {
        if let Some(page) = page_of(area, alone.keys().map(String::as_str)).and_then(|page| alone.get(page)) {
            *size += page;
        }
    }
    Ok(areas)
}

/// The bytes of an asset on the wire.
fn weight(repo: &Repo, manifest: &Manifest, asset: &str) -> Result<u64> {
    let entry =
        manifest.get(asset).with_context(|| format!("web/budget.json names {asset}, which is not in the site"))?;
    if !entry.br {
        return brotli_size(&repo.site().join(&entry.file));
    }
    let compressed = repo.site().join(format!("{}.br", entry.file));
    Ok(fs::metadata(&compressed).with_context(|| format!("{} is missing", compressed.display()))?.len())
}
