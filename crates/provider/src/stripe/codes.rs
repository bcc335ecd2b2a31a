//! Stripe's event types, one line each: code, kind, what else it may be, and what it says of a payment.
//!
//! A `payment_intent` is the payment; a `charge` is one try of it, and a `checkout.session` the page it was made on, so
//! several events say the same of one payment. Invoices, subscriptions, customers and the like are not here: what money they
//! move, a payment's own events report.

use crate::declared::words;

words! {
    "payment_intent.created"                     PaymentInitiated   PaymentInitiated     Payment Initiated;
    "payment_intent.requires_action"             PaymentInitiated   PaymentInitiated     Payment Initiated;
    "payment_intent.processing"                  PaymentPending     PaymentPending       Payment Pending;
    "payment_intent.amount_capturable_updated"   PaymentAuthorised  PaymentAuthorised    Payment Succeeded;
    "payment_intent.succeeded"                   PaymentCaptured    PaymentCaptured      Payment Succeeded;
    "payment_intent.payment_failed"              PaymentRefused     PaymentRefused       Payment Refused;
    "payment_intent.canceled"                    PaymentCancelled   PaymentCancelled     Payment Cancelled;
    "charge.pending"                             PaymentPending     PaymentPending       Payment Pending;
    "charge.succeeded"                           PaymentCaptured    PaymentAuthorised    Payment Succeeded;
    "charge.captured"                            PaymentCaptured    PaymentCaptured      Capture Succeeded;
    "charge.failed"                              PaymentRefused     PaymentRefused       Payment Refused;
    "charge.expired"                             PaymentExpired     PaymentExpired       Payment Expired;
    "charge.refunded"                            RefundSucceeded    PaymentCancelled;
    "refund.created"                             RefundSucceeded    RefundRequested      Refund Pending;
    "refund.updated"                             RefundSucceeded    RefundFailed         Refund Pending;
    "refund.failed"                              RefundFailed       RefundFailed         Refund Failed;
    "charge.refund.updated"                      RefundSucceeded    RefundFailed         Refund Pending;
    "charge.dispute.created"                     DisputeOpened      DisputeInfoRequested Dispute Opened;
    "charge.dispute.updated"                     DisputeEvidenceDue DisputeEvidenceDue   Dispute Opened;
    "charge.dispute.funds_withdrawn"             DisputeOpened      DisputeOpened        Dispute ChargedBack;
    "charge.dispute.funds_reinstated"            DisputeReversed    DisputeReversed      Dispute ChargebackReversed;
    "charge.dispute.closed"                      DisputeWon         DisputeLost          Dispute Opened;
    "radar.early_fraud_warning.created"          FraudAlerted       FraudAlerted         Risk Flagged;
    "review.closed"                              FraudAlerted       FraudAlerted;
    "checkout.session.completed"                 PaymentCaptured    PaymentPending       Payment Pending;
    "checkout.session.async_payment_succeeded"   PaymentCaptured    PaymentCaptured      Payment Succeeded;
    "checkout.session.async_payment_failed"      PaymentFailed      PaymentFailed        Payment Failed;
    "checkout.session.expired"                   PaymentAbandoned   PaymentAbandoned     Payment Abandoned;
    "payout.created"                             PayoutPending      PayoutPending;
    "payout.paid"                                PayoutSent         PayoutSent;
    "payout.failed"                              PayoutFailed       PayoutFailed;
    "payout.canceled"                            PayoutCancelled    PayoutCancelled;
    "mandate.updated"                            MandateActive      MandateCancelled;
    "payment_method.attached"                    TokenCreated       TokenCreated;
    "payment_method.updated"                     TokenUpdated       TokenUpdated;
    "payment_method.automatically_updated"       TokenUpdated       TokenUpdated;
    "payment_method.detached"                    TokenDisabled      TokenDisabled;
    "reporting.report_run.succeeded"             ReportAvailable    ReportAvailable;
}
