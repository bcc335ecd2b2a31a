//! GoCardless's events, one line each: resource type and action, kind, what else it may be, and what it says of a payment.
//!
//! A payment is *submitted* to the banks, *confirmed* when it was collected, and *paid out* when the merchant has it. What is
//! settled later of a failure or a chargeback (`late_failure_settled`, `chargeback_settled`) is the provider's bookkeeping of
//! what was reported before, and nothing becomes true by it.

use crate::declared::words;

words! {
    "payments.created"                    PaymentInitiated  PaymentInitiated  Payment Initiated;
    "payments.customer_approval_granted"  PaymentPending    PaymentPending    Payment Pending;
    "payments.customer_approval_denied"   PaymentRefused    PaymentRefused    Payment Refused;
    "payments.submitted"                  PaymentPending    PaymentPending    Payment Pending;
    "payments.resubmission_requested"     PaymentPending    PaymentPending    Payment Pending;
    "payments.confirmed"                  PaymentSent       PaymentSent       Payment Sent;
    "payments.paid_out"                   PaymentSettled    PaymentSettled    Payment Settled;
    "payments.failed"                     PaymentFailed     PaymentRefused    Payment Failed;
    "payments.cancelled"                  PaymentCancelled  PaymentCancelled  Payment Cancelled;
    "payments.charged_back"               DisputeOpened     DisputeOpened     Dispute ChargedBack;
    "payments.chargeback_cancelled"       DisputeReversed   DisputeReversed   Dispute ChargebackReversed;
    "payments.late_failure_settled"       Other             Other;
    "payments.chargeback_settled"         Other             Other;
    "refunds.created"                     RefundRequested   RefundRequested   Refund Pending;
    "refunds.paid"                        RefundSucceeded   RefundSucceeded   Refund Succeeded;
    "refunds.failed"                      RefundFailed      RefundFailed      Refund Failed;
    "refunds.funds_returned"              RefundReversed    RefundReversed    Refund Undone;
    "refunds.refund_settled"              Other             Other;
    "mandates.created"                    MandateCreated    MandateCreated;
    "mandates.submitted"                  MandatePending    MandatePending;
    "mandates.resubmission_requested"     MandatePending    MandatePending;
    "mandates.active"                     MandateActive     MandateActive;
    "mandates.reinstated"                 MandateActive     MandateActive;
    "mandates.blocked"                    MandateSuspended  MandateSuspended;
    "mandates.cancelled"                  MandateCancelled  MandateCancelled;
    "mandates.failed"                     MandateFailed     MandateFailed;
    "mandates.expired"                    MandateExpired    MandateExpired;
    "payouts.paid"                        PayoutSent        PayoutSent;
}
