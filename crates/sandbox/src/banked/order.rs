//! What a merchant asks to be paid, and the session it becomes.

use super::session::{LineItem, Party, Session, State};
use super::{course, date};
use crate::book::{Act, BookError};

/// An order.
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

impl Order {
    /// The session that waits for its payer, kept.
    pub(crate) fn place(self, act: &Act<'_>) -> Result<Session, BookError> {
        let session = self.into_session(act)?;
        act.keep(&session)?;
        course::begin(act, &session)?;
        Ok(session)
    }

    fn into_session(self, act: &Act<'_>) -> Result<Session, BookError> {
        let id = act.chance()?.uuid();
        Ok(Session {
            url: act.address(&format!("/banked/pay/{id}")),
            id,
            amount: self.amount,
            currency: self.currency,
            created_at: date::v2(act.now),
            end_to_end_id: None,
            error_url: self.error_url,
            line_items: self.line_items,
            payee: self.payee,
            payer: self.payer,
            reference: self.reference,
            state: State::AwaitingPayer,
            sent_at: None,
            success_url: self.success_url,
            email_receipt: self.email_receipt,
            bank: None,
            account: None,
            failure: None,
        })
    }
}
