//! The certificate of `[server]`: whether it can be served, and whether this is its time.

use payhook_domain::time::Timestamp;
use payhook_net::{Tls, Validity};

use super::TlsFiles;
use crate::config::words::mistakes::{Findings, Place};

/// One that cannot be served is a mistake. One whose time is not now only warns: a clock that jumps must not keep the gateway
/// from starting, and some senders do not look.
pub(in crate::config) fn check(files: &TlsFiles, place: &Place, now: Timestamp, findings: &mut Findings) {
    let tls = match Tls::from_files(&files.cert, &files.key) {
        Ok(tls) => tls,
        Err(error) => return findings.mistake(place, error.to_string(), error.hint()),
    };
    let Some(Validity { first, last }) = tls.standing().validity else { return };
    let (first, last, cert) = (Timestamp::from_seconds(first), Timestamp::from_seconds(last), files.cert.display());
    if last < now {
        let what = format!("the certificate in {cert} was valid until {last}: providers refuse to connect");
        findings.warning(place, what, "renew it; a running gateway takes it from the same files by itself");
    } else if now < first {
        let what =
            format!("the certificate in {cert} is valid from {first} only: providers refuse to connect until then");
        findings.warning(place, what, "compare `date -u`; if the time is right, use a certificate that is valid now");
    }
}
