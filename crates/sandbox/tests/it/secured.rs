//! Endpoints over TLS whose certificates nobody vouches for: refused as they are, taken when the webhook says so.

use std::path::Path;
use std::time::Duration;

use http::{Request, Response};
use payhook_net::{Body, Handler, Incoming, Limits, Refusals, Server, Tls};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::stage::{MERCHANT, Stage};

/// Longest wait for a notification that is sent again.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes everything.
#[derive(Clone)]
struct Takes;

impl Handler for Takes {
    async fn handle(&self, _: Request<Incoming>, _: std::net::SocketAddr) -> Response<Body> {
        Response::new(Body::from("[accepted]"))
    }
}

/// A server for `localhost` that shows a certificate of its own making.
struct Endpoint {
    url: String,
    _folder: TempDir,
    _runtime: Runtime,
}

impl Endpoint {
    fn showing(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let tls = pair(folder.path(), change);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("the machine gives a thread");
        let listener = runtime.block_on(async { payhook_net::bind(([127, 0, 0, 1], 0).into()) }).expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let refusals = Refusals { content_type: "text/plain", body: |_| bytes::Bytes::new() };
        let server = Server { limits: Limits::default(), tls: Some(tls), refusals };
        runtime.spawn(server.serve(listener, Takes, std::future::pending()));
        Self { url: format!("https://localhost:{port}/in/adyen"), _folder: folder, _runtime: runtime }
    }
}

fn pair(folder: &Path, change: impl FnOnce(&mut CertificateParams)) -> Tls {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    change(&mut params);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    std::fs::write(folder.join("cert.pem"), certificate.pem()).expect("written");
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).expect("written");
    Tls::from_files(folder.join("cert.pem"), folder.join("key.pem")).expect("a pair")
}

/// What a test notification comes to when the webhook is changed like this.
fn tried(stage: &Stage, webhook: &str, change: &Value) -> (String, String) {
    stage.fine("PATCH", webhook, change);
    let custom = json!({ "types": ["CUSTOM"], "notification": { "eventCode": "CAPTURE", "success": true } });
    let output = stage.fine("POST", &format!("{webhook}/test"), &custom)["data"][0].take();
    let text = |name: &str| output[name].as_str().expect("a text").to_owned();
    (text("status"), text("output"))
}

#[test]
fn a_self_signed_endpoint_is_refused_until_the_webhook_accepts_it() {
    let stage = Stage::start();
    // As `openssl req -x509` makes it, which says of itself that it is an authority.
    let endpoint = Endpoint::showing(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let webhook = stage.webhook(MERCHANT, &endpoint.url);
    let self_signed = ("failed".to_owned(), "TLS: invalid peer certificate: it is self-signed".to_owned());
    assert_eq!(tried(&stage, &webhook, &json!({})), self_signed);
    let others = json!({ "acceptsExpiredCertificate": true, "acceptsUntrustedRootCertificate": true });
    assert_eq!(tried(&stage, &webhook, &others), self_signed);
    let taken = ("success".to_owned(), "[accepted]".to_owned());
    for version in ["TLSv1.2", "TLSv1.3", "HTTP"] {
        let accepts = json!({ "acceptsSelfSignedCertificate": true, "encryptionProtocol": version });
        assert_eq!(tried(&stage, &webhook, &accepts), taken, "{version}");
    }
    assert_eq!(tried(&stage, &webhook, &json!({ "acceptsSelfSignedCertificate": false })), self_signed, "at once");
}

#[test]
fn an_expired_certificate_is_refused_until_the_webhook_accepts_that_too() {
    let stage = Stage::start();
    let endpoint = Endpoint::showing(|params| params.not_after = date_time_ymd(2020, 2, 29));
    let webhook = stage.webhook(MERCHANT, &endpoint.url);
    let (status, why) = tried(&stage, &webhook, &json!({ "acceptsSelfSignedCertificate": true }));
    assert!(status == "failed" && why.contains("xpired"), "{status}: {why}");
    assert_eq!(tried(&stage, &webhook, &json!({ "acceptsExpiredCertificate": true })).0, "success");
}

#[test]
fn what_waits_for_an_endpoint_goes_when_its_certificate_is_accepted() {
    let stage = Stage::start();
    let endpoint = Endpoint::showing(|_| ());
    let webhook = stage.webhook(MERCHANT, &endpoint.url);
    // An hour in a second: the thirty days of tries are longer than anything here.
    stage.fine("POST", "/sandbox/v1/time", &json!({ "pace": 3_600 }));
    stage.fine("POST", "/sandbox/v1/stories/3ds-failed", &json!({}));
    let log = || stage.fine("GET", "/sandbox/v1/messages", &Value::Null);
    let until = |what: &str, done: &dyn Fn(&Value) -> bool| {
        let began = Instant::now();
        while !done(&log()) {
            assert!(began.elapsed() < PATIENCE, "not in time: {what}: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until("it is refused", &|log| log["data"][0]["attempts"].as_array().is_some_and(|tries| tries.len() > 3));
    assert_eq!(stage.fine("GET", &webhook, &Value::Null)["hasError"], true);
    stage.fine("PATCH", &webhook, &json!({ "acceptsSelfSignedCertificate": true }));
    until("it is taken", &|log| log["data"][0]["state"] == "accepted");
    assert_eq!(stage.fine("GET", &webhook, &Value::Null)["hasError"], false);
}
