//! What a merchant asks for, once it was found to be well said: a session, a refund.

use super::refund::{Refund, RefundState, refunded};
use super::session::{LineItem, Party, Session, State};
use super::{course, date, notice};
use crate::book::{Act, BookError};

/// What is to be paid.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Minor units: the sum of the line items.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) error_url: String,
    pub(crate) line_items: Vec<LineItem>,
    pub(crate) payee: Party,
    pub(crate) payer: Option<Party>,
    pub(crate) reference: String,
    pub(crate) success_url: String,
    pub(crate) email_receipt: bool,
}

/// A session for this order, which waits for its payer.
pub(crate) fn ask_payment(act: &Act<'_>, order: Order) -> Result<Session, BookError> {
    let id = act.chance()?.uuid();
    let session = Session {
        url: act.address(&format!("/banked/pay/{id}")),
        id,
        amount: order.amount,
        currency: order.currency,
        created_at: date::v2(act.now),
        end_to_end_id: None,
        error_url: order.error_url,
        line_items: order.line_items,
        payee: order.payee,
        payer: order.payer,
        reference: order.reference,
        state: State::AwaitingPayer,
        sent_at: None,
        success_url: order.success_url,
        email_receipt: order.email_receipt,
        bank: None,
        account: None,
        failure: None,
    };
    act.keep(&session)?;
    course::begin(act, &session)?;
    Ok(session)
}

/// What is to go back.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// The session's id.
    pub(crate) session: String,
    /// Minor units.
    pub(crate) amount: i64,
    pub(crate) reference: String,
    pub(crate) success_url: String,
    pub(crate) error_url: String,
    pub(crate) payee: Option<Party>,
}

/// What became of a wish.
#[derive(Debug)]
pub(crate) enum Asked {
    /// The refund that is on its way, and was told of.
    Accepted(Box<Refund>),
    /// There is no such session.
    Unknown,
    /// The payment was not sent, or not yet.
    NotSent,
    /// More than is left of it, which is this.
    TooMuch(i64),
}

/// A refund, if that much can go back.
pub(crate) fn ask_refund(act: &Act<'_>, wish: Wish) -> Result<Asked, BookError> {
    let Some(session) = act.find::<Session>(&wish.session)? else { return Ok(Asked::Unknown) };
    if session.state != State::Sent {
        return Ok(Asked::NotSent);
    }
    let left = session.amount - refunded(act, &session.id)?;
    if wish.amount > left {
        return Ok(Asked::TooMuch(left));
    }
    let refund = accept(act, wish, &session)?;
    act.keep(&refund)?;
    notice::of_refund(act, &refund)?;
    course::refund(act, &refund)?;
    Ok(Asked::Accepted(Box::new(refund)))
}

fn accept(act: &Act<'_>, wish: Wish, session: &Session) -> Result<Refund, BookError> {
    Ok(Refund {
        id: act.chance()?.uuid(),
        payment_session_id: wish.session,
        amount: wish.amount,
        currency: session.currency.clone(),
        reference: wish.reference,
        success_url: wish.success_url,
        error_url: wish.error_url,
        payee: wish.payee,
        state: RefundState::AwaitingPayment,
        created: act.now.as_micros(),
        paid: session.amount,
        end_to_end_id: session.end_to_end_id.clone(),
    })
}
