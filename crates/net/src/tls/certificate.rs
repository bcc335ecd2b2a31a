//! The server's certificate: read from files, and again when they change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::{TlsError, provider};

/// A server's TLS, over certificate and key in PEM files. Cheap to clone.
///
/// While served, the files are looked at every few seconds. A changed pair is taken for new connections; a pair that
/// cannot be used is logged, and the old one stays.
#[derive(Clone)]
pub struct Tls {
    inner: Arc<Inner>,
}

struct Inner {
    certificate: PathBuf,
    key: PathBuf,
    running: ArcSwap<ServerConfig>,
    /// The last contents looked at, good or bad, so that one bad pair is logged once.
    looked_at: Mutex<Pair>,
}

/// The two files as read.
#[derive(PartialEq, Eq)]
struct Pair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Tls {
    /// Reads the certificate chain (the server's own first) and its private key.
    ///
    /// # Errors
    /// When a file cannot be read, holds no PEM of its kind, or the two do not belong together.
    pub fn from_files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Self, TlsError> {
        let (certificate, key) = (certificate.into(), key.into());
        let pair = Pair::read(&certificate, &key)?;
        let running = ArcSwap::from_pointee(pair.config(&certificate, &key)?);
        Ok(Self { inner: Arc::new(Inner { certificate, key, running, looked_at: Mutex::new(pair) }) })
    }

    /// What a new connection is greeted with.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.inner.running.load_full())
    }

    /// Looks at the files; a usable change is swapped in. Reads two small files: call it where blocking is allowed.
    pub fn reload_if_changed(&self) {
        let Inner { certificate, key, running, looked_at } = &*self.inner;
        let mut looked_at = looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        // A file that is missing for a moment is being replaced; the next look finds it.
        let Ok(pair) = Pair::read(certificate, key) else { return };
        if pair == *looked_at {
            return;
        }
        match pair.config(certificate, key) {
            Ok(config) => {
                running.store(Arc::new(config));
                tracing::info!(certificate = %certificate.display(), "new TLS certificate in use");
            }
            Err(error) => {
                tracing::error!(certificate = %certificate.display(), %error, "the old TLS certificate stays in use");
            }
        }
        *looked_at = pair;
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("certificate", &self.inner.certificate).finish_non_exhaustive()
    }
}

impl Pair {
    fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let read =
            |path: &Path| std::fs::read(path).map_err(|source| TlsError::Unreadable { path: path.to_owned(), source });
        Ok(Self { certificate: read(certificate)?, key: read(key)? })
    }

    fn config(&self, certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
        let no_certificate = || TlsError::NoCertificate(certificate.display().to_string());
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(no_certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| TlsError::NoKey(key.display().to_string()))?;
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.key.fill(0);
    }
}
