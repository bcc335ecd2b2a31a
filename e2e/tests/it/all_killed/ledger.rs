//! What an order came to: how often it was charged and given back, and how much. The same form for every book.

use std::collections::BTreeMap;

use payhook_example_shop::Standing;
use payhook_example_shop::shopper::Plan;
use serde_json::Value;

/// What each order came to, by its reference.
pub(super) type Ledger = BTreeMap<String, Came>;

/// Every charge and every refund of one order, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Came {
    pub(super) charges: Vec<i64>,
    pub(super) refunds: Vec<i64>,
}

impl Came {
    /// What an order of so much comes to when it goes as planned.
    pub(super) fn of(plan: Plan, total: i64) -> Self {
        let once = |happens: bool| if happens { vec![total] } else { Vec::new() };
        let ends = plan.ends();
        Self { charges: once(ends != Standing::Refused), refunds: once(ends == Standing::Refunded) }
    }

    /// Adds a payment as payhook tells of it, in its API and to a shop: what was taken, and what went back.
    pub(super) fn add(&mut self, status: &str, taken: i64, refunded: i64) {
        let took_nothing = ["refused", "failed", "abandoned", "cancelled", "expired"].contains(&status);
        if !took_nothing || taken > 0 {
            self.charges.push(taken);
        }
        if refunded > 0 {
            self.refunds.push(refunded);
        }
    }
}

/// A number that has to be there.
pub(super) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A text that has to be there.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
