//! Banked's event names, one line each.
//!
//! *Initiated*: the payer's bank took the request. *Pending*: consented to, no word yet that money left. *Sent*: it
//! left the payer's account, which is not settlement. A batch is one payment to many: what each payee got stands in
//! `original`. v3 names a mandate's event by its bare status; older payloads name no event at all.

use payhook_domain::kind::Kind::{self, *};

use crate::CodeRow;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A payment session or payin.
    Payment,
    /// A payment session to many payees.
    Batch,
    /// A refund of a payment.
    Refund,
    /// A payout.
    Payout,
    /// A mandate.
    Mandate,
}

/// Declares the table once.
macro_rules! codes {
    ($($code:literal $subject:ident $kind:ident)*) => {
        /// Every known event name.
        pub(super) const ALL: &[CodeRow] = &[$(CodeRow { code: $code, kind: $kind, kind_failed: $kind },)*];

        /// What an event name says, for the known ones.
        pub(super) fn row(code: &str) -> Option<(Subject, Kind)> {
            match code { $($code => Some((Subject::$subject, $kind)),)* _ => None }
        }
    };
}

codes! {
    "payment_initiated"        Payment PaymentInitiated
    "payment_pending"          Payment PaymentPending
    "payment_sent"             Payment PaymentSent
    "payment_failed"           Payment PaymentFailed
    "payment_canceled"         Payment PaymentCancelled
    "batch_payment_initiated"  Batch   PaymentInitiated
    "batch_payment_pending"    Batch   PaymentPending
    "batch_payment_sent"       Batch   PaymentSent
    "batch_payment_failed"     Batch   PaymentFailed
    "batch_payment_canceled"   Batch   PaymentCancelled
    "refund_pending"           Refund  RefundRequested
    "refund_sent"              Refund  RefundSucceeded
    "refund_failed"            Refund  RefundFailed
    "refund_canceled"          Refund  RefundFailed
    "payout_pending"           Payout  PayoutPending
    "payout_sent"              Payout  PayoutSent
    "payout_failed"            Payout  PayoutFailed
    "payout_canceled"          Payout  PayoutCancelled
    "mandate_created"          Mandate MandateCreated
    "mandate_pending"          Mandate MandatePending
    "mandate_active"           Mandate MandateActive
    "mandate_declined"         Mandate MandateDeclined
    "mandate_suspended"        Mandate MandateSuspended
    "mandate_cancelled"        Mandate MandateCancelled
    "mandate_expired"          Mandate MandateExpired
    "mandate_failed"           Mandate MandateFailed
    // v3, by bare status
    "created"                  Mandate MandateCreated
    "pending"                  Mandate MandatePending
    "active"                   Mandate MandateActive
    "declined"                 Mandate MandateDeclined
    "suspended"                Mandate MandateSuspended
    "cancelled"                Mandate MandateCancelled
    "expired"                  Mandate MandateExpired
    "failed"                   Mandate MandateFailed
}

/// An event name in the spelling of the table: Banked writes `canceled` for payments and `cancelled` for mandates, and
/// either may be meant by the other.
pub(super) fn known(code: &str) -> Option<(Subject, Kind)> {
    row(code)
        .or_else(|| row(&code.replace("canceled", "cancelled")))
        .or_else(|| row(&code.replace("cancelled", "canceled")))
}

/// The event a payload of before 2021 stands for, which names a state and no event. Its other states are steps of the
/// payer, of which no webhook was ever sent.
pub(super) fn of_state(state: &str) -> Option<&'static str> {
    match state {
        "initiated" => Some("payment_initiated"),
        "pending" => Some("payment_pending"),
        "sent" => Some("payment_sent"),
        "failed" => Some("payment_failed"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_cancelled_are_known() {
        for (code, kind) in [
            ("payment_canceled", PaymentCancelled),
            ("payment_cancelled", PaymentCancelled),
            ("payout_cancelled", PayoutCancelled),
            ("mandate_canceled", MandateCancelled),
            ("canceled", MandateCancelled),
        ] {
            assert_eq!(known(code).map(|(_, kind)| kind), Some(kind), "{code}");
        }
        assert_eq!(known("something_new"), None);
    }
}
