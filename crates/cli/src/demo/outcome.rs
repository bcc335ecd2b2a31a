//! What came of it: counted from the gateway's store over its API, and from the shop's database.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use payhook_example_shop::Order;
use serde_json::Value;

use super::crowd::Bought;
use super::stage::Stage;

/// How often the store is asked whether everything is settled.
const ASK_EVERY: Duration = Duration::from_millis(200);
/// How long everything owed may take to be settled after the last order.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(60);

/// What came of it.
pub(super) struct Outcome {
    bought: Vec<Bought>,
    counts: Counts,
    /// Orders of this run, as the shop's database has them.
    orders: Vec<Order>,
}

impl Outcome {
    /// What the store says now: before the run that is what an earlier one left in a folder that is kept.
    pub(super) async fn counts(stage: &Stage) -> anyhow::Result<Counts> {
        Ok(Counts::read(&stage.api()?.get("/api/v1/status", &[]).await?))
    }

    /// Waits until nothing is owed, and counts what has come since `before`.
    pub(super) async fn take(stage: &Stage, bought: Vec<Bought>, before: &Counts) -> anyhow::Result<Self> {
        let waits = SETTLE_TIME_MAX.as_millis() / ASK_EVERY.as_millis();
        let mut counts = Self::counts(stage).await?.since(before);
        for _ in 0..waits {
            if counts.owed == 0 {
                break;
            }
            tokio::time::sleep(ASK_EVERY).await;
            counts = Self::counts(stage).await?.since(before);
        }
        let pages: Vec<_> = bought.iter().filter_map(|bought| bought.page()).collect();
        let mut orders = stage.shop.orders().await?;
        orders.retain(|order| pages.contains(&order.page));
        Ok(Self { bought, counts, orders })
    }

    /// Whether every order ended right, nobody was thanked twice, and nothing is owed.
    pub(super) fn is_right(&self) -> bool {
        let thanked = self.orders.iter().all(|order| order.thanks == u32::from(was_paid(order)));
        self.bought.iter().all(Bought::is_right)
            && self.orders.len() == self.bought.len()
            && thanked
            && (self.counts.owed, self.counts.dead) == (0, 0)
    }

    /// All of it.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("\nWhat came of it. The orders, from the shop's database:\n\n");
        let mut add = |what: &str, count: u64, meaning: &str| text.push_str(&row(what, count, meaning));
        add("orders", self.orders.len() as u64, "");
        for (standing, number) in self.standings() {
            add(&format!("  {standing}"), number, "");
        }
        let thanks = self.orders.iter().map(|order| u64::from(order.thanks)).sum();
        add("people thanked", thanks, "once for each order that was paid");
        text.push_str("\nThe notifications, from the gateway's store:\n\n");
        self.counts.rows(&mut text);
        for bought in self.bought.iter().filter(|bought| !bought.is_right()) {
            let _ = writeln!(text, "\nnot right: {}", bought.told());
        }
        text.push_str(if self.is_right() {
            "\nEvery order ended right.\n"
        } else {
            "\nThis is not what should have come of it; please report it.\n"
        });
        text
    }

    fn standings(&self) -> BTreeMap<&'static str, u64> {
        let mut standings = BTreeMap::new();
        for order in &self.orders {
            *standings.entry(order.standing.as_str()).or_default() += 1;
        }
        standings
    }
}

/// What was given back was paid before.
fn was_paid(order: &Order) -> bool {
    matches!(order.standing.as_str(), "paid" | "refunded")
}

/// What the store says.
#[derive(Debug, Default)]
pub(super) struct Counts {
    notifications: u64,
    events: u64,
    duplicates: u64,
    quarantined: u64,
    aside: u64,
    delivered: u64,
    superseded: u64,
    owed: u64,
    dead: u64,
}

impl Counts {
    fn read(status: &Value) -> Self {
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        let in_state = |wanted: &[&str]| {
            let rows = status["deliveries"].as_array().map(Vec::as_slice).unwrap_or_default();
            let fitting = rows.iter().filter(|row| wanted.iter().any(|state| row["state"] == **state));
            fitting.map(|row| number(&row["count"])).sum()
        };
        Self {
            notifications: number(&status["notifications"]),
            events: number(&status["events"]["routed"]),
            duplicates: number(&status["duplicates"]),
            quarantined: number(&status["quarantined"]),
            aside: number(&status["events"]["aside"]),
            delivered: in_state(&["delivered"]),
            superseded: in_state(&["superseded"]),
            owed: in_state(&["pending", "blocked", "held"]),
            dead: in_state(&["rejected", "exhausted"]),
        }
    }

    /// What has come since; what is still owed is owed now.
    fn since(self, before: &Self) -> Self {
        Self {
            notifications: self.notifications.saturating_sub(before.notifications),
            events: self.events.saturating_sub(before.events),
            duplicates: self.duplicates.saturating_sub(before.duplicates),
            quarantined: self.quarantined.saturating_sub(before.quarantined),
            aside: self.aside.saturating_sub(before.aside),
            delivered: self.delivered.saturating_sub(before.delivered),
            superseded: self.superseded.saturating_sub(before.superseded),
            owed: self.owed,
            dead: self.dead.saturating_sub(before.dead),
        }
    }

    fn rows(&self, text: &mut String) {
        let mut add = |what: &str, count: u64, meaning: &str| text.push_str(&row(what, count, meaning));
        add("notifications", self.notifications, "on disk before they were acknowledged");
        add("events", self.events, "the facts in them, each once");
        let faults = [
            ("duplicates absorbed", self.duplicates, "acknowledged again, stored and told once"),
            ("forged or cut, refused", self.quarantined, "in quarantine with the reason, told to nobody"),
            ("somebody else's", self.aside, "another account's: set aside, told to nobody"),
            ("late news superseded", self.superseded, "bad news a success overtook, told to nobody"),
        ];
        // With somebody at the terminal nothing goes wrong on the way.
        for (what, count, meaning) in faults.into_iter().filter(|(_, count, _)| *count > 0) {
            add(what, count, meaning);
        }
        add("delivered", self.delivered, "signed, taken by the shop");
        add("still owed", self.owed, "");
        add("dead letters", self.dead, "");
    }
}

/// One line of a table, within eighty columns.
fn row(what: &str, count: u64, meaning: &str) -> String {
    format!("  {what:<24}{count:>5}   {meaning}").trim_end().to_owned() + "\n"
}
