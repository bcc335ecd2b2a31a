//! The sender's end of TLS: a certificate in files, and a client that trusts it and nothing else.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{Certificate, CertificateParams, CertifiedKey, KeyPair, date_time_ymd, generate_simple_self_signed};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Writes a fresh pair for `localhost` into `cert.pem` and `key.pem`; returns the certificate.
pub(crate) fn certificate_in(folder: &Path) -> String {
    let pair = generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let CertifiedKey { cert, signing_key } = pair;
    write(folder, &cert, &signing_key)
}

/// The same, valid until so many seconds after 1970.
pub(crate) fn certificate_until(folder: &Path, seconds: u64) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
    let key = KeyPair::generate().expect("a key");
    write(folder, &params.self_signed(&key).expect("a certificate"), &key);
}

fn write(folder: &Path, certificate: &Certificate, key: &KeyPair) -> String {
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).expect("written");
    std::fs::write(folder.join("cert.pem"), certificate.pem()).expect("written");
    certificate.pem()
}

/// Posts `body` in a connection of its own that speaks what was agreed on of `protocols` (`h2`, `http/1.1`) and trusts
/// `certificate`; returns the protocol and the answer, or why there was none.
pub(crate) fn post(
    to: SocketAddr,
    certificate: &str,
    protocols: &[&str],
    body: &[u8],
) -> Result<(String, u16, String), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let connector = TlsConnector::from(Arc::new(trusting(certificate, protocols)));
        let stream = TcpStream::connect(to).await.map_err(|error| error.to_string())?;
        let name = ServerName::try_from("localhost").expect("a name");
        let stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
        let agreed = stream.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
        let request = http::Request::post(format!("https://localhost:{}/in/adyen", to.port()))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::copy_from_slice(body)))
            .expect("a request");
        let response = if agreed == b"h2" {
            let shaken = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
            let (mut sender, connection) = shaken.map_err(|error| error.to_string())?;
            tokio::spawn(connection);
            sender.send_request(request).await
        } else {
            let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
            let (mut sender, connection) = shaken.map_err(|error| error.to_string())?;
            tokio::spawn(connection);
            sender.send_request(request).await
        };
        let response = response.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(&agreed), status, text(&body)))
    })
}

fn trusting(certificate: &str, protocols: &[&str]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows today's versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}
