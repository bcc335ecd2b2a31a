//! Talking to a running gateway: its API with the token it made, and its public listener.

use std::time::Duration;

use serde_json::Value;

use super::Gateway;
use crate::poster;
use crate::wire::{self, Answer};

/// How long one call may take.
const CALL_MAX: Duration = Duration::from_secs(60);

impl Gateway {
    /// The API token made at the first start.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn token(&self) -> String {
        let file = self.setup.store.join("payhook.db.token");
        let token = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        token.trim().to_owned()
    }

    /// `GET` on the admin listener, with the token.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    pub fn get(&self, target: &str) -> Answer {
        self.call("GET", target, b"")
    }

    /// `POST` of JSON on the admin listener, with the token.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn post(&self, target: &str, body: &Value) -> Answer {
        self.call("POST", target, body.to_string().as_bytes())
    }

    /// Every item of a list of the API, page after page, as `GET` of `target` gives it with `data` and `next_cursor`.
    ///
    /// # Panics
    /// When a page is not a 200.
    #[must_use]
    pub fn list(&self, target: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let joint = if target.contains('?') { '&' } else { '?' };
            let page = self.get(&if cursor.is_empty() {
                target.to_owned()
            } else {
                format!("{target}{joint}cursor={cursor}")
            });
            assert_eq!(page.status, 200, "{target}: {}", page.text());
            let mut page = page.json();
            if let Value::Array(data) = page["data"].take() {
                items.extend(data);
            }
            match page["next_cursor"].take() {
                Value::String(next) => cursor = next,
                _ => return items,
            }
        }
    }

    /// Posts a request made by [`wire::request`] to the public listener, on a connection of its own.
    ///
    /// # Errors
    /// Those of the socket: the gateway may be down.
    pub fn send(&self, request: &[u8]) -> std::io::Result<Answer> {
        wire::call(self.public(), request, CALL_MAX)
    }

    /// Load on the public listener; see [`poster::Load::start`].
    #[must_use]
    pub fn load(
        &self,
        connections: usize,
        requests: impl Fn(usize) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> poster::Load {
        poster::Load::start(self.public(), connections, requests)
    }

    fn call(&self, method: &str, target: &str, body: &[u8]) -> Answer {
        let token = format!("Bearer {}", self.token());
        let headers =
            [("authorization", token.as_str()), ("content-type", "application/json"), ("connection", "close")];
        let answer = wire::call(self.admin(), &wire::request(method, target, &headers, body), CALL_MAX);
        answer.unwrap_or_else(|error| panic!("{method} {target}: {error}\n{}", self.log_text()))
    }
}
