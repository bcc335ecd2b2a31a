//! Certificates that nobody should take, and a client that was told to take some of them.

use std::path::Path;
use std::sync::Arc;

use payhook_net::{Leniency, Tls, TlsVersion, Trust};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::calling::{call, client_over};
use crate::stage::{Echo, Running, SHORT, loopback};

const NOTHING: Leniency = Leniency { expired: false, self_signed: false, untrusted_root: false };
const EXPIRED: Leniency = Leniency { expired: true, ..NOTHING };
const SELF_SIGNED: Leniency = Leniency { self_signed: true, ..NOTHING };
const UNTRUSTED: Leniency = Leniency { untrusted_root: true, ..NOTHING };
const ALL: Leniency = Leniency { expired: true, self_signed: true, untrusted_root: true };

/// A chain in PEM, the server's own first, and the key of that.
struct Pair {
    chain: String,
    key: KeyPair,
}

fn for_localhost() -> CertificateParams {
    CertificateParams::new(vec!["localhost".to_owned()]).expect("a name")
}

fn expired() -> CertificateParams {
    let mut params = for_localhost();
    params.not_after = date_time_ymd(2020, 2, 29);
    params
}

fn self_signed(params: &CertificateParams) -> Pair {
    let key = KeyPair::generate().expect("a key");
    Pair { chain: params.self_signed(&key).expect("a certificate").pem(), key }
}

/// Signed by an authority of one's own, which is shown beside it or not.
fn signed_privately(params: &CertificateParams, shows_authority: bool) -> Pair {
    let (root, key) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "An authority of one's own");
    let authority = CertifiedIssuer::self_signed(authority, root).expect("an authority");
    let mut chain = params.signed_by(&key, &authority).expect("a certificate").pem();
    if shows_authority {
        chain.push_str(&authority.pem());
    }
    Pair { chain, key }
}

fn tls(folder: &Path, pair: &Pair) -> Tls {
    std::fs::write(folder.join("cert.pem"), &pair.chain).expect("written");
    std::fs::write(folder.join("key.pem"), pair.key.serialize_pem()).expect("written");
    Tls::from_files(folder.join("cert.pem"), folder.join("key.pem")).expect("a pair")
}

/// What a client that overlooks this gets from a server that shows that: its answer, or why there is none.
async fn got(pair: &Pair, leniency: Leniency) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Running::start(SHORT, Some(tls(folder.path(), pair)), Echo);
    called(server.address.port(), leniency, TlsVersion::Any).await
}

async fn called(port: u16, leniency: Leniency, version: TlsVersion) -> Result<String, String> {
    let url = format!("https://localhost:{port}/a").parse().expect("a URL");
    let target = client_over(Trust::lenient(leniency, version)).target(&url).expect("allowed");
    let answer = target.send(call("x")).await.map_err(|failure| failure.to_string())?;
    Ok(String::from_utf8_lossy(&answer.excerpt).into_owned())
}

/// Who takes it, among those that overlook one thing, all, or nothing.
async fn takers(pair: &Pair) -> Vec<Leniency> {
    let mut takers = Vec::new();
    for leniency in [NOTHING, EXPIRED, SELF_SIGNED, UNTRUSTED, ALL] {
        if got(pair, leniency).await.is_ok_and(|answer| answer == "POST /a x") {
            takers.push(leniency);
        }
    }
    takers
}

#[tokio::test]
async fn a_self_signed_certificate_is_taken_by_who_overlooks_just_that() {
    assert_eq!(takers(&self_signed(&for_localhost())).await, [SELF_SIGNED, ALL]);
    // As `openssl req -x509` makes them: for a server, and for an authority.
    let mut as_authority = for_localhost();
    as_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    assert_eq!(takers(&self_signed(&as_authority)).await, [SELF_SIGNED, ALL]);
    let why = got(&self_signed(&as_authority), UNTRUSTED).await.expect_err("it is not overlooked");
    assert_eq!(why, "TLS: invalid peer certificate: it is self-signed");
}

#[tokio::test]
async fn one_of_an_authority_that_nobody_knows_is_taken_by_who_overlooks_just_that() {
    for shows_authority in [false, true] {
        assert_eq!(takers(&signed_privately(&for_localhost(), shows_authority)).await, [UNTRUSTED, ALL]);
    }
}

#[tokio::test]
async fn one_that_has_expired_is_taken_by_who_overlooks_that_too() {
    let untrusted = Leniency { expired: true, ..UNTRUSTED };
    let self_issued = Leniency { expired: true, ..SELF_SIGNED };
    let (own, private) = (self_signed(&expired()), signed_privately(&expired(), true));
    assert_eq!((takers(&own).await, takers(&private).await), (vec![ALL], vec![ALL]));
    assert_eq!(got(&own, self_issued).await.as_deref(), Ok("POST /a x"));
    assert_eq!(got(&private, untrusted).await.as_deref(), Ok("POST /a x"));
    for (pair, leniency) in [(&own, SELF_SIGNED), (&private, UNTRUSTED)] {
        let why = got(pair, leniency).await.expect_err("it has expired");
        assert!(why.contains("xpired"), "{why}");
    }
}

#[tokio::test]
async fn one_that_is_not_valid_yet_or_for_another_name_is_taken_by_nobody() {
    let mut early = for_localhost();
    early.not_before = date_time_ymd(2090, 1, 1);
    let elsewhere = CertificateParams::new(vec!["elsewhere.example".to_owned()]).expect("a name");
    for params in [early, elsewhere] {
        assert_eq!(takers(&self_signed(&params)).await, []);
        assert_eq!(takers(&signed_privately(&params, true)).await, []);
    }
}

/// A server that speaks one version of TLS alone, and to nobody any further.
async fn speaks(version: &'static rustls::SupportedProtocolVersion) -> u16 {
    let pair = self_signed(&for_localhost());
    let certificate = CertificateDer::from_pem_slice(pair.chain.as_bytes()).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(pair.key.serialize_pem().as_bytes()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_protocol_versions(&[version]);
    let config = config.expect("a version").with_no_client_auth().with_single_cert(vec![certificate], key);
    let acceptor = TlsAcceptor::from(Arc::new(config.expect("a pair")));
    let listener = TcpListener::bind(loopback()).await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(acceptor.accept(stream).await);
        }
    });
    port
}

#[tokio::test]
async fn the_version_that_was_asked_for_is_spoken_and_no_other() {
    for (version, spoken) in [(TlsVersion::V12, &rustls::version::TLS12), (TlsVersion::V13, &rustls::version::TLS13)] {
        let port = speaks(spoken).await;
        for asked in [TlsVersion::V12, TlsVersion::V13, TlsVersion::Any] {
            let why = called(port, SELF_SIGNED, asked).await.expect_err("it hangs up after the handshake");
            let shaken = !why.starts_with("TLS:");
            assert_eq!(shaken, asked == version || asked == TlsVersion::Any, "{asked:?} with {version:?}: {why}");
        }
    }
}
