//! Kinds: the neutral words for what became true.
//!
//! A closed list plus [`Kind::Other`]. Adding one is a minor change; renaming one never happens, since merchants write
//! them into their routes and handlers. A kind states what *became true*: a failed cancel is `payment.cancel_failed`.

/// Declares the list once: variant, word, and one line of meaning.
macro_rules! kinds {
    ($($variant:ident $word:literal $doc:literal)*) => {
        /// What became true, in neutral words that begin with their noun.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $(#[doc = $doc] $variant,)* }

        impl Kind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)*];

            /// The word merchants see: `payment.captured`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$variant => $word,)* }
            }

            /// What it means, in one line.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Kind::$variant => $doc,)* }
            }

            /// The kind with this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Kind::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    PaymentInitiated "payment.initiated" "The payment was started and handed to the shopper's bank."
    PaymentPending "payment.pending" "The payment was consented to; its outcome is not known yet."
    PaymentAuthorised "payment.authorised" "The amount was authorised."
    PaymentRefused "payment.refused" "The payment attempt was refused."
    PaymentAbandoned "payment.abandoned" "The shopper never finished; the offer was closed."
    PaymentExpired "payment.expired" "What was left of the authorisation expired."
    PaymentCaptured "payment.captured" "An amount was captured."
    PaymentCaptureFailed "payment.capture_failed" "A capture was refused, or failed after it had been accepted."
    PaymentCancelled "payment.cancelled" "The authorisation was cancelled."
    PaymentCancelFailed "payment.cancel_failed" "A cancel did not work; the payment is unchanged."
    PaymentAdjusted "payment.adjusted" "The authorised amount was changed."
    PaymentAdjustFailed "payment.adjust_failed" "A change of the authorised amount did not work."
    PaymentSent "payment.sent" "The money left the payer's account; it is not settled yet."
    PaymentSettled "payment.settled" "The money arrived."
    PaymentFailed "payment.failed" "The payment failed and will not continue."
    RefundRequested "refund.requested" "A refund was accepted and waits."
    RefundSucceeded "refund.succeeded" "A refund was sent to the shopper."
    RefundFailed "refund.failed" "A refund did not work, or bounced."
    RefundReversed "refund.reversed" "A refunded amount came back."
    DisputeOpened "dispute.opened" "A dispute or chargeback was opened."
    DisputeInfoRequested "dispute.info_requested" "The issuer asks for information."
    DisputeEvidenceDue "dispute.evidence_due" "A dispute moved on; evidence may be due."
    DisputeWon "dispute.won" "The dispute ended in the merchant's favour."
    DisputeLost "dispute.lost" "The dispute ended against the merchant."
    DisputeReversed "dispute.reversed" "Disputed money came back; not final yet."
    OrderOpened "order.opened" "An order paid in several payments was opened."
    OrderClosed "order.closed" "An order was fully paid."
    OrderFailed "order.failed" "An order was not paid in time; its payments are reversed."
    PayoutPending "payout.pending" "A payout was accepted and waits."
    PayoutSent "payout.sent" "A payout was sent."
    PayoutFailed "payout.failed" "A payout did not work, or was reversed."
    PayoutCancelled "payout.cancelled" "A payout was cancelled."
    MandateCreated "mandate.created" "A mandate was created."
    MandatePending "mandate.pending" "A mandate waits for the payer's bank."
    MandateActive "mandate.active" "A mandate can be used."
    MandateDeclined "mandate.declined" "A mandate was declined."
    MandateSuspended "mandate.suspended" "A mandate was suspended."
    MandateCancelled "mandate.cancelled" "A mandate was cancelled."
    MandateExpired "mandate.expired" "A mandate expired."
    MandateFailed "mandate.failed" "A mandate could not be set up."
    TokenCreated "token.created" "Payment details were stored as a token."
    TokenUpdated "token.updated" "A stored token changed, or was stored again."
    TokenDisabled "token.disabled" "A stored token can no longer be used."
    ReportAvailable "report.available" "A report can be downloaded."
    FraudAlerted "fraud.alerted" "The issuer reported fraud, or a risk review decided."
    AlertSourceBlocked "alert.source_blocked" "payhook: the same notification was refused again and again; the provider may hold back all behind it."
    AlertSetAside "alert.set_aside" "payhook: something authentic was set aside, since it is not for its source."
    AlertConflict "alert.conflict" "payhook: an event came again with another amount, currency or merchant reference."
    AlertOriginalWithheld "alert.original_withheld" "payhook: a mixed notification was not sent as the provider wrote it."
    AlertBreakerOpen "alert.breaker_open" "payhook: a destination fails and is left alone for a while."
    AlertDeadLetters "alert.dead_letters" "payhook: deliveries to a destination ended without being taken."
    AlertDisk "alert.disk" "payhook: the store's disk runs out of room."
    AlertReloadRefused "alert.reload_refused" "payhook: a changed configuration was refused; the one before it runs on."
    AlertClock "alert.clock" "payhook: the clock is more than a day beyond what was last received; nothing is removed until a person says so."
    AlertBackup "alert.backup" "payhook: a backup that was due could not be made."
    AlertCertificate "alert.certificate" "payhook: the certificate that providers are shown ends soon, is not valid, or was renewed in vain."
    Other "other" "Authentic, but nothing a neutral word exists for; read `code`."
}

impl Kind {
    /// Whether it is the good news that overtakes held bad news of the same order.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::PaymentAuthorised | Self::PaymentCaptured | Self::PaymentSent)
    }

    /// Whether it is bad news that better news of the same order may overtake, so that a route may hold it. Nothing that
    /// says money moved is ever held.
    #[must_use]
    pub fn can_be_held(self) -> bool {
        matches!(self, Self::PaymentRefused | Self::PaymentFailed | Self::PaymentAbandoned)
    }

    /// Whether a changed repeat of this kind is delivered again, as a revision: disputes only.
    #[must_use]
    pub fn redelivers_revisions(self) -> bool {
        self.as_str().starts_with("dispute.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_begins_with_its_noun() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
            assert!(*kind == Kind::Other || kind.as_str().contains('.'), "{kind:?}");
        }
    }
}
