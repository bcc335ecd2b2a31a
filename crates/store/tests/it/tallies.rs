//! The counts kept beside the data are what counting the data gives.

use payhook_domain::id::DeliveryId;
use payhook_domain::payment::Names;
use payhook_store::{Disposition, Next, Tallies};

use crate::desk::{Desk, aside, at, dispute, event, want};

/// A bit of everything.
async fn busy_day() -> Desk {
    let desk = Desk::new().await;
    for second in 1..=20 {
        let name = format!("e{}", second % 7);
        let item = match second % 5 {
            0 => event(&name, second, "", desk.both()),
            1 => event(&name, 1, "more", desk.to_shop()),
            2 => event(&name, 1, "", aside()),
            3 => dispute(&name, 1, &second.to_string(), desk.both()),
            _ => event(&name, 1, "", desk.both()),
        };
        desk.one(item, second).await;
    }
    desk.one(event("foreign", 1, "", aside()), 21).await;
    let ids: Vec<DeliveryId> = desk.lease(50, 99).await.due.iter().map(|leased| leased.id).collect();
    for (n, id) in ids.iter().enumerate() {
        let next = [Next::Delivered, Next::Rejected, Next::Exhausted, Next::Retry(at(500))][n % 4];
        desk.settle(*id, 1, 100, next).await;
    }
    desk.store.retry(ids.iter().copied().step_by(3).collect(), at(101)).await.expect("asked");
    for seq in 1..=40 {
        let seq = payhook_domain::id::EventSeq(seq);
        desk.store
            .decide_conflict(seq, (seq.0 % 2 == 0).then(|| (vec![want(desk.shop)], Names::default())), at(102))
            .await
            .expect("asked");
    }
    desk
}

#[tokio::test]
async fn tallies_are_exact_also_after_a_restart() {
    let desk = busy_day().await;
    let kept = desk.tallies().await;
    assert_eq!(kept, counted(&desk));
    assert!(kept.events.len() >= 4 && kept.deliveries.len() >= 5, "the day was not busy enough: {kept:?}");
    let desk = desk.reopened().await;
    assert_eq!(desk.tallies().await, kept);
}

#[tokio::test]
async fn growth_counts_what_was_received_since_a_moment_and_measures_the_bytes() {
    let desk = Desk::new().await;
    let reader = desk.store.reader();
    assert_eq!(reader.growth(at(0)).await.expect("asked").first_receipt, None);
    for second in 1..=9 {
        desk.one(event(&format!("e{second}"), 1, "", desk.to_shop()), second * 10).await;
    }
    for (since, received) in [(0, 9), (10, 9), (11, 8), (45, 5), (90, 1), (91, 0)] {
        let growth = reader.growth(at(since)).await.expect("asked");
        assert_eq!((growth.received, growth.first_receipt), (received, Some(at(10))), "since {since}");
        assert_eq!(growth.bytes_mean, counted_mean(&desk));
    }
}

#[tokio::test]
async fn the_oldest_that_waits_can_be_asked_for_some_destinations() {
    let desk = Desk::new().await;
    let of = async |destinations: Vec<_>| desk.store.reader().oldest_pending(destinations).await.expect("asked");
    desk.one(event("e1", 1, "", desk.both()), 1).await;
    desk.one(event("e2", 1, "", desk.to_shop()), 2).await;
    assert_eq!(of(vec![desk.shop, desk.books]).await, Some(at(1)));
    for leased in &desk.lease(1, 3).await.due {
        desk.settle(leased.id, 1, 3, Next::Delivered).await;
    }
    assert_eq!((of(vec![desk.shop]).await, of(vec![desk.books]).await), (Some(at(2)), Some(at(1))));
    for leased in &desk.lease(1, 4).await.due {
        desk.settle(leased.id, 1, 4, Next::Retry(at(60))).await;
    }
    assert_eq!(of(vec![desk.shop]).await, Some(at(2)), "tried, and not over");
    assert_eq!(of(Vec::new()).await, None);
}

#[tokio::test]
async fn what_waits_deep_among_what_others_are_owed_is_not_taken_for_nothing() {
    let desk = Desk::new().await;
    for second in 0..90 {
        let to_books = || Disposition::Route(vec![want(desk.books)]);
        let events = (0..500).map(|n| event(&format!("{second}-{n}"), 1, "", to_books())).collect();
        desk.record(events, second).await;
        if second == 45 {
            desk.one(event("e1", 1, "", desk.to_shop()), 45).await;
        }
    }
    let oldest = desk.store.reader().oldest_pending(vec![desk.shop]).await.expect("asked");
    assert!(oldest.is_some_and(|oldest| (at(45)..at(60)).contains(&oldest)), "{oldest:?}");
}

fn counted_mean(desk: &Desk) -> u64 {
    let mean = "SELECT sum(length(headers) + length(body)) / count(*) FROM notifications";
    let mean = desk.file().query_row(mean, [], |row| row.get::<_, i64>(0)).expect("counts").unsigned_abs();
    assert!(mean > 0, "what is measured has bytes");
    mean
}

/// The same by counting, as another program would.
fn counted(desk: &Desk) -> Tallies {
    let file = desk.file();
    let number = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("counts").unsigned_abs();
    let groups = |sql: &str| -> Vec<(u16, u8, u64)> {
        let mut groups = file.prepare(sql).expect("prepares");
        let rows = groups.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs())));
        rows.expect("counts").map(|row| row.expect("a row")).collect()
    };
    let standings = ["", "routed", "revision", "aside", "conflict", "rejected", "superseded"];
    let events = groups("SELECT 0, standing, count(*) FROM events GROUP BY standing");
    let deliveries = groups(
        "SELECT destination, CASE WHEN state > 10 AND waits IS NOT -1 AND EXISTS (SELECT 1 FROM deliveries n WHERE n.event = d.event
             AND n.destination = d.destination AND n.generation > d.generation) THEN 0
             WHEN state = 4 THEN 2 ELSE state END AS word, count(*)
         FROM deliveries d GROUP BY destination, word",
    );
    let state = |number| payhook_domain::delivery::State::from_number(number).map_or("retried", |state| state.as_str());
    let oldest = number("SELECT min(created_at) FROM deliveries WHERE state IN (2, 4)");
    Tallies {
        notifications: number("SELECT count(*) FROM notifications"),
        events: events.into_iter().map(|(_, s, count)| (standings[usize::from(s)].to_owned(), count)).collect(),
        duplicates: number("SELECT sum(duplicates) FROM events"),
        deliveries: deliveries
            .into_iter()
            .map(|(d, s, count)| ((payhook_domain::id::NameId(d), state(s)), count))
            .collect(),
        quarantined: number("SELECT count(*) FROM quarantine"),
        oldest_pending: i64::try_from(oldest).ok().map(payhook_domain::time::Timestamp::from_micros),
    }
}
