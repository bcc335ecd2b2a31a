//! Sources with ages of their own.

use payhook_domain::id::{EventSeq, NameId};
use payhook_store::{Before, Cutoffs, Disposition, NameKind, Recording, SweepPlace};

use super::{OLD, before, count, deliver_all, look, rows, sweep};
use crate::desk::{Desk, at, event};
use crate::told::{AUTHORISED, Told};

/// A desk, and a second source of its provider.
async fn desk_of_two() -> (Desk, NameId) {
    let desk = Desk::new().await;
    let banked = desk.store.enrol(NameKind::Source, vec!["other".to_owned()]).await.expect("enrolled")[0];
    (desk, banked)
}

/// Three of each source, in turns, delivered.
async fn filled(desk: &Desk, other: NameId) {
    for n in 1..=6 {
        let recording = desk.recording(vec![event(&format!("P{n}"), 1, "", desk.to_shop())], n);
        let source = if n % 2 == 0 { other } else { desk.source };
        desk.store.record(from(source, recording)).await.expect("recorded");
    }
    deliver_all(desk, 7).await;
}

fn from(source: NameId, mut recording: Recording) -> Recording {
    recording.notification.source = source;
    recording
}

/// `cut` with other cutoffs for one source.
fn but(source: NameId, own: Before, cut: Cutoffs) -> Cutoffs {
    Cutoffs { own: vec![(source, own)], ..cut }
}

/// Whether the notification of each event still has its bytes; nothing where the event is gone.
async fn has_bytes(desk: &Desk) -> Vec<Option<bool>> {
    let mut all = Vec::new();
    for seq in 1..=6 {
        let row = desk.store.reader().event_row(EventSeq(seq)).await.expect("read");
        let Some(row) = row else {
            all.push(None);
            continue;
        };
        let notification = desk.store.reader().notification(row.notification).await.expect("read").expect("stored");
        all.push(Some(!notification.body.is_empty()));
    }
    all
}

const KEPT: Before = Before { bodies: None, attempts: None, events: None };

#[tokio::test]
async fn a_source_that_keeps_longer_keeps_its_own_and_holds_up_nobody_else() {
    let (desk, other) = desk_of_two().await;
    filled(&desk, other).await;
    let usual = Cutoffs { usual: Before { events: None, ..before(OLD).usual }, payments: None, ..before(OLD) };
    let cut = but(other, KEPT, usual.clone());
    assert_eq!(rows(&look(&desk, cut.clone()).await), [3, 3, 0, 0]);
    assert_eq!(rows(&sweep(&desk, cut.clone()).await), [3, 3, 0, 0]);
    assert_eq!(has_bytes(&desk).await, [Some(false), Some(true), Some(false), Some(true), Some(false), Some(true)]);
    assert_eq!(rows(&sweep(&desk, cut).await), [0; 4]);
    // As by a reload: what the others' sweeps came past long ago is found.
    assert_eq!(rows(&sweep(&desk, usual).await), [3, 3, 0, 0]);
}

/// Four hundred notifications of each source in turns, delivered; and the place of a sweep by `cut` that is in the middle of
/// the bytes of turn `turn`.
async fn half_swept(cut: &Cutoffs, turn: u8) -> (Desk, NameId, SweepPlace) {
    let (desk, other) = desk_of_two().await;
    for n in 1..=400 {
        let recording = desk.recording(vec![event(&format!("P{n}"), 1, "", desk.to_shop())], n);
        let source = if n % 2 == 0 { other } else { desk.source };
        desk.store.record(from(source, recording)).await.expect("recorded");
    }
    deliver_all(&desk, 407).await;
    let mut place = SweepPlace::default();
    let is_there = |place: &SweepPlace| {
        let place = place.to_string();
        place.starts_with(&format!("4.{turn}.")) && !place.ends_with(".0.0")
    };
    while !is_there(&place) {
        place = desk.store.prune(cut.clone(), place).await.expect("pruned").next.expect("it is not over");
    }
    (desk, other, place)
}

/// Goes on by other cutoffs, as behind a reload, and sweeps once more; how many bodies are left.
async fn swept_on(desk: &Desk, cut: Cutoffs, place: SweepPlace) -> i64 {
    let mut next = Some(place);
    while let Some(place) = next {
        next = desk.store.prune(cut.clone(), place).await.expect("pruned").next;
    }
    sweep(desk, cut).await;
    count(desk, "SELECT count(*) FROM notifications WHERE length(body) > 0")
}

fn bytes() -> Before {
    Before { bodies: Some(at(OLD)), ..KEPT }
}

#[tokio::test]
async fn a_source_that_gets_ages_of_its_own_in_the_middle_of_anothers_turn_keeps_no_bytes_for_ever() {
    // Numbered in the order they are enrolled: the same at every desk.
    let (_, other) = desk_of_two().await;
    let usual = Cutoffs { usual: KEPT, payments: None, ..before(OLD) };
    let (desk, other, place) = half_swept(&but(other, bytes(), usual.clone()), 1).await;
    // In the order of the file: the turn is the other source's now.
    let both = Cutoffs { own: vec![(desk.source, bytes()), (other, bytes())], ..usual };
    assert_eq!(swept_on(&desk, both, place).await, 0);
}

#[tokio::test]
async fn a_source_that_loses_its_own_ages_in_the_middle_of_the_usual_turn_keeps_no_bytes_for_ever() {
    let (_, other) = desk_of_two().await;
    let usual = Cutoffs { usual: bytes(), payments: None, ..before(OLD) };
    let (desk, _, place) = half_swept(&but(other, KEPT, usual.clone()), 0).await;
    assert_eq!(swept_on(&desk, usual, place).await, 0);
}

#[tokio::test]
async fn a_source_that_keeps_less_loses_its_own_alone() {
    let (desk, other) = desk_of_two().await;
    filled(&desk, other).await;
    let none = Cutoffs { usual: KEPT, payments: None, ..before(OLD) };
    let less = Before { bodies: Some(at(OLD)), attempts: Some(at(5)), events: None };
    let swept = sweep(&desk, but(other, less, none.clone())).await;
    assert_eq!(rows(&swept), [3, 0, 0, 0], "its attempts are as old as their own beginning");
    let cut = but(other, before(OLD).usual, none);
    // Row 7 on are other segments: events go when theirs is written.
    let desk = padded(desk).await;
    let swept = sweep(&desk, cut.clone()).await;
    assert_eq!(swept.events.rows, 3);
    assert_eq!(has_bytes(&desk).await, [Some(true), None, Some(true), None, Some(true), None]);
    let again = desk.recording(vec![event("P2", 1, "", desk.to_shop())], 9);
    let verdicts = desk.store.record(from(other, again)).await.expect("recorded");
    assert_eq!(verdicts[0].as_str(), "duplicate", "whatever the source's age");
}

/// Enough further events that the first are in a written segment.
async fn padded(desk: Desk) -> Desk {
    for n in 0..41 {
        let events = (0..50).map(|m| event(&format!("N{n}-{m}"), 1, "", Disposition::Route(Vec::new()))).collect();
        desk.record(events, OLD + n).await;
    }
    desk
}

#[tokio::test]
async fn an_event_goes_when_all_its_versions_may_whichever_source_brought_them() {
    let (desk, other) = desk_of_two().await;
    desk.one(event("a", 1, "", Disposition::Route(Vec::new())), 1).await;
    let revised = desk.recording(vec![event("a", 1, "more", Disposition::Route(Vec::new()))], 2);
    assert_eq!(desk.store.record(from(other, revised)).await.expect("recorded")[0].as_str(), "revision");
    let desk = padded(desk).await;
    assert_eq!(sweep(&desk, but(other, KEPT, before(OLD))).await.events.rows, 0);
    assert_eq!(sweep(&desk, before(OLD)).await.events.rows, 2);
}

#[tokio::test]
async fn payments_go_by_the_cutoff_of_their_provider() {
    let (desk, _) = desk_of_two().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(Disposition::Route(Vec::new())), 1).await;
    let desk = padded(desk).await;
    let kept = Cutoffs { payments_of: vec![(desk.provider, None)], ..before(OLD) };
    assert_eq!(rows(&sweep(&desk, kept).await), [0, 0, 1, 0]);
    let gone = Cutoffs { payments: None, payments_of: vec![(desk.provider, Some(at(OLD)))], ..before(OLD) };
    assert!(sweep(&desk, gone).await.payments.rows > 0);
}
