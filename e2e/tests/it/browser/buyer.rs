//! Somebody in the shop, by mouse or by keyboard.

use serde_json::{Value, json};

use super::demo::Demo;
use super::window::{Look, Window};

/// Adyen's test cards: one that is charged, and one whose bank asks for 3-D Secure first.
pub(super) const GOOD_CARD: &str = "4111 1111 4555 1142";
pub(super) const ASKING_CARD: &str = "4917 6100 0000 0000";
/// Names on a card: anybody's, and the one that is refused.
pub(super) const ANYBODY: &str = "J. Smith";
pub(super) const REFUSED: &str = "DECLINED";
/// An account at every mock bank.
pub(super) const GOOD_ACCOUNT: &str = "050511";

/// A person before a browser. Every step gives the page they see then.
pub(super) struct Buyer {
    window: Window,
    by: &'static str,
    shop: String,
}

impl Buyer {
    /// Somebody with a browser of their own, at the shop's door.
    pub(super) fn at(demo: &Demo, by: &'static str, look: Look) -> Self {
        let shop = demo.shop();
        Self { window: Window::open(&shop, look), by, shop }
    }

    /// Puts a kite into the basket.
    pub(super) fn chooses(&mut self, kite: &str) -> Value {
        let shop = self.shop.clone();
        self.step(json!({ "step": "choose_kite", "shop": shop, "kite": kite }))
    }

    /// Pays for the basket with this button; the page of the provider that it leads to.
    pub(super) fn checks_out(&mut self, button: &str) -> Value {
        self.checks_out_as("ada@example.com", button)
    }

    /// The same with any address of mail.
    pub(super) fn checks_out_as(&mut self, mail: &str, button: &str) -> Value {
        self.step(json!({ "step": "check_out", "mail": mail, "button": button }))
    }

    /// On the payment page for cards.
    pub(super) fn pays_by_card(&mut self, number: &str, holder: &str) -> Value {
        self.step(json!({ "step": "pay_by_card", "number": number, "holder": holder }))
    }

    /// On the payment page for banks: chooses one and says which account is theirs there.
    pub(super) fn names_account(&mut self, bank: &str, account: &str) -> Value {
        self.presses(bank);
        self.names_account_again(account)
    }

    /// On the bank's page: says which account is theirs.
    pub(super) fn names_account_again(&mut self, account: &str) -> Value {
        self.step(json!({ "step": "name_account", "account": account }))
    }

    /// Presses something.
    pub(super) fn presses(&mut self, name: &str) -> Value {
        self.step(json!({ "step": "press", "name": name }))
    }

    /// Goes to a page of the shop, or elsewhere.
    pub(super) fn visits(&mut self, at: &str) -> Value {
        self.step(json!({ "step": "visit", "at": at }))
    }

    /// Stays on the page that is shown: from here on it tells whether it was ever loaded again.
    pub(super) fn stays(&mut self) {
        self.step(json!({ "step": "stay" }));
    }

    /// Waits on an order's page until that is where the order stands.
    pub(super) fn is_told(&mut self, standing: &str) -> Value {
        self.step(json!({ "step": "turns", "to": standing }))
    }

    /// As the merchant: gives so much of an order back.
    pub(super) fn gives_back(&mut self, reference: &str, amount: &str) -> Value {
        self.visits("/admin");
        self.step(json!({ "step": "give_back", "reference": reference, "amount": amount }))
    }

    /// Looks at the page that is shown, in light and in dark; pictures of it go by this name.
    pub(super) fn looks(&mut self, name: &str) -> Value {
        self.step(json!({ "step": "look_in_both", "name": name }))
    }

    fn step(&mut self, mut step: Value) -> Value {
        step["by"] = self.by.into();
        self.window.step(&step)
    }
}
