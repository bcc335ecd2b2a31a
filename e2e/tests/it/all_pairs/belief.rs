//! What a gateway believes of a story's payments, without what differs from one telling to the next: references, event ids,
//! moments.

use payhook_testkit::gateway::Gateway;
use serde_json::{Map, Value};

/// A gateway that can be asked.
pub(super) trait Believer {
    /// Every item of a list.
    fn list(&self, target: &str) -> Vec<Value>;

    /// One thing.
    fn get(&self, target: &str) -> Value;
}

impl Believer for Gateway {
    fn list(&self, target: &str) -> Vec<Value> {
        Self::list(self, target)
    }

    fn get(&self, target: &str) -> Value {
        Self::get(self, target).json()
    }
}

/// What of a payment says where its money is.
const TOLD: [&str; 9] =
    ["provider", "status", "closed", "totals", "captures", "refunds", "cancels", "disputes", "flags"];
/// What of these differs from one telling to the next.
const OF_THIS_TELLING: [&str; 3] = ["reference", "events", "due_at"];

/// The payments of one reference, in an order of their own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Belief(Vec<String>);

impl Belief {
    /// What this gateway believes.
    pub(super) fn of(gateway: &impl Believer, reference: &str) -> Self {
        let reference = reference.replace(' ', "%20");
        let payments = gateway.list(&format!("/api/v1/payments?reference={reference}"));
        let whole = |payment: &Value| {
            let id = payment["id"].as_str().expect("an id");
            let whole = gateway.get(&format!("/api/v1/payments/{id}"));
            let told = TOLD.map(|name| (name.to_owned(), plain(whole[name].clone())));
            Value::Object(Map::from_iter(told)).to_string()
        };
        let mut all: Vec<_> = payments.iter().map(whole).collect();
        all.sort_unstable();
        Self(all)
    }

    /// `captured, dispute won`.
    pub(super) fn said(&self) -> String {
        let payments = self.0.iter().map(|payment| serde_json::from_str::<Value>(payment).expect("its own JSON"));
        let words = payments.map(|payment| {
            let status = payment["status"].as_str().unwrap_or("?").to_owned();
            let disputes = payment["disputes"].as_array().into_iter().flatten();
            disputes
                .fold(status, |said, dispute| format!("{said}, dispute {}", dispute["status"].as_str().unwrap_or("?")))
        });
        let mut words: Vec<_> = words.collect();
        words.sort_unstable();
        words.join(", ")
    }
}

/// Without what is this telling's own; lists in an order that does not come from that.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(name, _)| !OF_THIS_TELLING.contains(&name.as_str()));
            kept.map(|(name, value)| (name, plain(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(plain).collect();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        other => other,
    }
}
