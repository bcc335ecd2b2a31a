//! SIGKILL at random moments, of a shop whose provider is unreliable too: no order is lost, nobody is thanked twice, nothing is
//! captured or refunded twice.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use payhook_testkit::scale;
use payhook_testkit::wire::Answer;

use crate::browser::{attempt, fill_basket, get, post};
use crate::program::Shop;
use crate::provider::Provider;
use crate::webhook::Event;

/// Longest that anything may take to succeed, all kills included.
const PATIENCE: Duration = Duration::from_secs(120);

/// Buyers at once.
const BUYERS: usize = 4;

const TOTAL: i64 = 2_450;

#[test]
fn killed_at_random_it_loses_no_order_and_does_nothing_twice() {
    let orders = scale::of("PAYHOOK_SHOP_ORDERS", 24, 400);
    let provider = Provider::start();
    provider.be_unreliable(20);
    let shop = Shop::start(&provider);
    let address = shop.address;
    let done = AtomicBool::new(false);
    let shop = Mutex::new(shop);
    let kills = std::thread::scope(|scope| {
        let killer = scope.spawn(|| kill_until(&done, &shop));
        let buyers: Vec<_> = (0..BUYERS)
            .map(|buyer| {
                scope.spawn({
                    let provider = &provider;
                    move || {
                        (buyer..orders).step_by(BUYERS).for_each(|number| live(address, provider, number));
                    }
                })
            })
            .collect();
        let ended: Vec<_> = buyers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        assert!(ended.into_iter().all(|buyer| buyer.is_ok()), "a buyer gave up");
        killer.join().expect("the killer ends")
    });
    println!("{orders} orders, {kills} kills, {} requests to the provider", provider.asked().len());
    assert!(kills >= 5, "{kills} kills prove little");
    provider.be_unreliable(0);
    let shop = shop.into_inner().expect("nobody panicked with the shop");
    everything_happened_once(&shop, &provider, orders);
}

fn everything_happened_once(shop: &Shop, provider: &Provider, orders: usize) {
    let expected = i64::try_from(orders).expect("few");
    shop.wait_for("SELECT count(*) FROM intentions WHERE state = 'open'", 0);
    assert_eq!(
        shop.count("SELECT count(*) FROM orders WHERE standing = 'refunded'"),
        expected,
        "every order ends right"
    );
    assert_eq!(shop.count("SELECT count(*) FROM orders"), expected, "one order per form");
    assert_eq!(shop.count("SELECT count(*) FROM outbox"), expected, "each buyer is thanked once");
    assert_eq!(shop.count("SELECT count(*) FROM webhooks"), 3 * expected, "each webhook is applied once");
    assert_eq!(shop.count("SELECT count(*) FROM intentions WHERE state = 'done'"), 3 * expected);
    for what in ["/sessions", "/captures", "/refunds"] {
        assert_eq!(provider.done(what).len(), orders, "{what}");
    }
    assert_eq!(provider.misused(), 0, "a key never comes with other bytes");
}

/// Kills and restarts it, at random, until told.
fn kill_until(done: &AtomicBool, shop: &Mutex<Shop>) -> usize {
    let mut kills = 0;
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(fastrand::u64(20..200)));
        shop.lock().expect("the only one").restart();
        kills += 1;
    }
    kills
}

/// One order from the basket to its refund. Each step is repeated until the shop says that it is done, as browsers, people and
/// payhook do.
fn live(shop: SocketAddr, provider: &Provider, number: usize) {
    let cookie = until("a basket", || fill_basket(shop, "swift").ok());
    let token = until("a form", || attempt(&get(shop, "/basket", &cookie).ok()?.text(), "/checkout"));
    let email = format!("buyer-{number}@example.com");
    let form = [("attempt", token.as_str()), ("email", email.as_str()), ("method", "card")];
    until("checked out", || post(shop, "/checkout", &cookie, &form).ok().filter(|answer| answer.status == 303));
    let session = until("a session", || {
        let sessions = provider.done("/sessions");
        sessions.into_iter().find(|session| session.body["shopperEmail"] == email.as_str())
    });
    let reference = session.body["reference"].as_str().expect("a reference").to_owned();
    let authorised = Event::authorised(&reference, TOTAL);
    tell(shop, &authorised);
    modify(shop, &authorised, "capture");
    let captured = authorised.then("payment.captured", "captured", (TOTAL, TOTAL, 0), &format!("C{reference}"));
    tell(shop, &captured);
    modify(shop, &authorised, "refund");
    tell(shop, &captured.then("refund.succeeded", "refunded", (TOTAL, TOTAL, TOTAL), &format!("R{reference}")));
}

/// Sends a webhook until it is taken, and some a second time.
fn tell(shop: SocketAddr, event: &Event) {
    until("a webhook taken", || event.send(shop).filter(|status| *status == 204));
    if fastrand::bool() {
        let _ = event.send(shop);
    }
}

/// Captures or refunds everything, sending one form until the shop has taken it.
fn modify(shop: SocketAddr, event: &Event, what: &str) {
    let page = format!("/admin/orders/{}", event.reference);
    let token = until(what, || attempt(&get(shop, &page, "").ok()?.text(), &format!("/{what}")));
    let path = format!("{page}/payments/{}/{what}", event.payment);
    let send = || post(shop, &path, "", &[("attempt", token.as_str()), ("amount", "24.50")]).ok();
    until(what, || send().filter(|answer: &Answer| answer.status == 303));
}

fn until<T>(what: &str, mut step: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(done) = step() {
            return done;
        }
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
