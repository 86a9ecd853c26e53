//! Brotli and gzip at their strongest, remembered by content: the strongest settings are slow, and most assets are the
//! same from one build to the next.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

/// Below this a response fits into one packet anyway.
const WORTHWHILE: usize = 1_000;
/// The window of brotli: 16 MiB, more than any asset.
const WINDOW_BITS: i32 = 24;
const BEST: i32 = 11;
/// From this length on, more ways are tried: which is best for a file cannot be foreseen, and between them lie two
/// kilobytes of the first module.
const LONG: usize = 512 << 10;
/// The ways that are tried: the length of a block as a power of two (0 leaves it to the encoder), and by what the encoder
/// foresees literals. The first ones for every file.
const WAYS: [(i32, BrotliEncoderMode); 9] = [
    (0, BrotliEncoderMode::BROTLI_MODE_GENERIC),
    (0, BrotliEncoderMode::BROTLI_FORCE_LSB_PRIOR),
    (0, BrotliEncoderMode::BROTLI_FORCE_MSB_PRIOR),
    (16, BrotliEncoderMode::BROTLI_FORCE_MSB_PRIOR),
    (17, BrotliEncoderMode::BROTLI_FORCE_MSB_PRIOR),
    (17, BrotliEncoderMode::BROTLI_FORCE_LSB_PRIOR),
    (20, BrotliEncoderMode::BROTLI_FORCE_LSB_PRIOR),
    (16, BrotliEncoderMode::BROTLI_MODE_GENERIC),
    (20, BrotliEncoderMode::BROTLI_MODE_GENERIC),
];
/// How many of them are tried for every file.
const SHORT: usize = 3;

/// Compresses, with a cache directory.
pub(super) struct Compressor {
    cache: PathBuf,
}

/// The compressed forms that are worth having.
pub(super) struct Compressed {
    pub(super) brotli: Option<Vec<u8>>,
    pub(super) gzip: Option<Vec<u8>>,
}

impl Compressor {
    pub(super) fn new(cache: PathBuf) -> Self {
        Self { cache }
    }

    /// Both forms of some bytes; none where compressing gains nothing.
    pub(super) fn compress(&self, bytes: &[u8]) -> Result<Compressed> {
        if bytes.len() < WORTHWHILE {
            return Ok(Compressed { brotli: None, gzip: None });
        }
        let digest = hex::encode(Sha256::digest(bytes));
        let smaller = |form: Vec<u8>| (form.len() < bytes.len()).then_some(form);
        Ok(Compressed {
            brotli: smaller(self.remembered(&format!("{digest}.4.br"), || brotli(bytes))?),
            gzip: smaller(self.remembered(&format!("{digest}.gz"), || gzip(bytes))?),
        })
    }

    fn remembered(&self, name: &str, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        let path = self.cache.join(name);
        if let Ok(known) = fs::read(&path) {
            return Ok(known);
        }
        let made = make()?;
        fs::create_dir_all(&self.cache).with_context(|| format!("{} cannot be made", self.cache.display()))?;
        // Written beside and renamed: a build that is interrupted here must not leave half a file behind.
        let fresh = path.with_extension("new");
        fs::write(&fresh, &made).with_context(|| format!("{} cannot be written", fresh.display()))?;
        fs::rename(&fresh, &path).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(made)
    }
}

/// Length after brotli, without a cache: what a budget counts.
pub(super) fn brotli_size(path: &Path) -> Result<u64> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(brotli(&bytes)?.len() as u64)
}

/// The smallest form that was found.
fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let tried = if bytes.len() < LONG { &WAYS[..SHORT] } else { &WAYS[..] };
    let forms = tried.iter().map(|(bits, mode)| brotli_of(bytes, *bits, *mode)).collect::<Result<Vec<_>>>()?;
    forms.into_iter().min_by_key(Vec::len).context("brotli made nothing")
}

fn brotli_of(bytes: &[u8], lgblock: i32, mode: BrotliEncoderMode) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let settings =
        BrotliEncoderParams { quality: BEST, lgwin: WINDOW_BITS, lgblock, mode, ..BrotliEncoderParams::default() };
    let mut writer = brotli::CompressorWriter::with_params(&mut out, 1 << 16, &settings);
    writer.write_all(bytes).context("brotli failed")?;
    // Ends the stream; to flush it before would end a block for nothing.
    writer.into_inner();
    Ok(out)
}

/// One form, without a cache, whether it gains something or not.
pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).context("gzip failed")?;
    encoder.finish().context("gzip failed")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn both_forms_give_the_bytes_back() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let compressor = Compressor::new(dir.path().to_owned());
        let bytes = "the drawbridge is down; ".repeat(500).into_bytes();
        // The second round comes from the cache.
        for _ in 0..2 {
            let forms = compressor.compress(&bytes).expect("compressed");
            let mut back = Vec::new();
            brotli::Decompressor::new(forms.brotli.expect("smaller").as_slice(), 4096)
                .read_to_end(&mut back)
                .expect("brotli");
            assert_eq!(back, bytes);
            back.clear();
            flate2::read::GzDecoder::new(forms.gzip.expect("smaller").as_slice()).read_to_end(&mut back).expect("gzip");
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn nothing_is_kept_that_gains_nothing() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let compressor = Compressor::new(dir.path().to_owned());
        assert!(compressor.compress(b"short").expect("ok").brotli.is_none());
    }
}
