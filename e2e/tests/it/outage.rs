//! Bad news that waits, and an outage of days: what the shop hears, and that nothing dies.

use std::time::{Duration, Instant};

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::Item;
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};

use crate::stage::{KEY, SECRET, adyen, configuration, until};

const PATIENCE: Duration = Duration::from_secs(30);

/// Long enough for a delivery that should not come.
const A_WHILE: Duration = Duration::from_millis(400);

fn send(gateway: &Gateway, item: &Item) {
    assert_eq!(gateway.send(&adyen().request(item)).expect("an answer").status, 200);
}

/// Another card's attempt at order 1, refused or not.
fn attempt(card: u64, success: bool) -> Item {
    let merchant_reference = "order-1".to_owned();
    Item { merchant_reference, success, ..Item::authorisation(card) }
}

fn kinds(receiver: &Receiver) -> Vec<String> {
    let kind = |delivery: &Delivery| delivery.json()["type"].as_str().unwrap_or_default().to_owned();
    receiver.deliveries().iter().map(kind).collect()
}

/// Bad news is held for `hold`, everything else goes at once.
fn holding(receiver: &Receiver, hold: &str) -> Setup {
    let routes = format!(
        "events = [\"payment.authorised\", \"payment.captured\"]\nto = [\"shop\"]\n\
         [[route]]\nevents = [\"payment.refused\"]\nhold = \"{hold}\"\n"
    );
    Setup::new(&configuration(receiver).replace("events = [\"*\"]\n", &routes))
}

#[test]
fn refused_then_paid_with_another_card_the_shop_hears_only_of_the_payment() {
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = holding(&receiver, "10m").start();
    send(&gateway, &attempt(1, false));
    gateway.kill();
    gateway.restart();
    send(&gateway, &attempt(2, true));
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "the payment never arrived");
    std::thread::sleep(A_WHILE);
    assert_eq!(kinds(&receiver), ["payment.authorised"]);
    assert_eq!(gateway.list("/api/v1/deliveries?state=superseded").len(), 1);
    let payments = gateway.list("/api/v1/payments?reference=order-1");
    let statuses: Vec<_> = payments.iter().map(|payment| payment["status"].as_str().unwrap_or_default()).collect();
    assert_eq!(statuses, ["authorised", "refused"], "two cards, two payments, one order");
}

#[test]
fn bad_news_that_nothing_overtakes_is_told_when_its_hold_is_over() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = holding(&receiver, "1s").start();
    send(&gateway, &attempt(1, false));
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    let told = &receiver.deliveries()[0].json();
    assert_eq!((&told["type"], &told["data"]["payment"]["status"]), (&"payment.refused".into(), &"refused".into()));
}

/// They were refused an hour ago, for want of the right key.
#[test]
fn bad_news_that_is_let_out_of_the_quarantine_waits_for_the_better_news_that_is_let_out_behind_it() {
    let receiver = Receiver::start(Some(SECRET));
    let (folder, wrong) = (tempfile::tempdir().expect("a folder"), "0".repeat(64));
    let gateway = holding(&receiver, "10m").in_folder(folder.path()).argument("--clock-offset=-60m").start();
    assert_eq!(gateway.reload(&gateway.configuration().replace(KEY, &wrong))["outcome"], "taken");
    for (card, success) in [(1, false), (2, true)] {
        assert_eq!(gateway.send(&adyen().request(&attempt(card, success))).expect("an answer").status, 401);
        until(&gateway, PATIENCE, "the refused", || gateway.list("/api/v1/quarantine").len() as u64 == card);
    }
    drop(gateway);
    let gateway = holding(&receiver, "10m").in_folder(folder.path()).start();
    for entry in ["qrn_1", "qrn_2"] {
        let released = gateway.post(&format!("/api/v1/quarantine/{entry}/release"), &serde_json::json!({}));
        assert_eq!(released.json()["verdicts"], serde_json::json!(["new"]));
        std::thread::sleep(A_WHILE);
    }
    assert_eq!(kinds(&receiver), ["payment.authorised"]);
    assert_eq!(gateway.list("/api/v1/deliveries?state=superseded").len(), 1);
}

/// The time is turned by starting again with another clock, since nobody waits four days.
#[test]
fn four_days_of_outage_end_with_no_dead_letter_and_the_backlog_drains_in_order() {
    const ORDERS: u64 = 60;
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(500));
    let folder = tempfile::tempdir().expect("a folder");
    let start = |hours: u32| {
        Setup::new(&configuration(&receiver))
            .in_folder(folder.path())
            .argument(&format!("--clock-offset={hours}h"))
            .start()
    };
    for hours in (0..=96).step_by(8) {
        let gateway = start(hours);
        if hours == 0 {
            for order in 0..ORDERS {
                send(&gateway, &Item::authorisation(order));
                let item = Item::authorisation(order);
                let capture = Item {
                    psp_reference: format!("CP{order:014}"),
                    original_reference: item.psp_reference.clone(),
                    code: "CAPTURE".to_owned(),
                    ..item
                };
                send(&gateway, &capture);
            }
        }
        std::thread::sleep(A_WHILE);
        assert!(gateway.list("/api/v1/deliveries?state=dead").is_empty(), "something died after {hours} hours");
    }
    let tries = receiver.count();
    assert!(tries < 100, "{tries} tries while nobody was there: an open breaker spends none");
    receiver.behave(|_| Behaviour::Answer(200));
    receiver.forget();
    let gateway = start(97);
    let began = Instant::now();
    while !gateway.list("/api/v1/deliveries?state=pending").is_empty()
        || !gateway.list("/api/v1/deliveries?state=blocked").is_empty()
    {
        assert!(began.elapsed() < PATIENCE, "the backlog does not drain:\n{}", gateway.log_text());
        std::thread::sleep(Duration::from_millis(50));
    }
    let delivered = gateway.list("/api/v1/deliveries?state=delivered");
    assert_eq!(delivered.len(), 2 * usize::try_from(ORDERS).expect("few"));
    for delivery in receiver.deliveries() {
        let json = delivery.json();
        if json["type"] == "payment.captured" {
            let before = |other: &&Delivery| {
                let other = other.json();
                other["type"] == "payment.authorised" && other["data"]["reference"] == json["data"]["reference"]
            };
            let authorised = receiver.deliveries().iter().find(|other| before(other)).map(|other| other.number);
            assert!(authorised.is_some_and(|number| number < delivery.number), "{json}");
        }
    }
}

/// When the gateway is started again over four days: behind every wait of the default schedule, drawn out by its jitter
/// (5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h), so that a delivery whose tries all count has none left at the last
/// but one.
const MOMENTS: [&str; 11] = ["0s", "10s", "6m", "40m", "3h", "9h", "21h", "37h", "60h", "87h", "96h"];

/// `orders` are owed to a destination with the default schedule, and `lines`, that fails for four days; the folder they
/// are kept in. The gateway is killed between any two tries.
fn four_days_down(receiver: &Receiver, lines: &str, orders: u64) -> (tempfile::TempDir, String) {
    receiver.behave(|_| Behaviour::Answer(500));
    let stage = configuration(receiver);
    let (before, after) = stage.split_once("retry = ").expect("the stage is impatient");
    let (_, after) = after.split_once('\n').expect("of one line");
    let configuration = format!("{before}{lines}{after}");
    let folder = tempfile::tempdir().expect("a folder");
    for moment in MOMENTS {
        let gateway = at(moment, &configuration, folder.path());
        if moment == MOMENTS[0] {
            (0..orders).for_each(|order| send(&gateway, &Item::authorisation(order)));
        }
        std::thread::sleep(A_WHILE);
    }
    (folder, configuration)
}

fn at(offset: &str, configuration: &str, folder: &std::path::Path) -> Gateway {
    Setup::new(configuration).in_folder(folder).argument(&format!("--clock-offset={offset}")).start()
}

#[test]
fn a_busy_and_a_quiet_destination_outlive_four_days_with_the_default_schedule() {
    for orders in [40, 1] {
        let receiver = Receiver::start(Some(SECRET));
        let (folder, configuration) = four_days_down(&receiver, "", orders);
        let tries = receiver.count();
        assert!(tries >= MOMENTS.len(), "{tries} tries: the clock was not turned far enough");
        receiver.behave(|_| Behaviour::Answer(200));
        let gateway = at("97h", &configuration, folder.path());
        assert_eq!(gateway.list("/api/v1/deliveries?state=dead").len(), 0, "dead letters of {orders} orders");
        let all = usize::try_from(orders).expect("few");
        let delivered = || gateway.list("/api/v1/deliveries?state=delivered").len();
        let began = Instant::now();
        while delivered() < all {
            assert!(began.elapsed() < PATIENCE, "{} of {all} are delivered:\n{}", delivered(), gateway.log_text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn without_a_breaker_every_try_counts_and_the_same_days_end_in_dead_letters() {
    let receiver = Receiver::start(Some(SECRET));
    let (folder, configuration) = four_days_down(&receiver, "breaker = false\n", 3);
    assert_eq!(receiver.count(), 3 * 10, "ten tries each");
    let gateway = at("97h", &configuration, folder.path());
    let dead = gateway.list("/api/v1/deliveries?state=dead");
    assert_eq!(dead.iter().filter(|delivery| delivery["state"] == "exhausted").count(), 3, "{dead:?}");
}

#[test]
fn a_person_who_resumes_a_resting_destination_waits_for_no_schedule() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(500));
    let breaker = "breaker = { failures = 1, rest = \"10m\", rest_max = \"10m\" }\nretry = {";
    let gateway = Setup::new(&configuration(&receiver).replace("retry = {", breaker)).start();
    send(&gateway, &Item::authorisation(1));
    let state = || gateway.get("/api/v1/destinations/shop").json()["state"].clone();
    let began = Instant::now();
    while state() != "resting" {
        assert!(began.elapsed() < PATIENCE, "it never rests");
        std::thread::sleep(Duration::from_millis(20));
    }
    receiver.behave(|_| Behaviour::Answer(200));
    gateway.post("/api/v1/destinations/shop/resume", &serde_json::Value::Null);
    assert!(
        receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2),
        "the only delivery is due in ten minutes"
    );
}

#[test]
fn a_person_who_resumes_one_destination_ends_the_hold_of_no_other() {
    let (shop, books) = (Receiver::start(Some(SECRET)), Receiver::start(Some(SECRET)));
    shop.behave(|_| Behaviour::Answer(500));
    let breaker = "breaker = { failures = 1, rest = \"10m\", rest_max = \"10m\" }\nretry = {";
    let second = format!(
        "[[route]]\nevents = [\"payment.refused\"]\nhold = \"10m\"\nto = [\"books\"]\n[[destination]]\nname = \"books\"\n\
         type = \"http\"\nurl = \"{}\"\nsecret = \"{SECRET}\"\nallow = [\"127.0.0.0/8\"]\n",
        books.url()
    );
    let configuration = configuration(&shop).replace("retry = {", breaker).replace("\"*\"", "\"payment.authorised\"");
    let gateway = Setup::new(&format!("{configuration}\n{second}")).start();
    send(&gateway, &Item::authorisation(7));
    until(&gateway, PATIENCE, "the rest", || gateway.get("/api/v1/destinations/shop").json()["state"] == "resting");
    send(&gateway, &attempt(1, false));
    let tries = shop.count();
    gateway.post("/api/v1/destinations/shop/resume", &serde_json::Value::Null);
    assert!(shop.wait_until(PATIENCE, |deliveries| deliveries.len() > tries), "it is probed at once");
    send(&gateway, &attempt(2, true));
    assert_eq!(gateway.list("/api/v1/deliveries?state=superseded").len(), 1, "the refusal was held still");
    std::thread::sleep(A_WHILE);
    assert_eq!(books.count(), 0);
}
