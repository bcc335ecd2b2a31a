//! What webhooks do to an order: whoever sends them, however often, in whatever order.

use payhook_testkit::wire;

use crate::browser::{PATIENCE, buy, head};
use crate::program::Shop;
use crate::provider::Provider;
use crate::webhook::Event;

fn shop_with_an_order() -> (Provider, Shop, Event) {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    buy(shop.address, "card");
    let event = Event::authorised(&shop.text("SELECT reference FROM orders"), 2_450);
    (provider, shop, event)
}

fn standing(shop: &Shop) -> String {
    shop.text("SELECT standing FROM orders")
}

#[test]
fn a_forged_webhook_changes_nothing() {
    let (_provider, shop, paid) = shop_with_an_order();
    let another = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(paid.send_with(shop.address, another), Some(401));
    let unsigned = head(shop.address, "POST", "/webhooks/payhook", &[], b"{\"type\":\"payment.authorised\"}");
    assert_eq!(wire::call(shop.address, &unsigned, PATIENCE).expect("an answer").status, 401);
    assert_eq!((standing(&shop).as_str(), shop.count("SELECT count(*) FROM webhooks")), ("waiting", 0));
}

#[test]
fn the_same_webhook_again_is_taken_and_changes_nothing() {
    let (_provider, shop, paid) = shop_with_an_order();
    for _ in 0..5 {
        assert_eq!(paid.send(shop.address), Some(204));
    }
    assert_eq!(standing(&shop), "paid");
    assert_eq!((shop.count("SELECT count(*) FROM webhooks"), shop.count("SELECT count(*) FROM outbox")), (1, 1));
}

#[test]
fn any_order_of_arrival_ends_the_same() {
    let (_provider, shop, authorised) = shop_with_an_order();
    let captured = authorised.then("payment.captured", "captured", (2_450, 2_450, 0), "PC");
    let refunded = captured.then("refund.succeeded", "refunded", (2_450, 2_450, 2_450), "PR");
    let events = [authorised, captured, refunded];
    for (round, order) in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].into_iter().enumerate() {
        buy(shop.address, "card");
        let reference = shop.text("SELECT reference FROM orders ORDER BY rowid DESC LIMIT 1");
        for at in order {
            let event = &events[at];
            let id = format!("{}_{round}", event.id);
            let told = Event { id, reference: reference.clone(), payment: format!("pay_{round}"), ..event.clone() };
            assert_eq!(told.send(shop.address), Some(204));
        }
        let ended = shop.text("SELECT standing FROM orders ORDER BY rowid DESC LIMIT 1");
        assert_eq!(ended, "refunded", "{order:?}");
        // Captures and refunds go by the payment's own name, whichever event came first.
        let name = shop.text("SELECT provider_reference FROM payments ORDER BY rowid DESC LIMIT 1");
        assert_eq!(name, events[0].name, "{order:?}");
    }
}

#[test]
fn a_payment_told_before_its_order_is_named_finds_it_later() {
    let (_provider, shop, authorised) = shop_with_an_order();
    let reference = authorised.reference.clone();
    let nameless =
        Event { reference: String::new(), ..authorised.then("payment.captured", "captured", (2_450, 2_450, 0), "PC") };
    let body_without_order = Event { reference: "NOBODY".to_owned(), payment: "pay_other".to_owned(), ..nameless };
    assert_eq!(body_without_order.send(shop.address), Some(204), "somebody else's payment is no reason to come again");
    assert_eq!(standing(&shop), "waiting");
    assert_eq!(Event { reference, ..authorised }.send(shop.address), Some(204));
    assert_eq!(standing(&shop), "paid");
}

#[test]
fn too_small_a_payment_does_not_pay_an_order() {
    let (_provider, shop, paid) = shop_with_an_order();
    assert_eq!(Event { totals: (1, 0, 0), ..paid }.send(shop.address), Some(204));
    assert_eq!((standing(&shop).as_str(), shop.count("SELECT count(*) FROM outbox")), ("short", 0));
}

#[test]
fn an_order_is_thanked_once_however_often_it_is_paid() {
    let (_provider, shop, paid) = shop_with_an_order();
    assert_eq!(paid.send(shop.address), Some(204));
    let again = Event { id: "evt_second".to_owned(), payment: "pay_second".to_owned(), ..paid };
    assert_eq!(again.send(shop.address), Some(204));
    assert_eq!(shop.count("SELECT count(*) FROM payments"), 2);
    assert_eq!(shop.count("SELECT count(*) FROM outbox"), 1);
}
