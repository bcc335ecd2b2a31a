//! Mollie's event types, one line each: code, kind, what else it may be, and what it says of a payment.
//!
//! What a payment link was paid with is a payment of its own, which the link's event does not name.

use crate::declared::words;

words! {
    "payment.pending"      PaymentPending       PaymentPending       Payment Pending;
    "payment.authorized"   PaymentAuthorised    PaymentAuthorised    Payment Succeeded;
    "payment.paid"         PaymentCaptured      PaymentCaptured      Payment Succeeded;
    "payment.failed"       PaymentFailed        PaymentFailed        Payment Failed;
    "payment.canceled"     PaymentCancelled     PaymentCancelled     Payment Cancelled;
    "payment.expired"      PaymentAbandoned     PaymentAbandoned     Payment Abandoned;
    "capture.succeeded"    PaymentCaptured      PaymentCaptured      Capture Succeeded;
    "capture.failed"       PaymentCaptureFailed PaymentCaptureFailed Capture Failed;
    "refund.queued"        RefundRequested      RefundRequested      Refund Pending;
    "refund.pending"       RefundRequested      RefundRequested      Refund Pending;
    "refund.processing"    RefundRequested      RefundRequested      Refund Pending;
    "refund.refunded"      RefundSucceeded      RefundSucceeded      Refund Succeeded;
    "refund.failed"        RefundFailed         RefundFailed         Refund Failed;
    "refund.canceled"      RefundFailed         RefundFailed         Refund Cancelled;
    "chargeback.received"  DisputeOpened        DisputeOpened        Dispute ChargedBack;
    "chargeback.reversed"  DisputeReversed      DisputeReversed      Dispute ChargebackReversed;
    "payment-link.paid"    PaymentCaptured      PaymentCaptured;
}
