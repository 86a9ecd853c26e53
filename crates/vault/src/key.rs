//! The master key.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::Random;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::VaultError;

/// No key file is longer; anything longer is another file by mistake.
const MAX_FILE: u64 = 4096;

/// The key from which all others are derived. It is wiped from memory when dropped and never shown.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id_text())
    }
}

impl MasterKey {
    /// Reads 64 hexadecimal digits, or base64 (either alphabet, padded or not) of 32 bytes. White space around it is
    /// left out.
    ///
    /// # Errors
    /// [`VaultError::KeyFormat`], also for 32 equal bytes, which are an unfilled placeholder and no key.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let text = text.trim();
        let mut key = Zeroizing::new([0_u8; 32]);
        if text.len() == 64 {
            hex::decode_to_slice(text, &mut *key).map_err(|_| VaultError::KeyFormat)?;
        } else {
            let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
            let decoded = [STANDARD, URL_SAFE]
                .iter()
                .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok())
                .map(Zeroizing::new);
            let decoded = decoded.filter(|bytes| bytes.len() == key.len()).ok_or(VaultError::KeyFormat)?;
            key.copy_from_slice(&decoded);
        }
        if key.iter().all(|&byte| byte == key[0]) {
            return Err(VaultError::KeyFormat);
        }
        Ok(Self(key))
    }

    /// Reads the key file. It is never made here, so that a wrong path cannot pass for a new installation.
    ///
    /// # Errors
    /// The file cannot be read, can be read by other users, or does not hold a key.
    pub fn load(path: &Path) -> Result<Self, VaultError> {
        let error = |source| VaultError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(error)?;
        check_private(path, &file)?;
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_FILE).read_to_string(&mut text).map_err(error)?;
        Self::parse(&text).map_err(|_| VaultError::KeyFile { path: path.to_owned() })
    }

    /// Reads the key file, or makes one with a random key that only this user can read (mode 0600).
    ///
    /// A process that does the same at the same time gets the same key. The file is whole and on disk before the key
    /// is used, because what is sealed with a lost key is lost.
    ///
    /// # Errors
    /// As [`MasterKey::load`], or the file cannot be made.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self, VaultError> {
        match Self::load(path) {
            Err(VaultError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        create(path, random).map_err(|source| VaultError::Io { path: path.to_owned(), source })?;
        Self::load(path)
    }

    /// What tells keys apart without giving anything of them away.
    pub(crate) fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(b"drawbridge/vault/key-id/v1\0").chain_update(*self.0).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    pub(crate) fn id_text(&self) -> String {
        hex::encode(self.id())
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Writes a new key beside the path and gives it its name only when it is whole, unless the name is taken by then.
fn create(path: &Path, random: &dyn Random) -> io::Result<()> {
    let mut key = Zeroizing::new([0_u8; 32]);
    random.fill(&mut *key);
    let mut suffix = [0_u8; 8];
    random.fill(&mut suffix);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", hex::encode(suffix)));
    let new = path.with_file_name(name);

    let written = write_private(&new, &Zeroizing::new(hex::encode(*key) + "\n"));
    // A link refuses to replace what is there, which a rename would not.
    let linked = written.and_then(|()| match fs::hard_link(&new, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    let removed = fs::remove_file(&new);
    linked?;
    removed?;
    sync_directory(path)
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(parent)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn check_private(path: &Path, file: &File) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata().map_err(|source| VaultError::Io { path: path.to_owned(), source })?;
    let mode = metadata.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 { Ok(()) } else { Err(VaultError::KeyExposed { path: path.to_owned(), mode }) }
}

/// Elsewhere files belong to their user by default.
#[cfg(not(unix))]
fn check_private(_: &Path, _: &File) -> Result<(), VaultError> {
    Ok(())
}
