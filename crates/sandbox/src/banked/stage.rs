//! A sandbox in memory, its time standing still, and one router in front of it: for the properties.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use data_encoding::BASE64;
use http::Request;
use http_body_util::BodyExt;
use payhook_domain::time::{Clock, Timestamp};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tower_service::Service;

use crate::accounts::Accounts;
use crate::book::{Act, Book, BookError};
use crate::time::{Pace, Time};
use crate::world::World;

/// A moment that every test begins at.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOW
    }
}

pub(super) struct Stage {
    world: Arc<World>,
    router: Router,
    runtime: Runtime,
}

impl Stage {
    pub(super) fn new() -> Self {
        let world = Arc::new(World {
            book: Book::open(None, Some(7)).expect("memory"),
            time: Time::new(Arc::new(Stopped), Pace::Scaled(1.0), None),
            accounts: Accounts::default(),
            base: "http://127.0.0.1:8090".parse().expect("a URL"),
            weather: Vec::new(),
            bell: Notify::new(),
        });
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        Self { router: crate::http::router(Arc::clone(&world)), world, runtime }
    }

    /// One act.
    pub(super) fn act<T>(&self, work: impl FnOnce(&Act<'_>) -> Result<T, BookError>) -> T {
        self.world.act(work).expect("the book is in memory")
    }

    /// The answer of the API to these bytes.
    pub(super) fn post(&self, path: &str, body: impl Into<Body>) -> (u16, Value) {
        let basic = format!("Basic {}", BASE64.encode(b"pk_sandbox:sk_sandbox"));
        let request = Request::post(format!("/banked/v2{path}")).header("authorization", basic);
        let request = request.body(body.into()).expect("a request");
        self.runtime.block_on(async {
            let answer = self.router.clone().call(request).await.unwrap_or_else(|never| match never {});
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            (status, serde_json::from_slice(&body).expect("every answer to a POST is JSON"))
        })
    }

    /// The id of a new session.
    pub(super) fn session(&self) -> String {
        let (status, session) = self.post("/payment_sessions", order().to_string());
        assert_eq!(status, 201, "{session}");
        session["id"].as_str().expect("an id").to_owned()
    }
}

/// What a merchant may ask: 25.00 in two line items.
pub(super) fn order() -> Value {
    json!({
        "reference": "Order 000042",
        "success_url": "https://shop.example.com/thanks?p=__PAYMENT_ID__",
        "error_url": "https://shop.example.com/sorry",
        "line_items": [
            { "name": "Candle", "amount": 500, "currency": "GBP", "description": null, "quantity": 3 },
            { "name": "Postage", "amount": 1000, "currency": "GBP", "quantity": 1 },
        ],
        "payee": { "name": "Gerard Wiley", "account_number": "12345678", "sort_code": "010203" },
        "payer": { "name": "Ada Byron" },
        "email_receipt": true,
    })
}
