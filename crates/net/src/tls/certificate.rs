//! The server's certificate: read from files, and again when they change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::outline::Outline;
use super::{TlsError, provider};

/// Looks in a row at which the files may be of no use before that is told of: whoever renews a pair writes two files, and
/// whoever reads between the two finds none, half a one, or the key of another certificate.
const LOOKS_WITHOUT_A_WORD: u32 = 2;

/// A server's TLS, over certificate and key in PEM files. Cheap to clone.
///
/// While served, the files are looked at every few seconds. A changed pair is taken for new connections; a pair that
/// cannot be used is logged once it has been so for several looks, and the old one stays.
#[derive(Clone)]
pub struct Tls {
    inner: Arc<Inner>,
}

struct Inner {
    certificate: PathBuf,
    key: PathBuf,
    running: ArcSwap<ServerConfig>,
    looked: Mutex<Looked>,
}

/// How a server's certificate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The file it was read from.
    pub certificate: PathBuf,
    /// When the server's own certificate, the one in use, is valid; nothing when it does not say so readably.
    pub validity: Option<Validity>,
    /// Why the files as they are now are of no use; nothing while they are, or may be being replaced.
    pub in_vain: Option<String>,
}

/// The first moment at which a certificate is valid, and the last, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// `notBefore`.
    pub first: i64,
    /// `notAfter`.
    pub last: i64,
}

/// What the looks at the files have found so far.
struct Looked {
    /// The contents that are in use.
    used: Pair,
    /// Looks in a row that found nothing of use.
    in_vain: u32,
    /// The cause that was told last, so that it is told once; until the files are of use again.
    told: Option<String>,
}

/// What one look found.
#[derive(Debug)]
enum Look {
    /// The pair that is in use, or one that is being replaced.
    Nothing,
    /// Another pair, which new connections get from now on.
    Taken,
    /// Nothing of use, for too long, and for a cause that was not told before.
    InVain(TlsError),
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
        let looked = Mutex::new(Looked { used: pair, in_vain: 0, told: None });
        Ok(Self { inner: Arc::new(Inner { certificate, key, running, looked }) })
    }

    /// What a new connection is greeted with.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.inner.running.load_full())
    }

    /// How the certificate in use stands, as of the last look at its files.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let looked = self.inner.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let (certificate, validity) = (self.inner.certificate.clone(), looked.used.validity());
        Standing { certificate, validity, in_vain: looked.told.clone() }
    }

    /// Looks at the files; a usable change is swapped in. Reads two small files: call it where blocking is allowed.
    pub fn reload_if_changed(&self) {
        let certificate = self.inner.certificate.display();
        match self.look() {
            Look::Nothing => {}
            Look::Taken => tracing::info!(%certificate, "new TLS certificate in use"),
            Look::InVain(error) => {
                let hint = error.hint();
                tracing::error!(%certificate, %error, hint, "the old TLS certificate stays in use");
            }
        }
    }

    fn look(&self) -> Look {
        let Inner { certificate, key, running, looked } = &*self.inner;
        let mut looked = looked.lock().unwrap_or_else(PoisonError::into_inner);
        let found = Pair::read(certificate, key).and_then(|pair| {
            let config = if pair == looked.used { None } else { Some(pair.config(certificate, key)?) };
            Ok((pair, config))
        });
        match found {
            Ok((pair, config)) => {
                let look = if config.is_some() { Look::Taken } else { Look::Nothing };
                config.into_iter().for_each(|config| running.store(Arc::new(config)));
                *looked = Looked { used: pair, in_vain: 0, told: None };
                look
            }
            Err(error) => looked.in_vain(error),
        }
    }
}

impl Looked {
    fn in_vain(&mut self, error: TlsError) -> Look {
        self.in_vain = self.in_vain.saturating_add(1);
        let cause = error.to_string();
        if self.in_vain <= LOOKS_WITHOUT_A_WORD || self.told.as_ref() == Some(&cause) {
            return Look::Nothing;
        }
        self.told = Some(cause);
        Look::InVain(error)
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

    /// Of the server's own certificate alone: what stands above it is often older than what its readers know instead.
    fn validity(&self) -> Option<Validity> {
        let own = CertificateDer::pem_slice_iter(&self.certificate).next()?.ok()?;
        Outline::read(&own).map(|Outline { first, last, .. }| Validity { first, last })
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

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use tempfile::TempDir;

    use super::*;

    struct Files(TempDir);

    impl Files {
        fn new() -> (Self, Tls) {
            let files = Self(tempfile::tempdir().expect("a folder"));
            files.renew();
            let tls = Tls::from_files(files.path("cert.pem"), files.path("key.pem")).expect("a pair");
            (files, tls)
        }

        fn renew(&self) {
            let CertifiedKey { cert, signing_key } =
                generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
            std::fs::write(self.path("cert.pem"), cert.pem()).expect("written");
            std::fs::write(self.path("key.pem"), signing_key.serialize_pem()).expect("written");
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn take_away_the_key(&self) {
            std::fs::remove_file(self.path("key.pem")).expect("removed");
        }
    }

    /// What so many looks in a row tell.
    fn told(tls: &Tls, looks: u32) -> Vec<String> {
        let told = (0..looks).filter_map(|_| match tls.look() {
            Look::Nothing => None,
            Look::Taken => Some("taken".to_owned()),
            Look::InVain(error) => Some(format!("{error}; {}", error.hint())),
        });
        told.collect()
    }

    #[test]
    fn a_renewed_key_that_cannot_be_read_is_told_of_once() {
        let (files, tls) = Files::new();
        files.renew();
        files.take_away_the_key();
        assert_eq!(told(&tls, LOOKS_WITHOUT_A_WORD), [""; 0], "it may be on its way");
        let said = told(&tls, 10);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("key.pem") && said[0].contains("may read it"), "{said:?}");
    }

    #[test]
    fn how_it_stands_is_told_of_the_certificate_in_use() {
        let (files, tls) = Files::new();
        let before = tls.standing();
        // What rcgen writes when it is told nothing: from 1975 to 4096.
        assert_eq!(before.validity, Some(Validity { first: 157_766_400, last: 67_090_118_400 }));
        assert_eq!((before.certificate, before.in_vain), (files.path("cert.pem"), None));
        std::fs::write(files.path("cert.pem"), "not a certificate").expect("written");
        told(&tls, 10);
        assert_eq!(tls.standing().validity, before.validity);
        assert!(tls.standing().in_vain.is_some_and(|why| why.contains("no readable PEM certificate")));
        files.renew();
        assert_eq!(told(&tls, 1), ["taken"]);
        assert_eq!(tls.standing().in_vain, None);
    }

    #[test]
    fn a_renewal_that_is_met_halfway_is_no_trouble() {
        let (files, tls) = Files::new();
        let old_key = std::fs::read(files.path("key.pem")).expect("read");
        files.renew();
        let new_key = std::fs::read(files.path("key.pem")).expect("read");
        files.take_away_the_key();
        assert_eq!(told(&tls, 1), [""; 0]);
        std::fs::write(files.path("key.pem"), old_key).expect("written");
        assert_eq!(told(&tls, 1), [""; 0], "the new certificate with the old key");
        std::fs::write(files.path("key.pem"), new_key).expect("written");
        assert_eq!(told(&tls, 5), ["taken"]);
        files.take_away_the_key();
        assert_eq!(told(&tls, LOOKS_WITHOUT_A_WORD), [""; 0], "the next renewal has as much time");
    }

    #[test]
    fn each_cause_is_told_and_again_once_the_files_were_of_use_between() {
        let (files, tls) = Files::new();
        std::fs::write(files.path("cert.pem"), "not a certificate").expect("written");
        assert_eq!(told(&tls, 10).len(), 1);
        files.take_away_the_key();
        assert_eq!(told(&tls, 10).len(), 1, "another cause");
        files.renew();
        assert_eq!(told(&tls, 2), ["taken"]);
        files.take_away_the_key();
        assert_eq!(told(&tls, 10).len(), 1);
    }
}
