//! v2: the payment session with the event's name beside its fields.

use serde::Serialize;

use super::tell::tell;
use crate::banked::session::{LineItem, Party, Session, State};
use crate::book::{Act, BookError};

/// A payment session as Banked shows it: the fields and their order are those of its published samples.
#[derive(Debug, Serialize)]
pub(crate) struct View<'s> {
    amount: i64,
    created_at: &'s str,
    currency: &'s str,
    end_to_end_id: Option<&'s str>,
    error_url: &'s str,
    id: &'s str,
    line_items: &'s [LineItem],
    live: bool,
    payee: &'s Party,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<&'s Party>,
    reference: &'s str,
    state: State,
    /// Outside: whether it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<Option<&'s str>>,
    success_url: &'s str,
    url: &'s str,
    email_receipt: bool,
}

impl<'s> View<'s> {
    /// As the API answers it.
    pub(crate) fn of(session: &'s Session) -> Self {
        Self {
            amount: session.amount,
            created_at: &session.created_at,
            currency: &session.currency,
            end_to_end_id: session.end_to_end_id.as_deref(),
            error_url: &session.error_url,
            id: &session.id,
            line_items: &session.line_items,
            live: false,
            payee: &session.payee,
            payer: session.payer.as_ref(),
            reference: &session.reference,
            state: session.state,
            sent_at: Some(session.sent_at.as_deref()),
            success_url: &session.success_url,
            url: &session.url,
            email_receipt: session.email_receipt,
        }
    }
}

#[derive(Serialize)]
struct Body<'s> {
    #[serde(flatten)]
    session: View<'s>,
    webhook_event: &'static str,
    webhook_type: &'static str,
}

/// Tells where the session stands, if that is something Banked tells.
pub(crate) fn of_session(act: &Act<'_>, session: &Session) -> Result<(), BookError> {
    let Some(webhook_event) = event(session.state) else { return Ok(()) };
    let mut view = View::of(session);
    // The published samples show it when the payment is initiated, and in no other event.
    if session.state != State::Initiated {
        view.sent_at = None;
    }
    let body = Body { session: view, webhook_event, webhook_type: "payment_session" };
    tell(act, webhook_event, &session.reference, serde_json::to_string(&body)?)
}

/// The event by which Banked tells of a state; it tells nothing of the payer's steps.
fn event(state: State) -> Option<&'static str> {
    match state {
        State::AwaitingPayer | State::AwaitingProvider | State::AwaitingPaymentConsent => None,
        State::Initiated => Some("payment_initiated"),
        State::Pending => Some("payment_pending"),
        State::Sent => Some("payment_sent"),
        State::Failed => Some("payment_failed"),
    }
}
