//! Cuts the console's WASM into areas, as `app/src/areas/` says, and packs the pieces into few files.
//!
//! The cut makes one module for each area and one for each set of areas that share code: hundreds, most of them tiny.
//!
//! They reach the browser in two ways. What the first page of a visit needs is one file, made for its area
//! (`first/audit.pack`): one request, nothing in it that is not needed, and compressed as a whole. What later pages need
//! besides comes in packs that areas share (`areas/7.pack`): modules that are needed by nearly the same areas
//! are packed into one file, which costs an area a few bytes it does not need and saves it requests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail};

/// The first module, which every page needs, before wasm-bindgen.
pub(super) const MAIN: &str = "main.wasm";
/// The script that loads the others. wasm-bindgen's script imports it.
pub(super) const SCRIPT: &str = "areas.js";
/// Where each module is in the packs that areas share.
pub(super) const INDEX: &str = "index.json";
/// A request for a further file counts as much as this part of all code: some 5 KB over the wire in a release.
const REQUEST: u64 = 100;

/// A set of areas.
type Areas = BTreeSet<String>;

/// The modules besides the first one: file stem in the directory of the cut, and who needs it.
pub(super) type Modules = BTreeMap<String, Areas>;

/// Cuts `compiled` into `main.wasm`, the modules and the script.
pub(super) fn cut(compiled: &Path, out: &Path) -> Result<Modules> {
    let input = fs::read(compiled).with_context(|| format!("{} cannot be read", compiled.display()))?;
    let main = out.join(MAIN);
    let link = format!("./{SCRIPT}");
    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = out;
    options.main_out_path = &main;
    options.link_name = &link;
    options.main_module = "./app.js";
    let cut = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow::anyhow!("{} cannot be cut into areas: {error:?}", compiled.display()))?;
    let mut modules = Modules::new();
    for (area, stems) in cut.prefetch_map {
        for stem in stems {
            modules.entry(stem).or_default().insert(area.clone());
        }
    }
    Ok(modules)
}

/// Writes the packs into `packs` as `7.pack` and those of first pages into `first` as `audit.pack`, and the script
/// that loads modules from them, with the loader in `web/areas.ts`.
pub(super) fn pack(cut: &Path, modules: &Modules, loader: &Path, packs: &Path, first: &Path) -> Result<()> {
    let read = |stem: &str| {
        let path = cut.join(format!("{stem}.wasm"));
        fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let mut code = BTreeMap::new();
    for stem in modules.keys() {
        code.insert(stem.as_str(), read(stem)?);
    }
    let sized = modules.iter().map(|(stem, areas)| (areas.clone(), code[stem.as_str()].len() as u64));
    let grouped = group(sized.collect());
    let letters = letters(modules)?;

    // In the order of their numbers.
    let mut numbered = Vec::new();
    let mut index = Vec::new();
    for areas in &grouped {
        let held: Vec<_> =
            modules.iter().filter(|(_, users)| grouped.iter().find(|g| g.is_superset(users)) == Some(areas)).collect();
        if held.is_empty() {
            // Its modules have found a smaller pack.
            continue;
        }
        let name = format!("{}.pack", index.len());
        let (mut bytes, mut places) = (Vec::new(), Vec::new());
        for (stem, users) in held {
            let module = &code[stem.as_str()];
            let users_in_letters: String = users.iter().map(|area| letters[area.as_str()]).collect();
            places.push((module.len(), users_in_letters));
            bytes.extend(module);
            numbered.push((users, module.as_slice()));
        }
        index.push((format!("./areas/{name}"), places));
        fs::write(packs.join(&name), bytes).with_context(|| format!("{name} cannot be written"))?;
    }
    let index = serde_json::to_vec(&index).context("an index is always JSON")?;
    fs::write(packs.join(INDEX), index).with_context(|| format!("{INDEX} cannot be written"))?;

    let mut script = format!("import {{ areas }} from {:?};\n", loader.display().to_string());
    writeln!(script, "const area = areas(\"./areas/{INDEX}\", getSharedImports, import.meta.url);")?;
    for (area, letter) in &letters {
        writeln!(script, "export const __wasm_split_load_{area} = area(\"{letter}\", \"./first/{area}.pack\");")?;
        let name = format!("{area}.pack");
        fs::write(first.join(&name), first_of(area, &numbered, &letters)?)
            .with_context(|| format!("{name} cannot be written"))?;
    }

    // What the first module shares is named by the script of the cut; how it loads the others is replaced.
    let place = cut.join(SCRIPT);
    let text = fs::read_to_string(&place).with_context(|| format!("{} cannot be read", place.display()))?;
    let Some((shared, _)) =
        text.split_once("function wrapAsyncCb(").filter(|(head, _)| head.contains("getSharedImports"))
    else {
        bail!("{SCRIPT} has another shape than expected; has the output of the cut changed?");
    };
    fs::write(&place, [shared, &script].concat()).with_context(|| format!("{} cannot be written", place.display()))
}

/// One letter for each area, by which the script names it.
fn letters(modules: &Modules) -> Result<BTreeMap<&str, char>> {
    let areas: BTreeSet<&str> = modules.values().flatten().map(String::as_str).collect();
    let letters: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    if areas.len() > letters.len() {
        bail!("there are {} areas and {} letters to name them", areas.len(), letters.len());
    }
    Ok(areas.into_iter().zip(letters).collect())
}

/// All modules that an area needs: their count, number and length of each (32 bits, little endian), then the modules. A part
/// of a page, which is named after it (`server_tools`), needs only what its page does not.
fn first_of(area: &str, numbered: &[(&Areas, &[u8])], areas: &BTreeMap<&str, char>) -> Result<Vec<u8>> {
    let page = page_of(area, areas.keys().copied());
    let (mut head, mut bytes, mut count) = (Vec::new(), Vec::new(), 0_u32);
    for (number, (users, module)) in numbered.iter().enumerate() {
        if !users.contains(area) || page.is_some_and(|page| users.contains(page)) {
            continue;
        }
        for number in [number, module.len()] {
            head.extend(u32::try_from(number).context("a module is smaller than 4 GB")?.to_le_bytes());
        }
        bytes.extend(*module);
        count += 1;
    }
    Ok([&count.to_le_bytes()[..], &head, &bytes].concat())
}

/// The page that an area is a part of: the one with the longest name that begins its own.
pub(super) fn page_of<'a>(area: &str, areas: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let begins = |page: &&str| area.strip_prefix(page).is_some_and(|rest| rest.starts_with('_'));
    areas.filter(begins).max_by_key(|page| page.len())
}

/// Which sets of areas get a pack. Two packs become one, for all who need either, as long as the requests saved outweigh
/// the bytes that some then load for nothing. The smallest sets come first, so that the first superset of a module's
/// users is the cheapest pack for it.
fn group(modules: Vec<(Areas, u64)>) -> Vec<Areas> {
    let request = modules.iter().map(|(_, size)| size).sum::<u64>() / REQUEST;
    let mut packs: BTreeMap<Areas, u64> = BTreeMap::new();
    for (areas, size) in modules {
        *packs.entry(areas).or_default() += size;
    }
    while let Some((left, right)) = best_pair(&packs, request) {
        let size = packs.remove(&left).unwrap_or_default() + packs.remove(&right).unwrap_or_default();
        *packs.entry(&left | &right).or_default() += size;
    }
    let mut packs: Vec<_> = packs.into_keys().collect();
    packs.sort_by_key(Areas::len);
    packs
}

/// The two packs whose union saves most, if any saves at all.
fn best_pair(packs: &BTreeMap<Areas, u64>, request: u64) -> Option<(Areas, Areas)> {
    let mut best: Option<(u64, &Areas, &Areas)> = None;
    for (i, (left, left_size)) in packs.iter().enumerate() {
        for (right, right_size) in packs.iter().skip(i + 1) {
            let both = left.union(right).count() as u64;
            let (n, m) = (left.len() as u64, right.len() as u64);
            let saved = request * (n + m - both);
            let wasted = left_size * (both - n) + right_size * (both - m);
            if saved > wasted && best.is_none_or(|(most, ..)| saved - wasted > most) {
                best = Some((saved - wasted, left, right));
            }
        }
    }
    best.map(|(_, left, right)| (left.clone(), right.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas(names: &str) -> Areas {
        names.split('+').map(str::to_owned).collect()
    }

    fn grouped(modules: &[(&str, u64)]) -> Vec<String> {
        let packs = group(modules.iter().map(|(names, size)| (areas(names), *size)).collect());
        packs.iter().map(|pack| pack.iter().map(String::as_str).collect::<Vec<_>>().join("+")).collect()
    }

    #[test]
    fn crumbs_join_what_is_needed_by_nearly_the_same_areas() {
        let packs = grouped(&[("a", 50_000), ("b", 50_000), ("a+b+c", 30_000), ("a+b", 20), ("b+c", 10)]);
        assert_eq!(packs, ["a", "b", "a+b+c"]);
    }

    #[test]
    fn what_few_need_stays_with_them() {
        assert_eq!(grouped(&[("a", 50_000), ("a+b", 40_000), ("a+b+c+d", 10_000)]), ["a", "a+b", "a+b+c+d"]);
        assert!(grouped(&[]).is_empty());
    }

    #[test]
    fn every_module_finds_a_pack() {
        let modules = [("a", 7), ("b", 900), ("a+c", 80), ("b+c", 3), ("c+d", 50), ("a+b+c+d", 100), ("d", 1)];
        let packs = group(modules.iter().map(|(names, size)| (areas(names), *size)).collect());
        for (names, _) in modules {
            assert!(packs.iter().any(|pack| pack.is_superset(&areas(names))), "{names} in {packs:?}");
        }
    }
}
