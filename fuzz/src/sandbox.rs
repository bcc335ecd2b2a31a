//! A pretend provider that is asked anything: no request panics it, none but the documented ones is answered with 5xx, and what
//! is refused is refused in the provider's own words.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use data_encoding::BASE64;
use http::{Method, Request, Response, StatusCode};
use payhook_domain::time::{Clock, Timestamp};
use payhook_sandbox::{Accounts, Pace, Sandbox, Settings};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// Most requests of one input.
const REQUESTS_MAX: usize = 12;
/// What is not payment details of any kind is answered so, by Adyen's documentation.
const NOT_SUPPORTED: &str = "905";

/// Whose API a path belongs to.
#[derive(Clone, Copy)]
enum Api {
    Checkout,
    Management,
    Banked,
}

/// An address of an API; `{}` stands for what the input says.
struct Route(Api, Method, &'static str);

use Api::{Banked, Checkout, Management};

/// Every address, and one of each API that is none. The letters of an input name them from `A` on.
static ROUTES: [Route; 50] = [
    Route(Checkout, Method::POST, "/sessions"),
    Route(Checkout, Method::GET, "/sessions/{}"),
    Route(Checkout, Method::POST, "/paymentMethods"),
    Route(Checkout, Method::POST, "/payments"),
    Route(Checkout, Method::POST, "/payments/details"),
    Route(Checkout, Method::POST, "/payments/{}/captures"),
    Route(Checkout, Method::POST, "/payments/{}/cancels"),
    Route(Checkout, Method::POST, "/payments/{}/refunds"),
    Route(Checkout, Method::POST, "/payments/{}/reversals"),
    Route(Checkout, Method::POST, "/payments/{}/amountUpdates"),
    Route(Checkout, Method::POST, "/cancels"),
    Route(Checkout, Method::POST, "/paymentLinks"),
    Route(Checkout, Method::GET, "/paymentLinks/{}"),
    Route(Checkout, Method::PATCH, "/paymentLinks/{}"),
    Route(Checkout, Method::POST, "/orders"),
    Route(Checkout, Method::POST, "/orders/cancel"),
    Route(Checkout, Method::POST, "/{}"),
    Route(Checkout, Method::DELETE, "/sessions"),
    Route(Management, Method::GET, "/me"),
    Route(Management, Method::GET, "/companies/{}/merchants"),
    Route(Management, Method::GET, "/merchants/{}"),
    Route(Management, Method::GET, "/companies/SandboxCompany/webhooks{}"),
    Route(Management, Method::POST, "/companies/SandboxCompany/webhooks"),
    Route(Management, Method::GET, "/companies/SandboxCompany/webhooks/{}"),
    Route(Management, Method::PATCH, "/companies/SandboxCompany/webhooks/{}"),
    Route(Management, Method::DELETE, "/companies/SandboxCompany/webhooks/{}"),
    Route(Management, Method::POST, "/companies/SandboxCompany/webhooks/{}/generateHmac"),
    Route(Management, Method::POST, "/companies/SandboxCompany/webhooks/{}/test"),
    Route(Management, Method::POST, "/companies/{}/webhooks"),
    Route(Management, Method::GET, "/merchants/SandboxMerchant/webhooks{}"),
    Route(Management, Method::POST, "/merchants/SandboxMerchant/webhooks"),
    Route(Management, Method::GET, "/merchants/SandboxMerchant/webhooks/{}"),
    Route(Management, Method::PATCH, "/merchants/SandboxMerchant/webhooks/{}"),
    Route(Management, Method::DELETE, "/merchants/SandboxMerchant/webhooks/{}"),
    Route(Management, Method::POST, "/merchants/SandboxMerchant/webhooks/{}/generateHmac"),
    Route(Management, Method::POST, "/merchants/SandboxMerchant/webhooks/{}/test"),
    Route(Management, Method::POST, "/{}"),
    Route(Management, Method::PUT, "/me"),
    Route(Banked, Method::POST, "/payment_sessions"),
    Route(Banked, Method::GET, "/payment_sessions"),
    Route(Banked, Method::GET, "/payment_sessions/{}"),
    Route(Banked, Method::DELETE, "/payment_sessions/{}"),
    Route(Banked, Method::POST, "/refunds"),
    Route(Banked, Method::GET, "/refunds/{}"),
    Route(Banked, Method::POST, "/webhooks"),
    Route(Banked, Method::GET, "/webhooks"),
    Route(Banked, Method::DELETE, "/webhooks/{}"),
    Route(Banked, Method::GET, "/providers"),
    Route(Banked, Method::GET, "/{}"),
    Route(Banked, Method::PUT, "/refunds"),
];

/// A line of an input: the address, who asks and under which key, what stands in the path, and the body.
struct Line<'i> {
    route: &'static Route,
    /// The API key is right.
    is_known: bool,
    /// Nothing asks without one.
    key: Option<&'i str>,
    inside: &'i str,
    body: &'i [u8],
}

/// Asks all that an input says, one line each, of a sandbox that nobody has asked before; and lets happen what comes of it.
pub fn asks_sandbox(input: &[u8]) {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime"));
    let sandbox = sandbox();
    let mut ids = Vec::new();
    for line in input.split(|byte| *byte == b'\n').take(REQUESTS_MAX) {
        let Some(line) = Line::read(line) else { continue };
        let Some(request) = line.request(&ids) else { continue };
        let answer = RUNTIME.block_on(sandbox.answer(request)).expect("an answer is whole");
        judge(line.route.0, &answer);
        gather(&serde_json::from_slice(answer.body()).unwrap_or_default(), &mut ids);
    }
    sandbox.work_through().expect("what was taken can happen");
}

impl<'i> Line<'i> {
    /// `D1a @0 {…}`: a letter of an address, `0` for a wrong API key, a key, a space, a part of the path, a space, a body.
    fn read(line: &'i [u8]) -> Option<Self> {
        let (first, rest) = line.split_first()?;
        let mut parts = rest.splitn(3, |byte| *byte == b' ');
        let manner = std::str::from_utf8(parts.next()?).ok()?;
        let inside = std::str::from_utf8(parts.next().unwrap_or_default()).ok()?;
        let route = &ROUTES[usize::from(first.wrapping_sub(b'A')) % ROUTES.len()];
        let (is_known, key) = match manner.strip_prefix('0') {
            Some(key) => (false, key),
            None => (true, manner),
        };
        let key = Some(key).filter(|key| !key.is_empty());
        Some(Self { route, is_known, key, inside, body: parts.next().unwrap_or_default() })
    }

    /// The request; none when no client could send it.
    fn request(&self, ids: &[String]) -> Option<Request<Bytes>> {
        let Route(api, method, path) = self.route;
        let uri = format!("{}{}", api.base(), path.replace("{}", &filled(self.inside, ids)));
        let (name, value) = api.credential(self.is_known);
        let mut request = Request::builder().method(method.clone()).uri(uri).header(name, value);
        if let Some(key) = self.key {
            request = request.header("idempotency-key", key);
        }
        let body = match std::str::from_utf8(self.body) {
            Ok(text) => Bytes::from(filled(text, ids)),
            Err(_) => Bytes::copy_from_slice(self.body),
        };
        request.header("content-type", "application/json").body(body).ok()
    }
}

impl Api {
    const fn base(self) -> &'static str {
        match self {
            Self::Checkout => "/adyen/checkout/v71",
            Self::Management => "/adyen/management/v3",
            Self::Banked => "/banked/v2",
        }
    }

    fn credential(self, is_known: bool) -> (&'static str, String) {
        let accounts = Accounts::default();
        let wrong = if is_known { "" } else { "x" };
        match self {
            Self::Checkout | Self::Management => ("x-api-key", format!("{}{wrong}", accounts.adyen_api_key)),
            Self::Banked => {
                let pair = format!("{}:{}{wrong}", accounts.banked_api_key, accounts.banked_secret);
                ("authorization", format!("Basic {}", BASE64.encode(pair.as_bytes())))
            }
        }
    }
}

/// `@0` is the newest name that the sandbox gave to anything, `@9` the tenth newest.
fn filled(text: &str, ids: &[String]) -> String {
    let places = (0..10).zip(ids.iter().rev());
    places.fold(text.to_owned(), |text, (place, id)| text.replace(&format!("@{place}"), id))
}

/// Takes down every name that an answer gives.
fn gather(answer: &Value, ids: &mut Vec<String>) {
    let names = ["paymentPspReference", "pspReference", "id", "orderData", "paymentData", "redirectResult"];
    let found = names.iter().filter_map(|name| answer[*name].as_str().map(str::to_owned));
    ids.extend(found.collect::<Vec<_>>());
}

fn judge(api: Api, answer: &Response<Bytes>) {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return;
    }
    let said = String::from_utf8_lossy(answer.body());
    let body: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{status} is no JSON: {said}"));
    let has = |names: &[&str]| names.iter().all(|name| body[*name].as_str().is_some_and(|text| !text.is_empty()));
    match api {
        Checkout => {
            assert!(has(&["errorCode", "message", "errorType"]) && body["status"] == status.as_u16(), "{said}");
        }
        Management => {
            assert!(has(&["type", "title", "detail", "errorCode"]) && body["status"] == status.as_u16(), "{said}");
        }
        Banked => {
            let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
            let is_told = |error: &Value| error["code"].is_string() && error["message"].is_string();
            assert!(!errors.is_empty() && errors.iter().all(is_told), "{said}");
        }
    }
    let documented = status == StatusCode::INTERNAL_SERVER_ERROR && body["errorCode"] == NOT_SUPPORTED;
    assert!(!status.is_server_error() || documented, "{status}: {said}");
}

/// One in memory, whose time stands still.
fn sandbox() -> Sandbox {
    struct Stopped;
    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            super::NOW
        }
    }
    let sandbox = Sandbox::open(Settings {
        file: None,
        seed: Some(7),
        pace: Pace::Scaled(1.0),
        base: "http://127.0.0.1:8090".parse().expect("a URL"),
        accounts: Accounts::default(),
        clock: Arc::new(Stopped),
        weather: Vec::new(),
    });
    sandbox.expect("memory opens")
}
