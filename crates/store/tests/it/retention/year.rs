//! More than a year with the clock turned: the file stays as large as when retention had set in, and what must stay does.

use payhook_domain::id::EventSeq;
use payhook_store::{Before, Cutoffs, Disposition, Next, Options};

use super::{count, day, deliver_all, sweep};
use crate::desk::{Desk, aside, at, event, options, want};
use crate::told::{AUTHORISED, CAPTURED, Told};

/// Days, how long each kind is kept in it, and notifications a day.
const DAYS: i64 = 400;
const BODIES: i64 = 30;
const EVENTS: i64 = 90;
const PER_DAY: i64 = 60;

/// Pages of the file, without those of identities: 48 bytes an event, for ever.
fn pages(desk: &Desk) -> i64 {
    let identities = "SELECT coalesce(sum(length(digests) + length(details)), 0) FROM identities";
    count(desk, "PRAGMA page_count") - count(desk, identities) / count(desk, "PRAGMA page_size")
}

#[tokio::test]
async fn after_a_year_of_a_steady_stream_the_file_is_as_large_as_when_retention_had_set_in() {
    let desk = Desk::with(Options { unsafe_no_sync: true, ..options() }).await;
    needed(&desk).await;
    let mut settled_in = 0;
    for today in 0..DAYS {
        for n in 0..PER_DAY {
            let name = format!("S{today}-{n}");
            let order = format!("order-{today}-{n}");
            let told = Told { payment: &name, order: &order, ..Told::of(AUTHORISED, "", 1_000, 1) };
            let mut recording = desk.recording(vec![told.item(desk.to_shop())], today * 86_400 + n);
            recording.notification.body = vec![b'x'; 1_200].into();
            desk.store.record(recording).await.expect("recorded");
        }
        deliver_all(&desk, today * 86_400 + PER_DAY).await;
        let events = Some(day(today - EVENTS));
        let bodies = Some(day(today - BODIES));
        let usual = Before { bodies, attempts: bodies, events };
        let cut = Cutoffs { now: at(today * 86_400), usual, payments: events, ..Cutoffs::default() };
        sweep(&desk, cut).await;
        let now = pages(&desk);
        if today == EVENTS + 30 {
            settled_in = now;
        }
        let is_steady = now * 10 <= settled_in * 11 && now * 10 >= settled_in * 9;
        assert!(today < EVENTS + 30 || is_steady, "day {today}: {now} pages, {settled_in} when retention had set in");
    }
    what_was_needed_is_there(&desk).await;
    let days = count(&desk, "SELECT count(*) FROM events") / PER_DAY;
    assert!((EVENTS..=EVENTS + 2).contains(&days), "events of {days} days are stored");
    assert_eq!(count(&desk, "SELECT count(*) FROM notifications WHERE body IS NOT NULL") / PER_DAY, BODIES + 1);
    let again = desk.one(event("delivered", 1, "", desk.to_shop()), DAYS * 86_400).await;
    assert_eq!(again.as_str(), "duplicate", "its event is gone, its identity is not");
    let other = desk.one(event("delivered", 2, "", desk.to_shop()), DAYS * 86_400).await;
    assert_eq!(other.as_str(), "conflict");
}

/// Rows of what retention must leave alone, and one that goes: row 8. (No hold lasts as long as that.)
async fn needed(desk: &Desk) {
    let to_books = || Disposition::Route(vec![want(desk.books)]);
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(to_books()), 0).await; // pending
    desk.one(Told::of(CAPTURED, "C1", 1_000, 2).item(to_books()), 0).await; // blocked
    desk.one(event("dead", 1, "", desk.to_shop()), 0).await;
    desk.one(event("rejected", 1, "", desk.to_shop()), 0).await;
    for (leased, next) in desk.lease(9, 0).await.due.iter().zip([Next::Exhausted, Next::Rejected]) {
        desk.settle(leased.id, leased.attempt, 0, next).await;
    }
    desk.one(event("aside", 1, "", aside()), 0).await;
    desk.one(event("conflict", 1, "", Disposition::Route(Vec::new())), 0).await;
    desk.one(event("conflict", 2, "", Disposition::Route(Vec::new())), 0).await;
    desk.one(event("delivered", 1, "", desk.to_shop()), 0).await;
}

async fn what_was_needed_is_there(desk: &Desk) {
    let reader = desk.store.reader();
    for seq in 1..=8 {
        let row = reader.event_row(EventSeq(seq)).await.expect("read");
        assert_eq!(row.is_some(), seq != 8, "row {seq}");
        let Some(row) = row else { continue };
        let notification = reader.notification(row.notification).await.expect("read").expect("stored");
        // What a conflict contradicts stays too; its own bytes are nobody's any more.
        assert_eq!(notification.body.is_empty(), seq == 6, "the bytes of row {seq}");
    }
    let state = "SELECT group_concat(state) FROM (SELECT state FROM deliveries WHERE event < 6 ORDER BY event)";
    let states: String = desk.file().query_row(state, [], |row| row.get(0)).expect("read");
    assert_eq!(states, "4,3,12,11", "pending, blocked, exhausted, rejected");
    let attempts = "SELECT count(*) FROM attempts WHERE event IN (3, 4)";
    assert_eq!(count(desk, attempts), 2, "a dead letter says how it died");
}
