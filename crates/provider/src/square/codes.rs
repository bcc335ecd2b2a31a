//! Square's event types, one line each: code, kind, what else it may be, and what it says of a payment.
//!
//! Most say *created* or *updated*, and the object's status what became true.

use crate::declared::words;

words! {
    "payment.created"        PaymentAuthorised  PaymentPending       Payment Pending;
    "payment.updated"        PaymentCaptured    PaymentFailed        Payment Pending;
    "refund.created"         RefundRequested    RefundSucceeded      Refund Pending;
    "refund.updated"         RefundSucceeded    RefundFailed         Refund Pending;
    "dispute.created"        DisputeOpened      DisputeInfoRequested Dispute Opened;
    "dispute.state.updated"  DisputeWon         DisputeLost          Dispute Opened;
    "dispute.state.changed"  DisputeWon         DisputeLost          Dispute Opened;
    "payout.sent"            PayoutSent         PayoutSent;
    "payout.paid"            PayoutSent         PayoutSent;
    "payout.failed"          PayoutFailed       PayoutFailed;
    "card.created"           TokenCreated       TokenCreated;
    "card.updated"           TokenUpdated       TokenUpdated;
    "card.automatically_updated" TokenUpdated   TokenUpdated;
    "card.disabled"          TokenDisabled      TokenDisabled;
}
