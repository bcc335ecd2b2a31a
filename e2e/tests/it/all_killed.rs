//! Gateway, pretend provider and shop, three processes on this machine as a merchant runs them, each killed at random while
//! people buy: every order ends right in the books of all three, and nobody is charged, refunded or thanked twice.
//!
//! - `street`: the three processes, wired as a merchant wires them, killed and started again where they were.
//! - `merchant`: the webhooks, made through the provider's own APIs.
//! - `killer`: who kills them, and when.
//! - `crowd`: who buys.
//! - `ledger`: what an order came to, as any of the books has it.
//! - `books`: what each of the three has written.

mod books;
mod crowd;
mod killer;
mod ledger;
mod merchant;
mod street;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crowd::{Bought, Crowd};
use killer::{Killer, Kills};
use ledger::Came;
use payhook_testkit::scale;
use street::Street;

#[test]
fn every_order_ends_right_whoever_is_killed_and_nobody_is_charged_refunded_or_thanked_twice() {
    let orders = scale::of("PAYHOOK_KILLED_ORDERS", 24, 200);
    let kills_min = scale::of("PAYHOOK_KILLED_KILLS", 15, 300);
    let seed = scale::of("PAYHOOK_KILLED_SEED", 5, 5);
    let mut street = Street::open(seed);
    let (bought, kills) = buy_while_killed(&mut street, orders, kills_min, seed);
    println!("seed {seed}: {} orders through {kills}", bought.len());
    let lost: Vec<_> = bought.iter().filter(|bought| !bought.is_right()).map(Bought::told).collect();
    assert!(lost.is_empty(), "orders that did not end right:\n{}\n{}", lost.join("\n"), street.told());
    street.wait_until_settled();
    kills.assert_enough(kills_min);
    every_book_says_the_same(&street, &bought);
    all_that_was_told_was_heard(&street);
}

/// People buy, at least so many, until at least so many were killed.
fn buy_while_killed(street: &mut Street, orders: usize, kills_min: usize, seed: u64) -> (Vec<Bought>, Kills) {
    let (ended, killed) = (AtomicBool::new(false), AtomicUsize::new(0));
    let crowd = Crowd { shop: street.shop_url(), orders, seed };
    std::thread::scope(|scope| {
        let killer = Killer { street, ended: &ended, killed: &killed };
        let killer = scope.spawn(|| killer.run(seed));
        let bought = crowd.buy(|| killed.load(Ordering::Relaxed) < kills_min);
        ended.store(true, Ordering::Relaxed);
        (bought, killer.join().expect("whoever was killed came back"))
    })
}

/// Of each order: what was meant, and what provider, gateway and shop have written.
fn every_book_says_the_same(street: &Street, bought: &[Bought]) {
    let (sandbox, gateway, shop) = (books::sandbox(street), books::gateway(street), books::shop(street));
    assert_eq!(shop.orders.len(), bought.len(), "each form is one order");
    for bought in bought {
        let order = &shop.orders[&bought.page()];
        let meant = Came::of(bought.plan, order.total);
        let told = format!("{} as {}", bought.told(), order.reference);
        let came = |book: &ledger::Ledger| book.get(&order.reference).cloned().unwrap_or_default();
        assert_eq!(came(&sandbox), meant, "what the provider did: {told}");
        assert_eq!(came(&gateway), meant, "what the gateway believes: {told}");
        assert_eq!(came(&shop.payments), meant, "what the shop believes: {told}");
        assert_eq!(order.standing, bought.plan.ends().as_str(), "{told}");
        let each = (order.thanks, order.refunds_asked);
        let once = (meant.charges.len(), meant.refunds.len());
        assert_eq!(each, once, "thanked once if it was paid, and one refund asked for if it went back: {told}");
    }
}

/// Nothing that was said got lost, was kept twice, or is still owed.
fn all_that_was_told_was_heard(street: &Street) {
    let said = books::said(street);
    assert!(said.iter().all(|said| said.state == "accepted"), "the provider gave up: {said:?}");
    let mut unheard: Vec<_> = said.into_iter().map(|said| (said.event, said.reference)).collect();
    for event in books::stored(street) {
        let place = unheard.iter().position(|said| *said == event);
        unheard.swap_remove(place.unwrap_or_else(|| panic!("the gateway has it, and nobody said it: {event:?}")));
    }
    assert!(unheard.is_empty(), "the gateway said it had them, and has not: {unheard:?}");
    let applied = books::applied(street);
    let mut lost = books::delivered(street);
    lost.retain(|event| !applied.contains(event));
    assert!(lost.is_empty(), "the shop said it had them, and has not: {lost:?}");
    for list in ["quarantine", "aside", "deliveries?state=dead"] {
        let rows = street.gateway.list(&format!("/api/v1/{list}"));
        assert!(rows.is_empty(), "{list}: {rows:?}");
    }
}
