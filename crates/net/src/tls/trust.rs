//! Whom the client trusts.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, SupportedProtocolVersion, WantsVerifier, version};

use super::leniency::{Leniency, Lenient, TlsVersion};
use super::{TlsError, provider};

/// The roots a client trusts, and its TLS session cache. Cheap to clone; clones share the cache.
#[derive(Clone)]
pub struct Trust {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// The system's roots, which are read when first needed.
    System,
    Own(Arc<ClientConfig>),
    Lenient(Arc<LenientTrust>),
}

/// The system's roots, and what is overlooked.
struct LenientTrust {
    leniency: Leniency,
    version: TlsVersion,
    config: OnceLock<Arc<ClientConfig>>,
}

impl Trust {
    /// The system's roots; Mozilla's, as of this build, where the system has none (a container without
    /// ca-certificates). Read once per process, at the first call over TLS: it is hundreds of files.
    #[must_use]
    pub const fn system() -> Self {
        Self { kind: Kind::System }
    }

    /// The system's roots and those in `pem`: a private authority's, a test's.
    ///
    /// # Errors
    /// When `pem` holds no readable certificate.
    pub fn with_pem(pem: &[u8]) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::clone(&SYSTEM_ROOTS);
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.map_err(|_| no_certificate())?)?;
        }
        if roots.len() == before {
            return Err(no_certificate());
        }
        Ok(Self { kind: Kind::Own(over(Arc::new(roots))) })
    }

    /// The system's roots, by this version, with something overlooked. Only for one who plays somebody that overlooks
    /// it.
    #[must_use]
    pub fn lenient(leniency: Leniency, version: TlsVersion) -> Self {
        Self { kind: Kind::Lenient(Arc::new(LenientTrust { leniency, version, config: OnceLock::new() })) }
    }

    /// Reads files when first called: call it where blocking is allowed.
    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        static SYSTEM: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| over(Arc::clone(&SYSTEM_ROOTS)));
        match &self.kind {
            Kind::System => Arc::clone(&SYSTEM),
            Kind::Own(config) => Arc::clone(config),
            Kind::Lenient(trust) => Arc::clone(trust.config.get_or_init(|| trust.over_system_roots())),
        }
    }
}

impl LenientTrust {
    fn over_system_roots(&self) -> Arc<ClientConfig> {
        let roots = Arc::clone(&SYSTEM_ROOTS);
        let strict = WebPkiServerVerifier::builder_with_provider(roots, provider()).build();
        let strict = strict.expect("there are roots, and no list of revoked certificates that could be odd");
        let versions: &[&SupportedProtocolVersion] = match self.version {
            TlsVersion::Any => rustls::DEFAULT_VERSIONS,
            TlsVersion::V12 => &[&version::TLS12],
            TlsVersion::V13 => &[&version::TLS13],
        };
        let verifier = Arc::new(Lenient { strict, leniency: self.leniency });
        let config = by(versions).dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        finished(config)
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}

/// The system's roots, read once.
static SYSTEM_ROOTS: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| Arc::new(system_roots()));

fn over(roots: Arc<RootCertStore>) -> Arc<ClientConfig> {
    finished(by(rustls::DEFAULT_VERSIONS).with_root_certificates(roots).with_no_client_auth())
}

fn by(versions: &[&'static SupportedProtocolVersion]) -> ConfigBuilder<ClientConfig, WantsVerifier> {
    let builder = ClientConfig::builder_with_provider(provider()).with_protocol_versions(versions);
    builder.expect("the provider has the suites of TLS 1.2 and 1.3")
}

fn finished(mut config: ClientConfig) -> Arc<ClientConfig> {
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
