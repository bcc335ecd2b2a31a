//! A year with the clock turned: the file stops growing once retention has set in.

use payhook_store::{Before, Cutoffs, Options};

use super::{count, day, deliver_all, sweep};
use crate::desk::{Desk, at, options};
use crate::told::{AUTHORISED, Told};

/// A year in days, how long each kind is kept in it, and notifications a day.
const DAYS: i64 = 365;
const BODIES: i64 = 30;
const EVENTS: i64 = 90;
const PER_DAY: i64 = 60;

/// Pages of the file, without those of identities: 48 bytes an event, for ever.
fn pages(desk: &Desk) -> i64 {
    let identities = "SELECT sum(length(digests) + length(details)) FROM identities";
    count(desk, "PRAGMA page_count") - count(desk, identities) / count(desk, "PRAGMA page_size")
}

#[tokio::test]
async fn after_a_year_of_a_steady_stream_the_file_is_as_large_as_when_retention_had_set_in() {
    let desk = Desk::with(Options { unsafe_no_sync: true, ..options() }).await;
    let mut settled_in = 0;
    for today in 0..DAYS {
        for n in 0..PER_DAY {
            let name = format!("P{today}-{n}");
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
        if today == EVENTS + 30 {
            settled_in = pages(&desk);
        }
    }
    let after = pages(&desk);
    assert!(after * 10 <= settled_in * 11, "{after} pages after a year, {settled_in} when retention had set in");
    let days = count(&desk, "SELECT count(*) FROM events") / PER_DAY;
    assert!((EVENTS..=EVENTS + 2).contains(&days), "events of {days} days are stored");
    assert_eq!(count(&desk, "SELECT count(*) FROM notifications WHERE body IS NOT NULL") / PER_DAY, BODIES + 1);
}
