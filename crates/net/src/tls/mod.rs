//! TLS, both ways: a certificate from files for the server, trusted roots for the client, and what one that plays a
//! part overlooks.
//!
//! One cryptographic provider (aws-lc) is chosen here and handed to rustls explicitly, so nothing depends on who
//! installed a process-wide default first.

mod certificate;
mod leniency;
mod outline;
mod trust;

use std::sync::{Arc, LazyLock};

use rustls::crypto::CryptoProvider;

pub use certificate::{Standing, Tls, Validity};
pub use leniency::{Leniency, TlsVersion};
pub use trust::Trust;

/// The one cryptographic provider.
fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> =
        LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    Arc::clone(&PROVIDER)
}

/// Why TLS could not be set up. Names files and causes, never their contents.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file holds no certificate, or one that cannot be read.
    #[error("{0} holds no readable PEM certificate")]
    NoCertificate(String),
    /// A file holds no private key, or one that cannot be read.
    #[error("{0} holds no readable PEM private key")]
    NoKey(String),
    /// Certificate and key are readable, but rustls cannot use them: most often they do not belong together.
    #[error("the certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

impl TlsError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "see that the file is there, and that the user the gateway runs as may read it",
            _ => "`cert` and `key` are PEM, and the key is that of the first certificate",
        }
    }
}
