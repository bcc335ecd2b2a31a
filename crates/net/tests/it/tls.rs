//! TLS, from files, both ways.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use payhook_net::{ClientError, Stage, Tls, TlsError, Trust};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::calling::{call, client_over};
use crate::stage::{Echo, PATIENCE, Raw, Running, SHORT};
use crate::{http2, stage};

/// A certificate and key in files, for `localhost`.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> (Self, String) {
        let files = Self { folder: tempfile::tempdir().expect("a folder") };
        let pem = files.renew();
        (files, pem)
    }

    fn renew(&self) -> String {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        std::fs::write(self.path("key.pem"), signing_key.serialize_pem()).expect("written");
        std::fs::write(self.path("cert.pem"), cert.pem()).expect("written");
        cert.pem()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tls(&self) -> Result<Tls, TlsError> {
        Tls::from_files(self.path("cert.pem"), self.path("key.pem"))
    }
}

/// A handshake that trusts just this certificate and offers these protocols.
async fn shake_hands(server: &Running, pem: &str, alpn: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
    use rustls::pki_types::pem::PemObject;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(server.address).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test]
async fn what_is_spoken_over_tls_is_agreed_on() {
    let (files, pem) = Files::new();
    let server = Running::start(SHORT, Some(files.tls().expect("a pair")), Echo);
    let stream = shake_hands(&server, &pem, &["h2", "http/1.1"]).await.expect("trusted");
    let (sender, _connection) = http2::speak(stream).await;
    assert_eq!(http2::post(&sender, "/a", "x").await, "200 POST /a x");
    let target = client_over(Trust::with_pem(pem.as_bytes()).expect("a root"))
        .target(&format!("https://localhost:{}/b", server.address.port()).parse().expect("a URL"))
        .expect("allowed");
    let answer = target.send(call("y")).await.expect("an answer");
    assert_eq!(answer.excerpt, "POST /b y");
    assert!(answer.timings.connect.is_some() && answer.timings.tls.is_some());
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_not_talked_to() {
    let (files, _) = Files::new();
    let server = Running::start(SHORT, Some(files.tls().expect("a pair")), Echo);
    let url = format!("https://localhost:{}/", server.address.port()).parse().expect("a URL");
    let failure =
        client_over(Trust::system()).target(&url).expect("allowed").send(call("")).await.expect_err("unknown");
    assert!(matches!(failure.error, ClientError::Tls(_)) && failure.error.stage() == Stage::Before, "{failure:?}");
}

#[tokio::test]
async fn a_changed_certificate_is_taken_and_a_broken_one_is_not() {
    let (files, old) = Files::new();
    let server = Running::start(SHORT, Some(files.tls().expect("a pair")), Echo);
    shake_hands(&server, &old, &[]).await.expect("the first certificate");
    std::fs::write(files.path("cert.pem"), "not a certificate").expect("written");
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    shake_hands(&server, &old, &[]).await.expect("the first is still in use");
    let new = files.renew();
    let taken = async {
        while shake_hands(&server, &new, &[]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, taken).await.expect("the new certificate is in use");
    assert!(shake_hands(&server, &old, &[]).await.is_err());
}

#[tokio::test]
async fn a_pair_that_is_none_says_what_is_wrong() {
    let (files, _) = Files::new();
    let key = std::fs::read(files.path("key.pem")).expect("read");
    std::fs::write(files.path("key.pem"), "nothing").expect("written");
    assert!(matches!(files.tls(), Err(TlsError::NoKey(_))));
    files.renew();
    std::fs::write(files.path("key.pem"), key).expect("written");
    assert!(matches!(files.tls(), Err(TlsError::Unusable(_))));
    std::fs::write(files.path("cert.pem"), "nothing").expect("written");
    assert!(matches!(files.tls(), Err(TlsError::NoCertificate(_))));
    std::fs::remove_file(files.path("cert.pem")).expect("removed");
    assert!(matches!(files.tls(), Err(TlsError::Unreadable { .. })));
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let (files, _) = Files::new();
    let server = Running::start(SHORT, Some(files.tls().expect("a pair")), Echo);
    for beginning in ["", "GET / HTTP/1.1\r\n\r\n"] {
        let mut raw = Raw::to(&server).await;
        raw.say(beginning).await;
        let mut heard = Vec::new();
        let ended = tokio::io::AsyncReadExt::read_to_end(&mut raw.0, &mut heard);
        let _ = tokio::time::timeout(stage::PATIENCE, ended).await.expect("ends");
        assert!(!heard.starts_with(b"HTTP"));
    }
}
