//! A payment session: what was asked for, and how far it has come.

use serde::{Deserialize, Serialize};

use super::money;
use crate::book::Document;

/// How far a session has come. The words are the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Nobody has chosen a bank yet.
    AwaitingPayer,
    /// A bank was chosen; the payer has yet to say who they are there.
    AwaitingProvider,
    /// The bank asks whether to pay.
    AwaitingPaymentConsent,
    /// The bank has taken the request.
    Initiated,
    /// Consented to; no word yet that money left.
    Pending,
    /// The money left the payer's account.
    Sent,
    /// It was not authorised.
    Failed,
}

impl State {
    /// Whether a session in this state can become `next`. What skips a payer's step is the bank itself, see
    /// [`bank`](super::bank); nothing leads backwards, and nothing away from an end.
    pub(crate) fn may_become(self, next: Self) -> bool {
        match next {
            Self::AwaitingPayer => false,
            Self::AwaitingProvider => self == Self::AwaitingPayer,
            Self::AwaitingPaymentConsent => self == Self::AwaitingProvider,
            Self::Initiated => self.awaits(),
            Self::Pending => self == Self::Initiated,
            Self::Sent => self == Self::Pending,
            Self::Failed => !matches!(self, Self::Sent | Self::Failed),
        }
    }

    /// Whether it waits for the payer: nothing was asked of a bank yet.
    pub(crate) fn awaits(self) -> bool {
        matches!(self, Self::AwaitingPayer | Self::AwaitingProvider | Self::AwaitingPaymentConsent)
    }
}

/// One thing that is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LineItem {
    /// Minor units, of one.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) description: Option<String>,
    pub(crate) name: String,
    pub(crate) quantity: i64,
}

/// Someone with an account: who pays, or who is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Party {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_number: Option<String>,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sort_code: Option<String>,
}

/// A payment session. The names of the fields are the API's, except those that it does not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    /// Minor units: the sum of the line items.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// As Banked writes it.
    pub(crate) created_at: String,
    /// The reference the scheme carries, since it was handed to the scheme.
    pub(crate) end_to_end_id: Option<String>,
    pub(crate) error_url: String,
    pub(crate) line_items: Vec<LineItem>,
    pub(crate) payee: Party,
    pub(crate) payer: Option<Party>,
    pub(crate) reference: String,
    pub(crate) state: State,
    /// As Banked writes it.
    pub(crate) sent_at: Option<String>,
    pub(crate) success_url: String,
    pub(crate) url: String,
    pub(crate) email_receipt: bool,
    /// Not shown: the mock bank that was chosen.
    pub(crate) bank: Option<String>,
    /// Not shown: the payer's account there.
    pub(crate) account: Option<String>,
    /// Not shown: why it failed, as a reason code of ISO 20022.
    pub(crate) failure: Option<String>,
}

impl Document for Session {
    const KIND: &'static str = "banked session";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        ""
    }
}

/// The place for the session's id in a `success_url`.
const ID_PLACE: &str = "__PAYMENT_ID__";

impl Session {
    /// `£12.50`.
    pub(crate) fn formatted(&self) -> String {
        money::formatted(self.amount, &self.currency)
    }

    /// Where the payer goes from here.
    pub(crate) fn way_back(&self, paid: bool) -> String {
        let url = if paid { &self.success_url } else { &self.error_url };
        url.replace(ID_PLACE, &self.id)
    }
}
