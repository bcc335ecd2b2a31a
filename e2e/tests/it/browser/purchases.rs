//! Kites are bought in every way there is, and money is given back, with everything that `payhook demo` runs.

use serde_json::Value;

use super::buyer::{ANYBODY, ASKING_CARD, Buyer, GOOD_ACCOUNT, GOOD_CARD, REFUSED};
use super::demo::Demo;
use super::window::Look;

/// By card with 3-D Secure, by bank, and with another card after one that was refused; then that money is given back. In the
/// end the demo has told of all of it, and goes without a trace.
pub(super) fn in_every_way(by: &'static str) {
    let demo = Demo::start();
    let mut buyer = Buyer::at(&demo, by, Look { width: "desktop", scheme: "light" });
    let mut orders = vec![by_a_card_that_asks(&mut buyer), by_bank(&mut buyer)];
    let order = with_another_card(&mut buyer);
    demo.hastens(20);
    gives_back(&mut buyer, &order);
    orders.push(order);

    let ends = ["captured", "sent", "refunded"];
    for (order, end) in orders.iter().zip(ends) {
        let reference = text(order, "reference");
        let payments = demo.asks(&format!("payments list --reference {reference}"));
        let stands = |payment: &Value| payment["status"] == end;
        assert!(payments["data"].as_array().is_some_and(|all| all.iter().any(stands)), "{end}: {payments}");
        demo.wait_for(reference);
    }
    let (ended, said, is_gone) = demo.interrupt();
    assert!(ended.success() && is_gone, "{ended}: {said}");
    let too_wide: Vec<_> = said.lines().filter(|line| line.chars().count() > 80 && !line.contains('/')).collect();
    assert!(too_wide.is_empty(), "wider than a terminal: {too_wide:?}");
}

/// The bank asks whether it is they who pay.
fn by_a_card_that_asks(buyer: &mut Buyer) -> Value {
    assert_eq!(buyer.chooses("Heron")["heading"], "Your basket");
    assert_eq!(buyer.checks_out("Pay £49.00 by card")["heading"], "Pay 49.00 GBP");
    let asked = buyer.pays_by_card(ASKING_CARD, ANYBODY);
    assert_eq!(asked["heading"], "3-D Secure", "{asked}");
    buyer.presses("Approve");
    paid(buyer)
}

/// On the pages of their bank.
fn by_bank(buyer: &mut Buyer) -> Value {
    buyer.chooses("Pocket");
    let offer = buyer.checks_out("Pay £12.00 by bank");
    assert!(text(&offer, "heading").starts_with("Pay £12.00 to "), "{offer}");
    let asked = buyer.names_account("Mock Building Society", GOOD_ACCOUNT);
    assert!(text(&asked, "heading").starts_with("Pay £12.00 to "), "{asked}");
    buyer.presses("Approve");
    paid(buyer)
}

/// The first is refused; the page says so, and takes another.
fn with_another_card(buyer: &mut Buyer) -> Value {
    buyer.chooses("Koi");
    buyer.checks_out("Pay £18.50 by card");
    let refused = buyer.pays_by_card(GOOD_CARD, REFUSED);
    assert_eq!(refused["heading"], "Pay 18.50 GBP");
    assert!(text(&refused, "alert").contains("You may try again, or with another card"), "{refused}");
    buyer.pays_by_card(GOOD_CARD, ANYBODY);
    paid(buyer)
}

/// The merchant gives it back; the merchant's page turns when the provider has, and the buyer's says so, too.
fn gives_back(buyer: &mut Buyer, order: &Value) {
    let asked = buyer.gives_back(text(order, "reference"), "18.50");
    assert!(text(&asked, "text").contains("refund, adyen"), "{asked}");
    buyer.is_told("refunded");
    buyer.visits(text(order, "at"));
    let refunded = buyer.is_told("refunded");
    assert_eq!(refunded["heading"], "Refunded");
    assert!(text(&refunded, "text").contains("£18.50"), "{refunded}");
}

/// Back in the shop: the order's page says that it is paid.
fn paid(buyer: &mut Buyer) -> Value {
    let order = buyer.is_told("paid");
    assert_eq!(order["heading"], "Paid. Thank you!");
    order
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}
