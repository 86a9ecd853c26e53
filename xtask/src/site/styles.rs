//! `style/main.css` through Tailwind.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::assets::Assets;
use crate::{
    repo::Repo,
    shell,
    stage::note,
    stamp::{Inputs, unless_fresh},
};

/// Runs Tailwind over `style/`, with the classes found in `app/src`.
pub(super) fn build(repo: &Repo, work: &Path) -> Result<PathBuf> {
    let css = work.join("main.css");
    let inputs = Inputs::of("styles", 1)
        .tree(&repo.path("style"), &["css"])?
        .tree(&repo.path("app/src"), &["rs"])?
        .file(&repo.path("package-lock.json"))?;
    unless_fresh(&work.join("styles.stamp"), inputs, &[&css], || {
        note("tailwindcss style/main.css");
        let mut tailwind = Command::new(repo.node_bin("tailwindcss"));
        tailwind.current_dir(repo.root()).args(["--input", "style/main.css", "--minify", "--output"]).arg(&css);
        shell::run(&mut tailwind)
    })?;
    Ok(css)
}

/// Replaces every `/pkg/<logical name>` in a `url(…)` by the hashed file's URL; a name that is no asset is an error.
pub(super) fn with_hashed_urls(css: &[u8], assets: &Assets) -> Result<Vec<u8>> {
    const PREFIX: &str = "/pkg/";
    let css = std::str::from_utf8(css).context("main.css is not UTF-8")?;
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find(PREFIX) {
        let (before, after) = rest.split_at(at + PREFIX.len());
        let end = after.find(['"', '\'', ')', '#', '?', ' ']).unwrap_or(after.len());
        let (logical, tail) = after.split_at(end);
        let file = assets
            .file(logical)
            .with_context(|| format!("style/ uses url(\"/pkg/{logical}\"), but no asset has that name"))?;
        out.push_str(before);
        out.push_str(file);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::{super::assets::Kind, *};

    #[test]
    fn urls_get_hashed_names_and_unknown_ones_are_refused() {
        let mut assets = Assets::default();
        assets.add("fonts/inter-latin.woff2", Kind::Woff2, b"font".to_vec()).expect("added");
        let file = assets.file("fonts/inter-latin.woff2").expect("known");
        for (open, close) in [("url(", ")"), ("url(\"", "\")"), ("url('", "')")] {
            let css = format!("a{{src:{open}/pkg/fonts/inter-latin.woff2{close} format(\"woff2\")}}b{{}}");
            let hashed = String::from_utf8(with_hashed_urls(css.as_bytes(), &assets).expect("known")).expect("UTF-8");
            assert_eq!(hashed, format!("a{{src:{open}/pkg/{file}{close} format(\"woff2\")}}b{{}}"));
        }
        let error = with_hashed_urls(b"a{background:url(/pkg/none.png)}", &assets).expect_err("unknown");
        assert!(error.to_string().contains("/pkg/none.png"), "{error}");
    }
}
