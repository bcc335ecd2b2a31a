//! What is to be paid, and by what.

use std::collections::BTreeMap;

use crate::adyen::checkout::payment::{Origin, Shopper, Terms};
use crate::adyen::notice::Amount;

/// Methods whose shopper pays at another page: the method's own.
pub(crate) const REDIRECTS: [&str; 6] = ["ideal", "eps", "klarna", "paypal", "trustly", "bcmc_mobile"];

/// What a shopper pays by.
#[derive(Clone, Debug)]
pub(crate) enum Instrument {
    Card(CardGiven),
    /// One of [`REDIRECTS`].
    Redirect(String),
}

/// A card as it was typed in.
#[derive(Clone, Debug)]
pub(crate) struct CardGiven {
    /// Digits alone.
    pub(crate) number: String,
    pub(crate) month: u8,
    pub(crate) year: u16,
    pub(crate) cvc: Option<String>,
    pub(crate) holder: String,
}

impl Instrument {
    /// A card that is good for a while, with its own security code.
    pub(crate) fn card(number: &str, holder: &str) -> Self {
        let cvc = if number.starts_with("37") { "7373" } else { "737" };
        Self::Card(CardGiven {
            number: number.to_owned(),
            month: 3,
            year: 2030,
            cvc: Some(cvc.to_owned()),
            holder: holder.to_owned(),
        })
    }
}

/// Where the shopper lives, as far as a test asks for an answer by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Address {
    pub(crate) street: Option<String>,
    pub(crate) house: Option<String>,
}

/// Whether the shopper is to prove to be the card's holder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Authenticate {
    /// Where the card asks for it.
    #[default]
    AsTheCard,
    Always,
    Never,
}

/// What is to be paid.
#[derive(Clone, Debug)]
pub(crate) struct Purchase {
    pub(crate) merchant_account: String,
    pub(crate) reference: String,
    pub(crate) amount: Amount,
    pub(crate) by: Instrument,
    pub(crate) address: Address,
    pub(crate) authenticate: Authenticate,
    /// The number of the acquirer's answer that is asked for.
    pub(crate) answer: Option<u8>,
    pub(crate) terms: Terms,
    pub(crate) return_url: String,
    pub(crate) shopper: Shopper,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) origin: Origin,
}

impl Purchase {
    /// A purchase that says no more than it must.
    pub(crate) fn new(merchant_account: &str, reference: &str, amount: Amount, by: Instrument) -> Self {
        Self {
            merchant_account: merchant_account.to_owned(),
            reference: reference.to_owned(),
            amount,
            by,
            address: Address::default(),
            authenticate: Authenticate::default(),
            answer: None,
            terms: Terms::default(),
            return_url: String::new(),
            shopper: Shopper::default(),
            metadata: BTreeMap::new(),
            origin: Origin::default(),
        }
    }
}
