//! Checkout.com's event types, one line each: code, kind, what else it may be, and what it says of a payment.
//!
//! A dispute takes the disputed amount when evidence is asked for, and gives it back when it, or its arbitration, is won, or
//! when it is cancelled. An arbitration that is lost costs its fees, which are no money of the payment's. A payout is approved
//! and declined under the same names as a payment, and returned, too: by what names its accounts, `payment_returned` is the
//! payout that failed, else a captured payment (ACH) that the payer's bank took back.

use crate::declared::words;

words! {
    "payment_pending"                         PaymentPending       PaymentPending       Payment Pending;
    "payment_approved"                        PaymentAuthorised    PaymentAuthorised    Payment Succeeded;
    "payment_declined"                        PaymentRefused       PaymentRefused       Payment Refused;
    "payment_authentication_failed"           PaymentRefused       PaymentRefused       Payment Refused;
    "payment_canceled"                        PaymentCancelled     PaymentCancelled     Payment Cancelled;
    "payment_expired"                         PaymentAbandoned     PaymentAbandoned     Payment Abandoned;
    "payment_authorization_incremented"       PaymentAdjusted      PaymentAdjusted      Adjustment Succeeded;
    "payment_authorization_increment_declined" PaymentAdjustFailed PaymentAdjustFailed  Adjustment Refused;
    "payment_capture_pending"                 Other                Other                Capture Pending;
    "payment_captured"                        PaymentCaptured      PaymentCaptured      Capture Succeeded;
    "payment_capture_declined"                PaymentCaptureFailed PaymentCaptureFailed Capture Refused;
    "payment_voided"                          PaymentCancelled     PaymentCancelled     Cancel Succeeded;
    "payment_void_declined"                   PaymentCancelFailed  PaymentCancelFailed  Cancel Refused;
    "payment_refund_pending"                  RefundRequested      RefundRequested      Refund Pending;
    "payment_refunded"                        RefundSucceeded      RefundSucceeded      Refund Succeeded;
    "payment_refund_declined"                 RefundFailed         RefundFailed         Refund Refused;
    "payment_paid"                            PayoutSent           PayoutSent;
    "payment_returned"                        PaymentCaptureFailed PayoutFailed         Capture Undone;
    "dispute_received"                        DisputeOpened        DisputeOpened        Dispute Opened;
    "dispute_evidence_required"               DisputeEvidenceDue   DisputeEvidenceDue   Dispute ChargedBack;
    "dispute_evidence_submitted"              DisputeEvidenceDue   DisputeEvidenceDue   Dispute Defended;
    "dispute_evidence_acknowledged_by_scheme" DisputeEvidenceDue   DisputeEvidenceDue   Dispute Defended;
    "dispute_expired"                         DisputeLost          DisputeLost          Dispute DefenceEnded;
    "dispute_accepted"                        DisputeLost          DisputeLost          Dispute DefenceEnded;
    "dispute_lost"                            DisputeLost          DisputeLost          Dispute Lost;
    "dispute_won"                             DisputeWon           DisputeWon           Dispute ChargebackReversed;
    "dispute_canceled"                        DisputeWon           DisputeWon           Dispute ChargebackReversed;
    "dispute_arbitration_evidence_submitted"  DisputeEvidenceDue   DisputeEvidenceDue   Dispute Defended;
    "dispute_arbitration_sent_to_scheme"      DisputeEvidenceDue   DisputeEvidenceDue   Dispute Defended;
    "dispute_arbitration_lost"                DisputeLost          DisputeLost          Dispute Lost;
    "dispute_arbitration_won"                 DisputeWon           DisputeWon           Dispute ChargebackReversed;
    "dispute_resolved"                        Other                Other;
}
