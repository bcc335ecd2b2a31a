//! The event as a condition sees it: `event`, a map of what the payload's `data` has.
//!
//! A field the event does not have is absent, so that `has(event.reference)` tells. Made once for an event, and only
//! when a condition is asked; the provider's own object is read only when a condition names it.

use std::collections::HashMap;
use std::sync::OnceLock;

use cel::Value;
use cel::common::value::Val;
use payhook_domain::event::{Check, Event};
use serde_json::Value as Json;

use super::bounds::LIST_MAX;
use super::when::Wrong;
use crate::config::words::nearest::suggestion;
use crate::payload::original_text;

/// The fields of `event`.
pub(super) const FIELDS: [&str; 15] = [
    "source",
    "provider",
    "kind",
    "type",
    "code",
    "proof",
    "success",
    "live",
    "account",
    "reference",
    "provider_reference",
    "amount",
    "occurred_at",
    "checks",
    "original",
];
const AMOUNT: [&str; 3] = ["value", "currency", "decimals"];
const CHECKS: [&str; 2] = ["avs", "cvc"];
const CHECK: [&str; 2] = ["code", "meaning"];

/// Said to whoever asks for more than the event.
pub(super) const NO_PAYMENT: &str =
    "a condition sees the event, not its payment: ask what became true, event.kind == 'payment.captured'";

/// Largest object of a provider that conditions read, in bytes: ten times the largest one documented. It bounds what an
/// evaluation can cost.
const ORIGINAL_BYTES_MAX: usize = 64 << 10;

/// An event, and what is made of it when it is asked for.
pub(super) struct Subject<'e> {
    source: &'e str,
    provider: &'e str,
    event: &'e Event,
    body: &'e [u8],
    plain: OnceLock<Made>,
    whole: OnceLock<Made>,
}

type Made = Result<Box<dyn Val>, &'static str>;

impl<'e> Subject<'e> {
    /// Of an event in `body`. Makes nothing yet.
    pub(super) fn new(source: &'e str, provider: &'e str, event: &'e Event, body: &'e [u8]) -> Self {
        Self { source, provider, event, body, plain: OnceLock::new(), whole: OnceLock::new() }
    }

    /// The value of `event`, with the provider's own object or without.
    pub(super) fn value(&self, with_original: bool) -> Result<&dyn Val, &'static str> {
        let made = if with_original {
            self.whole.get_or_init(|| made(self.fields(Some(self.original()?))))
        } else {
            self.plain.get_or_init(|| made(self.fields(None)))
        };
        made.as_deref().map_err(|why| *why)
    }

    fn fields(&self, original: Option<Value>) -> Map {
        let event = self.event;
        let mut fields = Map::default();
        fields.put("source", text(self.source));
        fields.put("provider", text(self.provider));
        fields.put("kind", text(event.kind.as_str()));
        fields.put("type", text(event.kind.as_str()));
        fields.put("code", text(&event.code));
        fields.put("proof", text(event.proof.as_str()));
        fields.put_if("success", event.success.map(Value::Bool));
        fields.put_if("live", event.live.map(Value::Bool));
        fields.put_if("account", event.account.as_deref().map(text));
        fields.put_if("reference", event.reference.as_deref().map(text));
        fields.put_if("provider_reference", event.provider_reference.as_deref().map(text));
        fields.put_if("occurred_at", event.occurred_at.as_ref().map(|at| text(&at.text)));
        fields.put_if(
            "amount",
            event.amount.map(|amount| {
                let mut map = Map::default();
                map.put("value", Value::Int(amount.value));
                map.put("currency", text(amount.currency.as_str()));
                map.put("decimals", Value::Int(amount.decimals.into()));
                map.value()
            }),
        );
        // Always there, so that has(event.checks.avs) asks one question, not two.
        let mut checks = Map::default();
        checks.put_if("avs", event.checks.avs.as_ref().map(check));
        checks.put_if("cvc", event.checks.cvc.as_ref().map(check));
        fields.put("checks", checks.value());
        fields.put_if("original", original);
        fields
    }

    fn original(&self) -> Result<Value, &'static str> {
        let bytes = original_text(&self.event.original, self.body);
        if bytes.len() > ORIGINAL_BYTES_MAX {
            return Err("the provider's own object is larger than 64 KiB");
        }
        let json: Json = serde_json::from_slice(bytes).map_err(|_| "the provider's own object is not JSON")?;
        from_json(json)
    }
}

/// An event that has every field but the provider's own object: what a condition may ask for, each of its sort.
pub(super) fn sample() -> Box<dyn Val> {
    let check = Check { code: 1, meaning: Some("matches".into()) };
    let mut fields = Map::default();
    for name in ["source", "provider", "kind", "type", "code", "proof", "account", "reference", "provider_reference"] {
        fields.put(name, text("text"));
    }
    fields.put("success", Value::Bool(true));
    fields.put("live", Value::Bool(false));
    fields.put("occurred_at", text("2026-11-21T10:00:00Z"));
    let mut amount = Map::default();
    amount.put("value", Value::Int(1_250));
    amount.put("currency", text("EUR"));
    amount.put("decimals", Value::Int(2));
    fields.put("amount", amount.value());
    let mut checks = Map::default();
    CHECKS.iter().for_each(|name| checks.put(name, self::check(&check)));
    fields.put("checks", checks.value());
    fields.value().try_into().expect("texts, numbers and maps of them")
}

fn made(fields: Map) -> Made {
    fields.value().try_into().map_err(|_| "the event cannot be shown to a condition")
}

fn check(check: &Check) -> Value {
    let mut map = Map::default();
    map.put("code", Value::Int(check.code.into()));
    map.put_if("meaning", check.meaning.as_deref().map(text));
    map.value()
}

/// Reading JSON is bounded in depth by its reader (128), so this is too.
fn from_json(json: Json) -> Result<Value, &'static str> {
    const TOO_LONG: &str = "a list in the provider's own object has more than 1000 elements";
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Int(number),
            (None, Some(number)) => Value::UInt(number),
            (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(string) => string.into(),
        Json::Array(items) if items.len() > LIST_MAX => return Err(TOO_LONG),
        Json::Array(items) => items.into_iter().map(from_json).collect::<Result<Vec<_>, _>>()?.into(),
        Json::Object(members) if members.len() > LIST_MAX => return Err(TOO_LONG),
        Json::Object(members) => {
            let mut map = Map::default();
            for (name, member) in members {
                map.0.insert(name, from_json(member)?);
            }
            map.value()
        }
    })
}

#[derive(Default)]
struct Map(HashMap<String, Value>);

impl Map {
    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    fn put_if(&mut self, name: &str, value: Option<Value>) {
        value.into_iter().for_each(|value| self.put(name, value));
    }

    fn value(self) -> Value {
        self.0.into()
    }
}

fn text(text: &str) -> Value {
    text.to_owned().into()
}

/// Whether `event` has such a field: the first names of `path`, as far as they are ours.
pub(super) fn check_path(path: &[&str]) -> Result<(), Wrong> {
    let mut known: &[&str] = &FIELDS;
    let mut so_far = "event".to_owned();
    for name in path {
        if known.is_empty() {
            let hint = format!("compare {so_far} itself");
            return Err(Wrong::new(format!("asks for `{name}` of {so_far}, which has no fields"), hint));
        }
        if !known.contains(name) {
            let hint = match *name {
                "payment" => NO_PAYMENT.to_owned(),
                _ => suggestion(name, known.iter().copied()),
            };
            return Err(Wrong::new(format!("asks for `{name}` of {so_far}, which it never has"), hint));
        }
        so_far = format!("{so_far}.{name}");
        known = match so_far.as_str() {
            "event.original" => return Ok(()),
            "event.amount" => &AMOUNT,
            "event.checks" => &CHECKS,
            "event.checks.avs" | "event.checks.cvc" => &CHECK,
            _ => &[],
        };
    }
    Ok(())
}
