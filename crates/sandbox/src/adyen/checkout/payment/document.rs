//! What is kept of a payment. Never a card's number: its first six digits and its last four.

use std::collections::BTreeMap;

use payhook_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, Dispute, Terms};
use crate::adyen::notice::Amount;
use crate::book::{Act, BookError, Document};

/// Where a payment stands. What was done with an authorised one, its [`Money`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// The shopper was sent to a page and has not come back.
    Started,
    /// The outcome is not known yet.
    Pending,
    Authorised,
    Refused,
    /// The acquirer did not answer as it should.
    Error,
    /// Stopped before it was authorised: by the shopper, or by a fraud rule.
    Cancelled,
    /// The shopper never came back.
    Abandoned,
}

/// How much of it is where, in minor units. Refunded and charged back together never exceed what was captured, and that
/// never exceeds what is authorised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Money {
    pub(crate) authorised: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) charged_back: i64,
    /// Given back to the shopper before it was captured.
    pub(crate) cancelled: i64,
    pub(crate) expired: i64,
}

/// What a card shows of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) bin: String,
    pub(crate) last4: String,
    /// `03/2030`.
    pub(crate) expiry: String,
    pub(crate) holder: String,
    /// Two letters; empty when the card does not say.
    pub(crate) country: String,
    /// The results of the address check and of the security code.
    pub(crate) avs: u8,
    pub(crate) cvc: u8,
    /// Whether the shopper proved to be its holder; nothing when nobody asked.
    pub(crate) authenticated: Option<bool>,
}

/// Which of the merchant's requests it came from, besides itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) session: Option<String>,
    pub(crate) link: Option<String>,
    /// The pspReference of the order it pays a part of.
    pub(crate) order: Option<String>,
    pub(crate) merchant_order_reference: Option<String>,
}

/// Who pays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shopper {
    pub(crate) reference: Option<String>,
    pub(crate) email: Option<String>,
    /// Whether the card is to be stored.
    pub(crate) store: bool,
    /// The token it is stored under.
    pub(crate) token: Option<String>,
}

/// A page the shopper was sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Redirect {
    /// What the shopper brings back.
    pub(crate) result: String,
    /// What the shopper chose there; nothing yet when nothing.
    pub(crate) approved: Option<bool>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) psp_reference: String,
    pub(crate) merchant_account: String,
    pub(crate) reference: String,
    /// As asked for.
    pub(crate) amount: Amount,
    /// `visa`, `ideal`.
    pub(crate) method: String,
    pub(crate) card: Option<Card>,
    pub(crate) state: State,
    /// The acquirer's answer by its number; 1 is approved. Before the outcome: the one to come.
    pub(crate) answer: u8,
    /// Six digits.
    pub(crate) auth_code: String,
    pub(crate) money: Money,
    pub(crate) terms: Terms,
    /// Whether what is not captured yet can be captured or cancelled.
    pub(crate) open: bool,
    /// When the authorisation expires, in microseconds.
    pub(crate) expires: i64,
    /// Oldest first.
    pub(crate) changes: Vec<Change>,
    /// Oldest first.
    pub(crate) disputes: Vec<Dispute>,
    pub(crate) origin: Origin,
    pub(crate) shopper: Shopper,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) return_url: String,
    pub(crate) redirect: Option<Redirect>,
    /// When it was asked for, in microseconds.
    pub(crate) made: i64,
    /// When its outcome was known, in microseconds.
    pub(crate) settled: Option<i64>,
}

impl Document for Payment {
    const KIND: &'static str = "adyen payment";

    fn id(&self) -> &str {
        &self.psp_reference
    }

    fn owner(&self) -> &str {
        &self.merchant_account
    }
}

impl Payment {
    /// An amount in its currency.
    pub(crate) fn in_currency(&self, value: i64) -> Amount {
        Amount { currency: self.amount.currency.clone(), value }
    }

    /// When the authorisation expires.
    pub(crate) fn expires_at(&self) -> Timestamp {
        Timestamp::from_micros(self.expires)
    }

    /// The payments of a merchant's reference, in the order in which they were made.
    pub(crate) fn of_reference(act: &Act<'_>, account: &str, reference: &str) -> Result<Vec<Self>, BookError> {
        let filed = act.all_of::<Filed>(&Filed::owner_of(account, reference))?;
        let found = filed.into_iter().map(|filed| act.find(&filed.psp_reference));
        found.filter_map(Result::transpose).collect()
    }

    /// Keeps it for the first time: from now on its merchant's reference finds it.
    pub(crate) fn begin(&self, act: &Act<'_>) -> Result<(), BookError> {
        act.keep(self)?;
        let owner = Filed::owner_of(&self.merchant_account, &self.reference);
        act.keep(&Filed { psp_reference: self.psp_reference.clone(), owner })
    }
}

/// Which payment a merchant's reference means.
#[derive(Serialize, Deserialize)]
struct Filed {
    psp_reference: String,
    owner: String,
}

impl Filed {
    fn owner_of(account: &str, reference: &str) -> String {
        format!("{account}/{reference}")
    }
}

impl Document for Filed {
    const KIND: &'static str = "adyen reference";

    fn id(&self) -> &str {
        &self.psp_reference
    }

    fn owner(&self) -> &str {
        &self.owner
    }
}
