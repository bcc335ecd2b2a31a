//! The shop, and the pages its buyers pay on, through one evening's orders: each page as it is empty, filled, refused and done.

use serde_json::Value;

use super::buyer::{ANYBODY, ASKING_CARD, Buyer, GOOD_ACCOUNT, GOOD_CARD, REFUSED};
use super::demo::Demo;
use super::measures;
use super::window::Look;

/// Who looks, and how wide their window is.
struct Beholder {
    buyer: Buyer,
    width: &'static str,
}

/// Looks at every page, on a phone and on a desk, dark and light.
pub(super) fn of_every_page() {
    let demo = Demo::start();
    for width in ["desktop", "phone"] {
        let buyer = Buyer::at(&demo, "mouse", Look { width, scheme: "light" });
        let mut beholder = Beholder { buyer, width };
        beholder.comes_in();
        beholder.has_no_luck_by_card();
        beholder.is_patient_at_the_bank();
        let order = beholder.pays_by_card();
        demo.hastens(20);
        beholder.looks_after_the_shop(&order);
        demo.hastens(1);
        beholder.leaves_without_paying();
    }
}

impl Beholder {
    /// The shelf, an empty basket, and a page that is not there.
    fn comes_in(&mut self) {
        for (name, at) in [("shop-shelf", "/"), ("shop-basket-empty", "/basket"), ("shop-missing", "/orders/none")] {
            self.buyer.visits(at);
            self.shop(name);
        }
    }

    /// A mail address that is none, a card that is refused, and one whose owner fails at the bank.
    fn has_no_luck_by_card(&mut self) {
        self.buyer.chooses("Koi");
        self.buyer.chooses("Heron");
        self.shop("shop-basket");
        self.buyer.checks_out_as("ada@host", "Pay £67.50 by card");
        self.shop("shop-basket-refused");
        self.buyer.checks_out("Pay £67.50 by card");
        self.sandbox("adyen-pay");
        self.buyer.pays_by_card(GOOD_CARD, REFUSED);
        self.sandbox("adyen-pay-refused");
        self.buyer.pays_by_card(ASKING_CARD, ANYBODY);
        self.sandbox("adyen-3ds");
        self.buyer.presses("Fail");
        self.buyer.presses("Cancel and go back to the shop");
        self.buyer.is_told("refused");
        self.shop("shop-order-refused");
    }

    /// An account that is none, and a payment that takes its time.
    fn is_patient_at_the_bank(&mut self) {
        self.buyer.presses("Pay £67.50 by bank");
        self.sandbox("banked-pay");
        self.buyer.names_account("Mock Bank", "12");
        self.sandbox("banked-account-refused");
        self.buyer.names_account_again(GOOD_ACCOUNT);
        self.sandbox("banked-consent");
        self.buyer.presses("Approve, but stay pending for two hours");
        self.buyer.is_told("pending");
        self.shop("shop-order-pending");
    }

    /// A purchase as it should be.
    fn pays_by_card(&mut self) -> Value {
        self.buyer.chooses("Swift");
        self.buyer.checks_out("Pay £24.50 by card");
        self.buyer.pays_by_card(GOOD_CARD, ANYBODY);
        let order = self.buyer.is_told("paid");
        self.shop("shop-order-paid");
        order
    }

    /// The merchant's pages: all orders, one of them, more asked back than there is, and all of it given back.
    fn looks_after_the_shop(&mut self, order: &Value) {
        let text = |name: &str| order[name].as_str().unwrap_or_else(|| panic!("no {name} in {order}"));
        self.buyer.visits("/admin");
        self.shop("shop-admin");
        self.buyer.presses(text("reference"));
        self.shop("shop-admin-order");
        self.buyer.gives_back(text("reference"), "999");
        self.shop("shop-admin-refused");
        self.buyer.presses("Back to the order");
        self.buyer.gives_back(text("reference"), "24.50");
        self.buyer.visits(text("at"));
        self.buyer.is_told("refunded");
        self.shop("shop-order-refunded");
        self.buyer.visits("/admin");
        self.buyer.presses(text("reference"));
        self.shop("shop-admin-order-refunded");
    }

    /// An order that nobody paid yet.
    fn leaves_without_paying(&mut self) {
        self.buyer.chooses("Spindle");
        self.buyer.checks_out("Pay £16.00 by card");
        self.buyer.presses("Cancel and go back to the shop");
        self.shop("shop-order-waiting");
    }

    fn shop(&mut self, name: &str) {
        self.looks("Updraft", name);
    }

    fn sandbox(&mut self, name: &str) {
        self.looks("sandbox", name);
    }

    fn looks(&mut self, site: &str, name: &str) {
        let measured = self.buyer.looks(name);
        for scheme in ["light", "dark"] {
            measures::fine(site, Look { width: self.width, scheme }, &measured[scheme]);
        }
    }
}
