//! The console's files: from a directory in development, from inside the binary in a release.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;

#[cfg(feature = "embed")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../target/site"]
// Their compressed copies are enough: who takes no compression gets them unpacked.
#[exclude = "*.pack"]
#[exclude = "*.wasm"]
struct Embedded;

/// Why the console's files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// No files.
    #[error("the console's files are not in {0}; build them with `./x site`, or start with `./x run`")]
    Missing(PathBuf),
    /// No files and no directory named.
    #[error("this binary holds no console files; set DRAWBRIDGE_SITE to their directory, or start with `./x run`")]
    NotEmbedded,
    /// The list of files is unreadable.
    #[error("{place} is not readable: {why}; build the files again with `./x site`")]
    Manifest {
        /// The file.
        place: String,
        /// The parser's words.
        why: String,
    },
}

#[derive(Debug, Clone, Deserialize)]
struct Entry {
    file: String,
    #[serde(rename = "type")]
    media: String,
    br: bool,
    gz: bool,
}

enum Source {
    Directory(PathBuf),
    #[cfg(feature = "embed")]
    Embedded,
}

impl Source {
    fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::Directory(directory) => std::fs::read(directory.join(name)).ok().map(Cow::Owned),
            #[cfg(feature = "embed")]
            Self::Embedded => Embedded::get(name).map(|file| file.data),
        }
    }
}

/// The console's files by their hashed names.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

struct Inner {
    source: Source,
    files: HashMap<String, Entry>,
    urls: BTreeMap<String, String>,
}

impl Site {
    /// Opens the files of a directory, or those inside the binary.
    ///
    /// # Errors
    /// When there are none.
    pub fn open(directory: Option<&Path>) -> Result<Self, AssetError> {
        let (source, place) = match directory {
            Some(directory) => (Source::Directory(directory.to_owned()), directory.join("manifest.json")),
            #[cfg(feature = "embed")]
            None => (Source::Embedded, PathBuf::from("manifest.json")),
            #[cfg(not(feature = "embed"))]
            None => return Err(AssetError::NotEmbedded),
        };
        let manifest = source.read("manifest.json").ok_or_else(|| AssetError::Missing(place.clone()))?;
        let entries: BTreeMap<String, Entry> = serde_json::from_slice(&manifest)
            .map_err(|error| AssetError::Manifest { place: place.display().to_string(), why: error.to_string() })?;
        let urls = entries.iter().map(|(name, entry)| (name.clone(), format!("/pkg/{}", entry.file))).collect();
        let files = entries.into_values().map(|entry| (entry.file.clone(), entry)).collect();
        Ok(Self { inner: Arc::new(Inner { source, files, urls }) })
    }

    /// Public address by logical name.
    pub fn urls(&self) -> &BTreeMap<String, String> {
        &self.inner.urls
    }

    /// Serves `GET /pkg/<file>`. Names carry a hash of the content, so they may be kept for ever.
    pub async fn serve(State(site): State<Self>, UrlPath(file): UrlPath<String>, headers: HeaderMap) -> Response {
        let Some(entry) = site.inner.files.get(&file) else {
            return (StatusCode::NOT_FOUND, "no such file").into_response();
        };
        let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let takes = |coding: &str| {
            accepts.split(',').any(|part| {
                let mut words = part.split(';').map(str::trim);
                words.next() == Some(coding) && !words.any(|q| q == "q=0")
            })
        };
        let (name, coding) = if entry.br && takes("br") {
            (format!("{file}.br"), Some("br"))
        } else if entry.gz && takes("gzip") {
            (format!("{file}.gz"), Some("gzip"))
        } else {
            (file.clone(), None)
        };
        let (source, packed) = (site.inner.clone(), entry.gz.then(|| format!("{file}.gz")));
        let read = move || source.source.read(&name).or_else(|| unpack(&source.source.read(&packed?)?).map(Cow::Owned));
        let read = tokio::task::spawn_blocking(read).await;
        let Ok(Some(content)) = read else {
            return (StatusCode::NOT_FOUND, "no such file").into_response();
        };
        let body = match content {
            Cow::Borrowed(content) => Body::from(content),
            Cow::Owned(content) => Body::from(content),
        };
        let mut response = Response::new(body);
        let out = response.headers_mut();
        if let Ok(media) = HeaderValue::try_from(entry.media.as_str()) {
            out.insert(header::CONTENT_TYPE, media);
        }
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
        out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Some(coding) = coding {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}

/// What is inside a gzip file.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::with_capacity(packed.len() * 4);
    flate2::read::GzDecoder::new(packed).read_to_end(&mut content).ok()?;
    Some(content)
}
