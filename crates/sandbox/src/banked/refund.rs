//! A refund: money of a sent payment on its way back.

use serde::{Deserialize, Serialize};

use super::money;
use super::session::Party;
use crate::book::{Act, BookError, Document};

/// How far a refund has come. The words are the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundState {
    /// Accepted; the merchant's bank has yet to pay.
    AwaitingPayment,
    /// The money left the merchant's account.
    Sent,
    /// The merchant's bank did not pay.
    Failed,
}

/// A refund. The names of the fields are the API's, except those that it does not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) payment_session_id: String,
    /// Minor units.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) reference: String,
    pub(crate) success_url: String,
    pub(crate) error_url: String,
    pub(crate) payee: Option<Party>,
    pub(crate) state: RefundState,
    /// Not shown as such: microseconds of the sandbox's time. The API and the webhooks write it each in its own way.
    pub(crate) created: i64,
    /// Not shown: the amount of the payment it gives back.
    pub(crate) paid: i64,
    /// Not shown: the reference by which the scheme knew the payment.
    pub(crate) end_to_end_id: Option<String>,
}

impl Document for Refund {
    const KIND: &'static str = "banked refund";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.payment_session_id
    }
}

impl Refund {
    /// `£12.50`.
    pub(crate) fn formatted(&self) -> String {
        money::formatted(self.amount, &self.currency)
    }
}

/// What of a payment was given back or is on its way, in minor units.
pub(crate) fn refunded(act: &Act<'_>, session: &str) -> Result<i64, BookError> {
    let refunds = act.all_of::<Refund>(session)?;
    Ok(refunds.iter().filter(|refund| refund.state != RefundState::Failed).map(|refund| refund.amount).sum())
}
