//! A set behind HTTPS: read from whom the system trusts, and from nobody else.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::Full;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::listeners::tls::certificate_in;

/// Publishes the set on a free port while the runtime lives, with the pair in this folder.
fn publish(runtime: &Runtime, folder: &std::path::Path) -> SocketAddr {
    let read = |name: &str| std::fs::read(folder.join(name)).expect("the pair is there");
    let chain = vec![CertificateDer::from_pem_slice(&read("cert.pem")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(&read("key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows today's versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a pair");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("bound");
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = hyper::service::service_fn(|_| async {
                    Ok::<_, std::convert::Infallible>(http::Response::new(Full::new(bytes::Bytes::from(set()))))
                });
                let http = hyper::server::conn::http1::Builder::new();
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

#[test]
fn a_set_is_read_over_https_from_whom_the_system_trusts_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    certificate_in(folder.path());
    let runtime = Runtime::new().expect("a runtime");
    let url = format!("https://localhost:{}/jwks", publish(&runtime, folder.path()).port());
    let trusting = Setup::new(&source(&url)).variable("SSL_CERT_FILE", folder.path().join("cert.pem")).start();
    assert_eq!(post(&trusting, &signed(KID, &url, "e1")).status, 200);
    let wary = Setup::new(&source(&url)).start();
    assert_eq!(post(&wary, &signed(KID, &url, "e1")).status, 503, "whoever is on the way could publish his own");
    let (severity, what) = doctor(&wary);
    assert!(severity == "problem" && what.contains("TLS"), "{what}");
}
