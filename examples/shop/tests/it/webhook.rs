//! Webhooks, as payhook sends them.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use payhook_testkit::wire;
use serde_json::{Value, json};

use crate::browser::{PATIENCE, head};

/// The secret that the shop knows.
pub(crate) const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// An event about a payment, as payhook tells it.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) reference: String,
    pub(crate) payment: String,
    pub(crate) version: i64,
    pub(crate) status: &'static str,
    /// The provider's name of what the event is about.
    pub(crate) name: String,
    /// Authorised, captured, refunded.
    pub(crate) totals: (i64, i64, i64),
}

impl Event {
    /// An authorisation of an order.
    pub(crate) fn authorised(reference: &str, total: i64) -> Self {
        Self {
            id: format!("evt_authorised_{reference}"),
            kind: "payment.authorised",
            reference: reference.to_owned(),
            payment: format!("pay_{reference}"),
            version: 1,
            status: "authorised",
            name: format!("P{reference}"),
            totals: (total, 0, 0),
        }
    }

    /// What comes next of the same payment.
    pub(crate) fn then(&self, kind: &'static str, status: &'static str, totals: (i64, i64, i64), name: &str) -> Self {
        let version = self.version + 1;
        let id = format!("evt_{kind}_{version}_{}", self.reference);
        Self { id, kind, version, status, totals, name: name.to_owned(), ..self.clone() }
    }

    fn body(&self) -> Vec<u8> {
        let (authorised, captured, refunded) = self.totals;
        let payload: Value = json!({
            "version": 1, "id": self.id, "type": self.kind, "timestamp": "2026-11-21T10:02:03.123Z",
            "data": {
                "source": "adyen", "provider": "adyen", "code": "AUTHORISATION", "success": true, "live": false,
                "reference": self.reference, "provider_reference": self.name,
                "amount": { "value": authorised, "currency": "GBP", "decimals": 2 },
                "payment": {
                    "id": self.payment, "version": self.version, "status": self.status, "currency": "GBP",
                    "authorised": authorised, "captured": captured, "refunded": refunded, "disputed": 0,
                },
                "stale": false, "revision": 0, "missed": [], "original": { "reason": "033899:1111:03/2030" },
            },
        });
        payload.to_string().into_bytes()
    }

    /// Sends it, signed with that secret; the status, or nothing when the shop was gone.
    pub(crate) fn send_with(&self, shop: SocketAddr, secret: &str) -> Option<u16> {
        let body = self.body();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs().to_string();
        let key = BASE64.decode(secret.trim_start_matches("whsec_").as_bytes()).expect("base64");
        let signed = [self.id.as_bytes(), b".", now.as_bytes(), b".", &body].concat();
        let tag = BASE64.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed).as_ref());
        let signature = format!("v1,{tag}");
        let headers = [
            ("content-type", "application/json"),
            ("webhook-id", self.id.as_str()),
            ("webhook-timestamp", &now),
            ("webhook-signature", &signature),
        ];
        let request = head(shop, "POST", "/webhooks/payhook", &headers, &body);
        wire::call(shop, &request, PATIENCE).ok().map(|answer| answer.status)
    }

    /// Sends it as payhook does.
    pub(crate) fn send(&self, shop: SocketAddr) -> Option<u16> {
        self.send_with(shop, SECRET)
    }
}
