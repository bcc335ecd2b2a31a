//! One HTTP request on a connection of its own. A shop asks its provider a few times a minute: no pool is worth its rules.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

/// Longest a request may take, from resolving the name to the last byte of the answer. Card schemes can be slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest answer, in bytes.
const ANSWER_MAX: usize = 1 << 20;

/// Asks over HTTP, or HTTPS with the certificates this machine trusts.
pub(crate) struct Client {
    tls: Arc<ClientConfig>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

/// No answer. Whether the provider did what it was asked is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("{0} is not configured")]
    NotConfigured(&'static str),
    #[error("the address of the provider cannot be asked")]
    Address,
    #[error("no connection: {0}")]
    Connect(#[from] std::io::Error),
    #[error("the conversation broke off: {0}")]
    Http(#[from] hyper::Error),
    #[error("the answer broke off, or is longer than a megabyte")]
    Body,
    #[error("no answer within 30 seconds")]
    Late,
}

impl Client {
    pub(crate) fn new() -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has the suites of TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { tls: Arc::new(tls) }
    }

    /// Posts JSON under an idempotency key. Redirects are not followed.
    pub(crate) async fn post(
        &self,
        url: &Url,
        credential: &(HeaderName, HeaderValue),
        key: &str,
        body: &str,
    ) -> Result<Reply, CallError> {
        let request = request(url, credential, key, body).ok_or(CallError::Address)?;
        timeout(PATIENCE, self.call(url, request)).await.unwrap_or(Err(CallError::Late))
    }

    async fn call(&self, url: &Url, request: Request<Full<Bytes>>) -> Result<Reply, CallError> {
        let host = url.host_str().ok_or(CallError::Address)?;
        let port = url.port_or_known_default().ok_or(CallError::Address)?;
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
        if url.scheme() == "https" {
            let name = ServerName::try_from(host.to_owned()).map_err(|_| CallError::Address)?;
            let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?;
            talk(stream, request).await
        } else {
            talk(stream, request).await
        }
    }
}

fn request(url: &Url, credential: &(HeaderName, HeaderValue), key: &str, body: &str) -> Option<Request<Full<Bytes>>> {
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(HOST, host)
        .header(USER_AGENT, "updraft-shop")
        .header(CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .header(&credential.0, &credential.1);
    request.body(Full::from(body.to_owned())).ok()
}

async fn talk<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Reply, CallError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer, or with the sender that is dropped here.
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await?;
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), ANSWER_MAX).collect().await.map_err(|_| CallError::Body)?.to_bytes();
    connection.abort();
    Ok(Reply { status, body })
}
