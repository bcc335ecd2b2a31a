//! Writing an intention down, in the act that decides it.

use rusqlite::Transaction;

use super::{Kind, Room, State, room};
use crate::book::{self, BookError, Intention, Line, Order};
use crate::money;
use crate::provider::{Provider, Providers};

/// Why something is not wanted after all: for whoever asked for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unwanted {
    /// There is no such payment of that order.
    NoPayment,
    /// More than is left, which is that much in minor units; it may be nothing.
    TooMuch(i64),
    /// The provider is not configured any more, or does not do that.
    Impossible,
}

/// Wants a page on which the buyer pays `order`. False when that provider is not configured.
pub(crate) fn session(
    act: &Transaction<'_>,
    providers: &Providers,
    (order, lines): (&Order, &[Line]),
    (provider, key): (Provider, &str),
    now: i64,
) -> Result<bool, BookError> {
    let Some(asked) = providers.session(provider, order, lines) else { return Ok(false) };
    let new = Intention {
        key: key.to_owned(),
        reference: order.reference.clone(),
        payment: None,
        kind: Kind::Session,
        provider,
        path: asked.path,
        body: asked.body,
        amount: order.total,
        state: State::Open,
        answer: None,
        provider_reference: None,
        made_at: now,
        tries: 0,
    };
    book::want(act, &new)?;
    Ok(true)
}

/// Wants `amount` of a payment captured or refunded, or the payment cancelled. `key` is the form's: the same form sent twice
/// is one intention.
pub(crate) fn modify(
    act: &Transaction<'_>,
    providers: &Providers,
    (order, payment): (&Order, &str),
    (kind, amount, key): (Kind, i64, &str),
    now: i64,
) -> Result<Result<(), Unwanted>, BookError> {
    let wanted = book::intentions_of(act, &order.reference)?;
    if wanted.iter().any(|intention| intention.key == key) {
        return Ok(Ok(()));
    }
    let Some(payment) = book::payment(act, &order.reference, payment)? else { return Ok(Err(Unwanted::NoPayment)) };
    let left = room(&payment, &wanted, &book::history(act, &order.reference)?);
    let amount = if kind == Kind::Cancel { payment.authorised } else { amount };
    if amount > left.of(kind, payment.authorised) {
        return Ok(Err(Unwanted::TooMuch(left.of(kind, payment.authorised))));
    }
    let Some(provider) = Provider::parse(&payment.provider) else { return Ok(Err(Unwanted::Impossible)) };
    let Some(asked) = providers.modification(provider, kind, order, &payment, amount) else {
        return Ok(Err(Unwanted::Impossible));
    };
    let new = Intention {
        key: key.to_owned(),
        reference: order.reference.clone(),
        payment: Some(payment.id),
        kind,
        provider,
        path: asked.path,
        body: asked.body,
        amount,
        state: State::Open,
        answer: None,
        provider_reference: None,
        made_at: now,
        tries: 0,
    };
    book::want(act, &new)?;
    Ok(Ok(()))
}

impl Room {
    /// Most that a modification of this kind may be about.
    fn of(self, kind: Kind, authorised: i64) -> i64 {
        match kind {
            Kind::Capture => self.capture,
            Kind::Refund => self.refund,
            Kind::Cancel if self.cancel => authorised,
            Kind::Cancel | Kind::Session => 0,
        }
    }
}

impl std::fmt::Display for Unwanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoPayment => f.write_str("There is no such payment of this order."),
            Self::TooMuch(0) => f.write_str("Nothing is left to do that with; it may have been asked for already."),
            Self::TooMuch(left) => write!(f, "That is more than is left: at most {}.", money::show(*left)),
            Self::Impossible => f.write_str("The provider does not do that, or is not configured any more."),
        }
    }
}
