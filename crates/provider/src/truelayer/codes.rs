//! TrueLayer's event types, one line each.
//!
//! *Authorized*: the payer consented, and the bank has not said yet that it will pay. *Executed*: the bank took the
//! order, which is not settlement. *Settled*: the money is in a merchant account.

use payhook_domain::kind::Kind::{self, *};

use crate::CodeRow;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Payment,
    Refund,
    Payout,
    Mandate,
}

/// Declares the table once.
macro_rules! codes {
    ($($code:literal $subject:ident $kind:ident)*) => {
        /// Every known event type.
        pub(super) const ALL: &[CodeRow] = &[$(CodeRow { code: $code, kind: $kind, kind_failed: $kind },)*];

        /// What an event type says, for the known ones.
        pub(super) fn row(code: &str) -> Option<(Subject, Kind)> {
            match code { $($code => Some((Subject::$subject, $kind)),)* _ => None }
        }
    };
}

codes! {
    "payment_authorized"  Payment PaymentPending
    "payment_executed"    Payment PaymentSent
    "payment_settled"     Payment PaymentSettled
    "payment_failed"      Payment PaymentFailed
    "refund_executed"     Refund  RefundSucceeded
    "refund_failed"       Refund  RefundFailed
    "payout_executed"     Payout  PayoutSent
    "payout_failed"       Payout  PayoutFailed
    "mandate_authorized"  Mandate MandateActive
    "mandate_failed"      Mandate MandateFailed
    "mandate_revoked"     Mandate MandateCancelled
}
