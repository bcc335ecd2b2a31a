//! A new HMAC key. The first signs at once; another one takes a while to reach all of Adyen's machines, and until then the
//! one before it signs.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::scope::Scope;
use crate::adyen::webhook::{HmacKey, Webhook};
use crate::book::{Act, BookError};
use crate::world::World;

/// How long a new key takes. Adyen names no time; its page on rotation says that it does not happen at once.
const PROPAGATION: Duration = Duration::from_secs(15 * 60);
/// Keys of one webhook that are remembered: the one that signs, those before it and those to come.
const KEYS_MAX: usize = 8;
/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// `generateHmac`: answers the key, this once.
pub(super) async fn generate(State(world): State<Arc<World>>, scope: Scope) -> Result<Json<Value>, Refusal> {
    world.act(|act| {
        let key = new_key(act, scope.webhook(act)?)?;
        Ok(Json(json!({ "hmacKey": key.hex })))
    })
}

/// Gives a webhook a new key.
pub(crate) fn new_key(act: &Act<'_>, mut webhook: Webhook) -> Result<HmacKey, BookError> {
    let from = if webhook.keys.is_empty() { act.now } else { act.after(PROPAGATION) };
    let key = HmacKey { hex: act.chance()?.hex(KEY_BYTES), from: from.as_micros() };
    webhook.keys.push(key.clone());
    let forgotten = webhook.keys.len().saturating_sub(KEYS_MAX);
    webhook.keys.drain(..forgotten);
    act.keep(&webhook)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use payhook_domain::time::Timestamp;

    use super::*;

    #[test]
    fn the_first_key_signs_at_once_and_another_when_it_has_spread() {
        let at = |minutes: i64| Timestamp::from_seconds(minutes * 60);
        let key = |hex: &str, minutes| HmacKey { hex: hex.to_owned(), from: at(minutes).as_micros() };
        let webhook = crate::adyen::webhook::tests::with_keys(vec![key("first", 0), key("second", 15)]);
        let signs = |minutes| webhook.key_at(at(minutes)).map(|key| key.hex.as_str());
        let replaced = |minutes| webhook.replaced_key_at(at(minutes)).map(|key| key.hex.as_str());
        assert_eq!((signs(14), replaced(14)), (Some("first"), None));
        assert_eq!((signs(15), replaced(15)), (Some("second"), Some("first")));
    }
}
