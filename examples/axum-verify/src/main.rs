//! An axum application that verifies Adyen's webhooks with `payhook-provider` alone:
//! `ADYEN_HMAC_KEY=… cargo run -p axum-verify`.
//!
//! This is verification and nothing else: nothing is stored before the answer, repeats are not absorbed, and no order
//! is kept. That is what the gateway is for.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "an example shows what it does")]

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, header};
use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;
use payhook_provider::{Item, Key, Outcome, Papers, Parsed, Policy, Provider, RawRequest};

struct Shop {
    adyen: &'static dyn Provider,
    keys: Vec<Key>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let adyen = payhook_provider::by_name("adyen").context("payhook speaks Adyen")?;
    let key = std::env::var("ADYEN_HMAC_KEY").context("ADYEN_HMAC_KEY is not set")?;
    let keys = vec![adyen.key("key-1", &key).context("ADYEN_HMAC_KEY")?];
    let app = Router::new().route("/webhooks/adyen", post(webhook)).with_state(Arc::new(Shop { adyen, keys }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn webhook(State(shop): State<Arc<Shop>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let request = RawRequest { target: uri.path(), headers: &headers, body: &body };
    // Adyen signs no time, so none is compared.
    let now = Timestamp::default();
    let items = match shop.adyen.verify(&request, &shop.keys, &Policy::default(), now) {
        Papers::Items(items) => items,
        Papers::Unreadable(refused) => return answer(&shop, &request, Outcome::Refused(refused.code)),
    };
    // The whole notification is refused when one item is not authentic: Adyen sends it again.
    if let Some(refused) = items.iter().find_map(|item| match item {
        Item::Refused(refused) => Some(refused.clone()),
        // Of providers that publish their keys: here nobody looks one up, so it is refused as an unknown one.
        Item::NeedsKey(needed) => Some(needed.otherwise.clone()),
        Item::Verified(_) => None,
    }) {
        println!("refused: {} ({})", refused.detail, refused.reason.as_str());
        return answer(&shop, &request, Outcome::Refused(refused.code));
    }
    for item in &items {
        let Item::Verified(verified) = item else { continue };
        if let Parsed::Events(events) = shop.adyen.parse(verified, Environment::Test) {
            for event in events {
                println!("{} of {}", event.kind.as_str(), event.reference.as_deref().unwrap_or("?"));
            }
        }
    }
    answer(&shop, &request, Outcome::Accepted)
}

/// What Adyen waits to hear.
fn answer(shop: &Shop, request: &RawRequest<'_>, outcome: Outcome) -> Response {
    let ack = shop.adyen.ack(request, outcome);
    let status = StatusCode::from_u16(ack.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, ack.content_type)], ack.body.into_owned()).into_response()
}
