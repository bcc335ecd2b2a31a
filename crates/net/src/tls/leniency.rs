//! What a client overlooks in the certificate of whom it calls, and by which version of TLS it calls.
//!
//! For a caller that plays one who can be told to overlook something. Nothing that carries money overlooks anything: no
//! configuration leads here.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::outline::{Outline, seconds};

/// What is overlooked; usually nothing. A name that is not the certificate's never is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Leniency {
    /// A certificate that was valid once, or one above it that was.
    pub expired: bool,
    /// A certificate that vouches for itself.
    pub self_signed: bool,
    /// One that leads to an authority nobody here knows.
    pub untrusted_root: bool,
}

/// Which versions of TLS are spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersion {
    /// 1.3, or 1.2 with those who know no better.
    #[default]
    Any,
    /// 1.2 alone.
    V12,
    /// 1.3 alone.
    V13,
}

/// A certificate that vouches for itself.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it is self-signed")]
struct SelfSigned;

/// Judges certificates as anybody does, and overlooks what it was told to.
#[derive(Debug)]
pub(super) struct Lenient {
    pub(super) strict: Arc<WebPkiServerVerifier>,
    pub(super) leniency: Leniency,
}

impl Lenient {
    /// Whether this one, which is not good as it is, is good enough.
    fn judge(&self, shown: &Shown<'_>, now: UnixTime) -> Result<(), Error> {
        let at = if self.leniency.expired { shown.while_valid(now).unwrap_or(now) } else { now };
        let refused = match shown.verify(&self.strict, at) {
            Ok(_) => return Ok(()),
            Err(refused) => refused,
        };
        // From here on it is not known who issued it, so that nobody but itself says for how long it is valid.
        let outlines = shown.outlines().ok_or_else(|| refused.clone())?;
        in_its_time(&outlines, seconds(at))?;
        verify_server_name(&ParsedCertificate::try_from(shown.leaf)?, shown.name)?;
        let is_self_signed = outlines.first().is_some_and(Outline::is_self_issued);
        match (is_self_signed, refused) {
            (true, _) if self.leniency.self_signed => Ok(()),
            (true, _) => Err(CertificateError::Other(OtherError(Arc::new(SelfSigned))).into()),
            (false, Error::InvalidCertificate(CertificateError::UnknownIssuer)) if self.leniency.untrusted_root => {
                Ok(())
            }
            (false, refused) => Err(refused),
        }
    }
}

/// Whether all of them are valid at this moment.
fn in_its_time(outlines: &[Outline<'_>], at: i64) -> Result<(), Error> {
    if outlines.iter().any(|outline| outline.last < at) {
        return Err(CertificateError::Expired.into());
    }
    if outlines.iter().any(|outline| at < outline.first) {
        return Err(CertificateError::NotValidYet.into());
    }
    Ok(())
}

/// What the other side shows.
struct Shown<'s> {
    leaf: &'s CertificateDer<'s>,
    above: &'s [CertificateDer<'s>],
    name: &'s ServerName<'s>,
    ocsp: &'s [u8],
}

impl Shown<'_> {
    fn verify(&self, strict: &WebPkiServerVerifier, at: UnixTime) -> Result<ServerCertVerified, Error> {
        strict.verify_server_cert(self.leaf, self.above, self.name, self.ocsp, at)
    }

    /// The last moment, up to now, before the first of them expired.
    fn while_valid(&self, now: UnixTime) -> Option<UnixTime> {
        let last = self.outlines()?.iter().map(|outline| outline.last).min()?;
        let seconds = u64::try_from(last.min(seconds(now))).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }

    /// The leaf's, then those of what stands above it; nothing when one cannot be read.
    fn outlines(&self) -> Option<Vec<Outline<'_>>> {
        std::iter::once(self.leaf).chain(self.above).map(|certificate| Outline::read(certificate)).collect()
    }
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self.judge(&Shown { leaf, above, name, ocsp }, now);
        judged.map(|()| ServerCertVerified::assertion())
    }

    /// That the other side has the certificate's key is never overlooked.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
