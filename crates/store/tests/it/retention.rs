//! Retention: what is old enough goes, what is still needed stays, and what was ever seen is known for ever.

mod bodies;
mod events;
mod pages;
mod payments;
mod sources;
mod year;

use payhook_domain::time::Timestamp;
use payhook_store::{Before, Cutoffs, Next, Pruned, SweepPlace};

use crate::desk::{Desk, at};

/// Seconds by which everything recorded in the first minute is old.
const OLD: i64 = 1_000_000;

/// Everything that came before `second` is old.
fn before(second: i64) -> Cutoffs {
    let cutoff = Some(at(second));
    let usual = Before { bodies: cutoff, attempts: cutoff, events: cutoff };
    Cutoffs { now: at(second), usual, payments: cutoff, ..Cutoffs::default() }
}

/// Only the bytes and the attempts.
fn bodies_before(second: i64) -> Cutoffs {
    let all = before(second);
    Cutoffs { usual: Before { events: None, ..all.usual }, payments: None, ..all }
}

/// Sweeps once.
async fn sweep(desk: &Desk, cut: Cutoffs) -> Pruned {
    let mut pruned = Pruned { next: Some(SweepPlace::default()), ..Pruned::default() };
    while let Some(place) = pruned.next {
        pruned.then(desk.store.prune(cut.clone(), place).await.expect("pruned"));
    }
    pruned
}

/// What a sweep would remove.
async fn look(desk: &Desk, cut: Cutoffs) -> Pruned {
    let mut pruned = Pruned { next: Some(SweepPlace::default()), ..Pruned::default() };
    while let Some(place) = pruned.next {
        pruned.then(desk.store.reader().prunable(cut.clone(), place).await.expect("looked"));
    }
    pruned
}

/// Rows removed, by kind: bodies, attempts, events, payments.
fn rows(pruned: &Pruned) -> [u64; 4] {
    pruned.kinds().map(|(_, freed)| freed.rows)
}

/// Delivers to the shop whatever is due.
async fn deliver_all(desk: &Desk, second: i64) {
    loop {
        // What follows in a lane is due when the one before it is over, a moment later.
        let due = desk.lease(256, second + 1).await.due;
        if due.is_empty() {
            return;
        }
        for leased in due {
            desk.settle(leased.id, leased.attempt, second, Next::Delivered).await;
        }
    }
}

/// The number a question about the file has for an answer.
fn count(desk: &Desk, sql: &str) -> i64 {
    desk.file().query_row(sql, [], |row| row.get(0)).expect("counted")
}

/// The instant `days` into the test.
fn day(days: i64) -> Timestamp {
    at(days * 86_400)
}
