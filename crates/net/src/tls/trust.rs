//! Whom the client trusts.

use std::fmt;
use std::sync::{Arc, LazyLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::{TlsError, provider};

/// The roots a client trusts, and its TLS session cache. Cheap to clone; clones share the cache.
#[derive(Clone)]
pub struct Trust {
    /// None: the system's, which are read when first needed.
    own: Option<Arc<ClientConfig>>,
}

impl Trust {
    /// The system's roots; Mozilla's, as of this build, where the system has none (a container without
    /// ca-certificates). Read once per process, at the first call over TLS: it is hundreds of files.
    #[must_use]
    pub const fn system() -> Self {
        Self { own: None }
    }

    /// The system's roots and those in `pem`: a private authority's, a test's.
    ///
    /// # Errors
    /// When `pem` holds no readable certificate.
    pub fn with_pem(pem: &[u8]) -> Result<Self, TlsError> {
        let mut roots = system_roots();
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.map_err(|_| no_certificate())?)?;
        }
        if roots.len() == before {
            return Err(no_certificate());
        }
        Ok(Self { own: Some(over(roots)) })
    }

    /// Reads files when first called: call it where blocking is allowed.
    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        static SYSTEM: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| over(system_roots()));
        Arc::clone(self.own.as_ref().unwrap_or_else(|| &SYSTEM))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}

fn over(roots: RootCertStore) -> Arc<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("the provider has the suites of TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

fn no_certificate() -> TlsError {
    TlsError::NoCertificate("the given text".to_owned())
}

fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}
