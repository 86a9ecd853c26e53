//! TLS: rustls with the ring provider, the machine's own trust anchors, TLS 1.2 and 1.3.
//!
//! The client is given a finished configuration instead of choosing one, because its own choice depends on a
//! process-wide default provider, and because it fails on a machine without certificates. Such a machine (an empty
//! container) gets Mozilla's list, which is part of the binary.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::NetError;

/// A client configuration that trusts the machine's anchors and these PEM texts, and offers HTTP/2 and HTTP/1.1.
pub(crate) fn config(extra_roots: &[String]) -> Result<ClientConfig, NetError> {
    let setup = |why: String| NetError::Setup { why };
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "a trusted certificate of this machine could not be read");
    }
    roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        tracing::info!("this machine has no trusted certificates; using the built-in list");
        roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    }
    for pem in extra_roots {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate =
                certificate.map_err(|error| setup(format!("an extra trusted certificate is no PEM: {error}")))?;
            roots
                .add(certificate)
                .map_err(|error| setup(format!("an extra trusted certificate is no use: {error}")))?;
        }
        if roots.len() == before {
            return Err(setup("an extra trusted certificate holds no PEM block `CERTIFICATE`".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
