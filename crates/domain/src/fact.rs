//! A fact: what one event says about a payment, reduced to what can be folded without knowing a provider.
//!
//! Providers make facts of their events; `payment` folds any number of them, in any order, to what is believed about
//! the payment. A fact never says what the payment's status is: it says what happened to which part of it.

use crate::event::Checks;
use crate::money::Amount;
use crate::time::Timestamp;

/// What one event says about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What of the payment it is about.
    pub subject: Subject,
    /// The provider's reference of that part: of the capture, the refund, the dispute. Empty for the payment itself.
    pub part: String,
    /// What happened to it.
    pub effect: Effect,
    /// How much.
    pub amount: Option<Amount>,
    /// When it happened, by the provider's word.
    pub occurred_at: Option<Timestamp>,
    /// Until when the merchant may defend a dispute.
    pub due_at: Option<Timestamp>,
    /// The merchant's own reference (order number).
    pub reference: Option<String>,
    /// How it is paid, in the provider's word: `visa`, `ideal`.
    pub method: Option<String>,
    /// Address and card-code checks.
    pub checks: Checks,
    /// Whether the account captures by itself, as configured when the event came; absent when not configured.
    pub capture: Option<Capture>,
}

/// What of a payment a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Subject {
    /// The payment itself: its authorisation, or its way along a ladder of states.
    Payment = 1,
    /// The authorised amount.
    Adjustment = 2,
    /// One capture.
    Capture = 3,
    /// One cancellation.
    Cancel = 4,
    /// One refund.
    Refund = 5,
    /// One dispute.
    Dispute = 6,
    /// The order of several payments this one belongs to.
    Order = 7,
    /// A review or a report of fraud.
    Risk = 8,
}

/// What happened to a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Effect {
    /// Begun and handed on; no word on how it will end.
    Initiated = 1,
    /// Accepted; its outcome waits.
    Pending = 2,
    /// Done: authorised, adjusted, captured, cancelled, refunded, an order paid.
    Succeeded = 3,
    /// Not done, and never was: refused. Nothing changes by it but what waited for it.
    Refused = 4,
    /// Had been done or accepted, and was undone by a scheme or bank: a capture or refund that failed later.
    Undone = 5,
    /// Left without an outcome: the shopper went away.
    Abandoned = 6,
    /// What was left ran out.
    Expired = 7,
    /// The money left the payer's account.
    Sent = 8,
    /// The money arrived.
    Settled = 9,
    /// It ended without success.
    Failed = 10,
    /// Ended by the merchant or the payer before money moved.
    Cancelled = 11,
    /// A dispute was opened or moved on; no money moved by it.
    Opened = 20,
    /// The issuer asks for information.
    InfoRequested = 21,
    /// The merchant's defence was sent.
    Defended = 22,
    /// Disputed money was taken.
    ChargedBack = 23,
    /// Disputed money came back; not final.
    ChargebackReversed = 24,
    /// Disputed money was taken again, for good.
    ChargedBackAgain = 25,
    /// The dispute ended in the merchant's favour.
    Won = 26,
    /// The dispute ended against the merchant.
    Lost = 27,
    /// Fraud was reported, or a review decided.
    Flagged = 40,
}

/// Who captures an authorised payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Capture {
    /// The account captures by itself: authorised is captured.
    Automatic = 1,
    /// The merchant captures: only a capture is.
    Manual = 2,
}
