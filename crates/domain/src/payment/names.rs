//! The names an event gives its payment: what payments are found by, before anything is folded.

use crate::event::Event;
use crate::identity::{Digest, Scope};

/// The names one event gives its payment, as digests within provider, account and environment; never the source's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Of the payment it is about; absent when it is about none that can be folded.
    pub payment: Option<Digest>,
    /// Further names of the same payment: of its captures, refunds, disputes.
    pub aliases: Vec<Digest>,
    /// Of the merchant's order: account and merchant reference, over however many payments.
    pub order: Option<Digest>,
}

impl Names {
    /// The names `event` gives within `scope`.
    #[must_use]
    pub fn of(scope: &Scope<'_>, event: &Event) -> Self {
        let of_payment = |reference: &str| scope.identity(&["payment", reference]);
        let Some(payment) = event.payment.as_deref().filter(|_| event.fact.is_some()) else { return Self::default() };
        Self {
            payment: Some(of_payment(payment)),
            aliases: event.aliases.iter().filter(|alias| *alias != payment).map(|alias| of_payment(alias)).collect(),
            order: event.reference.as_deref().map(|reference| scope.identity(&["order", reference])),
        }
    }
}
