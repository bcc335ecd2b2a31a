//! The words of a payment: its statuses, the states of its parts, orders and disputes, and its flags.

/// Declares a closed list of words whose numbers never change.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $variant:ident $number:literal $word:literal $meaning:literal)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$attribute])* #[doc = $meaning] $variant = $number,)* }

        impl $name {
            /// Every one, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word users see.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it means, in one line.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// The one with this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }

            /// The one with this number.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! {
    /// Where a payment stands; partial amounts are read from the totals. The numbers are the store's.
    #[derive(Default)]
    Status {
        #[default]
        Initiated 1 "initiated" "It was begun, or nothing is known of how it goes."
        Pending 2 "pending" "It was accepted; its outcome waits."
        Authorised 3 "authorised" "It was authorised, and nothing of it is captured."
        Refused 4 "refused" "It was refused, and nothing was authorised."
        Abandoned 5 "abandoned" "The shopper never finished, and nothing was authorised."
        Expired 6 "expired" "Its authorisation ran out uncaptured."
        Cancelled 7 "cancelled" "It was cancelled uncaptured."
        Captured 8 "captured" "Something of it is captured."
        Sent 9 "sent" "The money left the payer's account."
        Settled 10 "settled" "The money arrived."
        Failed 11 "failed" "It failed, and no money moved."
        Refunded 12 "refunded" "All that was captured was given back."
    }
}

words! {
    /// Where a capture, a refund or a cancel stands.
    PartState {
        Pending 1 "pending" "Accepted; it waits."
        Done 2 "done" "Done."
        Refused 3 "refused" "Not done."
        Failed 4 "failed" "Had been done, and was undone by the scheme or bank."
        Dropped 5 "dropped" "Was pending, and was withdrawn."
    }
}

words! {
    /// Where an order of several payments stands.
    OrderState {
        Opened 1 "opened" "It waits for its payments."
        Closed 2 "closed" "It is fully paid."
        Failed 3 "failed" "It was not paid in time; its payments are reversed."
    }
}

words! {
    /// Where a dispute stands.
    DisputeStatus {
        Opened 1 "opened" "It was announced or moved on; no decision yet."
        InfoRequested 2 "info_requested" "The issuer asks for information."
        Defended 3 "defended" "A defence was sent and waits."
        ChargedBack 4 "charged_back" "The money was taken."
        Reversed 5 "reversed" "The money came back; not final."
        Accepted 6 "accepted" "The merchant accepted the loss."
        Expired 7 "expired" "It was not defended in time."
        Won 8 "won" "It ended in the merchant's favour."
        Lost 9 "lost" "It ended against the merchant."
    }
}

words! {
    /// What does not add up in a payment, or asks for a person's eye.
    Flag {
        OverCaptured 1 "over_captured" "More is captured than was authorised."
        OverRefunded 2 "over_refunded" "More is refunded than was captured."
        OverDisputed 3 "over_disputed" "More is disputed than was authorised."
        AuthorisationUnknown 4 "authorisation_unknown" "Money moved, and no authorisation is known yet."
        CaptureUnknown 5 "capture_unknown" "Money was given back, and no capture is known: is `capture` configured?"
        UnpairedCaptureFailed 6 "unpaired_capture_failed" "A capture failed that is not known, or for more than it was."
        UnpairedRefundFailed 7 "unpaired_refund_failed" "A refund failed that is not known, or for more than it was."
        UnpairedRefundDropped 8 "unpaired_refund_dropped" "A pending refund was withdrawn that is not known."
        UnpairedChargebackReversed 9 "unpaired_chargeback_reversed" "A chargeback was reversed that is not known, or for more than it was."
        ContradictedCapture 10 "contradicted_capture" "One capture was reported both done and not done."
        ContradictedRefund 11 "contradicted_refund" "One refund was reported both done and not done."
        ContradictedPayment 12 "contradicted_payment" "The payment was reported both sent and failed."
        ExpiredThoughCaptured 13 "expired_though_captured" "It expired though the account captures by itself."
        OrderNotReversed 14 "order_not_reversed" "Its order failed, but the order's reference is another: nothing was reversed here."
        NegativeAmount 15 "negative_amount" "An amount below zero was not counted."
        FraudReported 16 "fraud_reported" "The issuer reported fraud."
        ReviewRejected 17 "review_rejected" "A reviewer rejected it."
        TooManyFacts 18 "too_many_facts" "More events than can be folded; the last ones are not counted."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_and_flags_read_back_by_word_and_by_number() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(*status));
            assert_eq!(Status::from_number(*status as u8), Some(*status));
        }
        assert_eq!((Status::from_number(0), Status::parse("paid")), (None, None));
        for flag in Flag::ALL {
            assert_eq!(Flag::parse(flag.as_str()), Some(*flag));
        }
    }
}
