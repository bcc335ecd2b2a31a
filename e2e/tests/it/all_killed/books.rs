//! What each of the three has written: the provider's own book and the shop's database by their files, the gateway's store
//! over its API.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::Value;

use super::ledger::{Ledger, number, text};
use super::street::Street;

/// Longest wait for a process that is writing.
const BUSY: Duration = Duration::from_secs(10);
/// States in which a delivery is still owed.
const OWED: [&str; 4] = ["pending", "leased", "blocked", "held"];

/// A notification of the provider's.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) event: String,
    pub(super) reference: String,
    pub(super) state: String,
}

/// The shop's database.
pub(super) struct Shop {
    /// By the secret part of its page's address.
    pub(super) orders: BTreeMap<String, Order>,
    /// What it believes of payments.
    pub(super) payments: Ledger,
}

/// An order there.
pub(super) struct Order {
    pub(super) reference: String,
    pub(super) total: i64,
    pub(super) standing: String,
    /// How often the buyer was thanked.
    pub(super) thanks: usize,
    /// How many refunds the provider was asked for.
    pub(super) refunds_asked: usize,
}

/// What the provider charged and gave back, whether anybody was told or not. What is in between counts as nothing taken or
/// given, so that it stands out.
pub(super) fn sandbox(street: &Street) -> Ledger {
    let mut ledger = Ledger::new();
    for payment in documents(street, "adyen payment") {
        let came = ledger.entry(text(&payment["reference"])).or_default();
        if number(&payment["money"]["authorised"]) > 0 {
            came.charges.push(number(&payment["money"]["captured"]));
        }
        let changes = payment["changes"].as_array().expect("a list");
        let refunds = changes.iter().filter(|change| change["kind"] == "refund");
        came.refunds.extend(refunds.map(|refund| refund["state"]["done"]["moved"].as_i64().unwrap_or(0)));
    }
    for session in documents(street, "banked session") {
        let came = ledger.entry(text(&session["reference"])).or_default();
        match session["state"].as_str() {
            Some("sent") => came.charges.push(number(&session["amount"])),
            Some("initiated" | "pending") => came.charges.push(0),
            _ => {}
        }
    }
    for refund in documents(street, "banked refund") {
        let moved = if refund["state"] == "sent" { number(&refund["amount"]) } else { 0 };
        ledger.entry(text(&refund["reference"])).or_default().refunds.push(moved);
    }
    ledger
}

/// What the gateway believes.
pub(super) fn gateway(street: &Street) -> Ledger {
    let mut ledger = Ledger::new();
    for payment in street.gateway.list("/api/v1/payments?limit=500") {
        let sum = |name: &str| number(&payment[name]);
        let taken = sum("authorised").max(sum("captured"));
        let came = ledger.entry(text(&payment["reference"])).or_default();
        came.add(&text(&payment["status"]), taken, sum("refunded"));
    }
    ledger
}

/// What the shop has written.
pub(super) fn shop(street: &Street) -> Shop {
    let sql = "SELECT page, reference, total, standing,
                 (SELECT count(*) FROM outbox WHERE outbox.reference = orders.reference),
                 (SELECT count(*) FROM intentions WHERE intentions.reference = orders.reference AND kind = 'refund')
               FROM orders";
    let orders = rows(&street.shop_file(), sql, |row| {
        let few = |column| row.get::<_, u16>(column).map(usize::from);
        let (reference, total, standing) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let order = Order { reference, total, standing, thanks: few(4)?, refunds_asked: few(5)? };
        Ok((row.get::<_, String>(0)?, order))
    });
    let sql = "SELECT reference, status, max(authorised, captured), refunded FROM payments";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?));
    let mut payments = Ledger::new();
    for (reference, status, taken, refunded) in rows(&street.shop_file(), sql, read) {
        payments.entry(reference).or_default().add(&status, taken, refunded);
    }
    Shop { orders: orders.into_iter().collect(), payments }
}

/// Everything the provider said, or has to say.
pub(super) fn said(street: &Street) -> Vec<Said> {
    rows(&street.sandbox_file(), "SELECT event, subject, state FROM messages", |row| {
        Ok(Said { event: row.get(0)?, reference: row.get(1)?, state: row.get(2)? })
    })
}

/// Every event that the gateway stored, by code and the reference of its payment: Banked's refunds name none. Its own alerts
/// are nobody's.
pub(super) fn stored(street: &Street) -> Vec<(String, String)> {
    let payments = street.gateway.list("/api/v1/payments?limit=500");
    let references: BTreeMap<_, _> =
        payments.iter().map(|payment| (text(&payment["provider_reference"]), text(&payment["reference"]))).collect();
    let events = street.gateway.list("/api/v1/events?limit=500");
    let theirs = events.iter().filter(|event| event["source"] != "payhook");
    theirs.map(|event| (text(&event["code"]), references[&text(&event["payment"])].clone())).collect()
}

/// The events that the shop answered for, as the gateway has it.
pub(super) fn delivered(street: &Street) -> Vec<String> {
    let delivered = street.gateway.list("/api/v1/deliveries?state=delivered&limit=500");
    delivered.iter().map(|delivery| text(&delivery["event"])).collect()
}

/// The events that the shop has applied.
pub(super) fn applied(street: &Street) -> BTreeSet<String> {
    rows(&street.shop_file(), "SELECT id FROM webhooks", |row| row.get(0)).into_iter().collect()
}

/// How much happens at the provider before that moment.
pub(super) fn due_before(street: &Street, moment: Timestamp) -> i64 {
    count(&street.sandbox_file(), &format!("SELECT count(*) FROM timers WHERE due < {}", moment.as_micros()))
}

/// How many notifications wait.
pub(super) fn to_be_sent(street: &Street) -> i64 {
    count(&street.sandbox_file(), "SELECT count(*) FROM messages WHERE state = 'waiting'")
}

/// The notifications that wait, in words: what each is, how often it was tried, and when it is tried again.
pub(super) fn waits(street: &Street) -> Vec<String> {
    let sql = "SELECT event || ' of ' || subject || ', ' || tries || ' tries, queued ' || datetime(queued / 1000000, 'unixepoch')
                 || ', due ' || datetime(due / 1000000, 'unixepoch') FROM messages WHERE state = 'waiting' ORDER BY id";
    rows(&street.sandbox_file(), sql, |row| row.get(0))
}

/// How many deliveries the gateway owes.
pub(super) fn to_be_delivered(street: &Street) -> i64 {
    let status = street.gateway.get("/api/v1/status").json();
    let rows = status["deliveries"].as_array().expect("a list");
    let owed = rows.iter().filter(|row| OWED.iter().any(|state| row["state"] == *state));
    owed.map(|row| number(&row["count"])).sum()
}

/// How many requests the shop still wants to make.
pub(super) fn wanted(street: &Street) -> i64 {
    count(&street.shop_file(), "SELECT count(*) FROM intentions WHERE state <> 'done'")
}

fn documents(street: &Street, kind: &str) -> Vec<Value> {
    let sql = format!("SELECT content FROM documents WHERE kind = '{kind}'");
    let contents: Vec<String> = rows(&street.sandbox_file(), &sql, |row| row.get(0));
    contents.iter().map(|content| serde_json::from_str(content).expect("its own JSON")).collect()
}

fn count(file: &Path, sql: &str) -> i64 {
    rows(file, sql, |row| row.get(0)).remove(0)
}

fn rows<T>(file: &Path, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let all = || {
        // A log that its owner left is read by whoever may write beside it.
        let file = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        file.busy_timeout(BUSY)?;
        let mut query = file.prepare(sql)?;
        query.query_map([], read)?.collect::<rusqlite::Result<_>>()
    };
    all().unwrap_or_else(|error| panic!("{sql}: {error}"))
}
