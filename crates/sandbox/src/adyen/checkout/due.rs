//! What happens later to a payment, or to what may become one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::payment::Payment;
use super::{bank, modify, offer, order, pay};
use crate::book::{Act, BookError};
use crate::{adyen, clockwork};

/// Something that happens later. Each looks whether it still applies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Due {
    /// A modification is decided.
    Decide { payment: String, change: String },
    /// The outcome of a pending payment is known.
    Outcome { payment: String },
    /// What is not captured expires.
    Expire { payment: String },
    /// The shopper was sent to a page and has not come back.
    Abandon { payment: String },
    /// A session or a link is over.
    Close { offer: String },
    /// An order is over.
    CloseOrder { order: String },
    /// Nobody defended.
    EndDefence { payment: String, dispute: String },
}

impl Due {
    /// Its moment has come.
    pub(crate) fn happen(self, act: &Act<'_>) -> Result<(), BookError> {
        match self {
            Self::Decide { payment, change } => modify::decide(act, &payment, &change),
            Self::Outcome { payment } => pay::outcome(act, &payment),
            Self::Expire { payment } => expire(act, &payment),
            Self::Abandon { payment } => pay::abandon(act, &payment),
            Self::Close { offer } => offer::close(act, &offer),
            Self::CloseOrder { order } => order::expire(act, &order),
            Self::EndDefence { payment, dispute } => bank::end_defence(act, &payment, &dispute),
        }
    }

    /// Lets it happen so much later.
    pub(super) fn later(self, act: &Act<'_>, delay: Duration) -> Result<(), BookError> {
        act.later(delay, &clockwork::Due::Adyen(adyen::Due::Checkout(self)))
    }
}

/// An adjustment may have given the authorisation more time.
fn expire(act: &Act<'_>, payment: &str) -> Result<(), BookError> {
    let payment = act.find::<Payment>(payment)?.filter(|payment| payment.open && payment.expires_at() <= act.now);
    payment.map_or(Ok(()), |mut payment| bank::let_expire(act, &mut payment))
}
