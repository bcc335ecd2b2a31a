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
    /// The provider's reference of the payment it happened to. An order may be paid in several, its legs; empty when
    /// the event does not name it.
    pub leg: String,
    /// The provider's reference of that part: of the capture, the refund, the dispute. Empty for the payment itself.
    pub part: String,
    /// What happened to it.
    pub effect: Effect,
    /// How much.
    pub amount: Option<Amount>,
    /// When it happened, by the provider's word.
    pub occurred_at: Option<Timestamp>,
    /// How far a dispute has come.
    pub stage: Option<Stage>,
    /// How a dispute stands, where the provider says more than its effect does. Unsigned at some providers, so it
    /// moves words and never money.
    pub standing: Option<Standing>,
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

impl Fact {
    /// A fact that says nothing else.
    #[must_use]
    pub fn of(subject: Subject, effect: Effect) -> Self {
        Self {
            subject,
            leg: String::new(),
            part: String::new(),
            effect,
            amount: None,
            occurred_at: None,
            stage: None,
            standing: None,
            due_at: None,
            reference: None,
            method: None,
            checks: Checks::default(),
            capture: None,
        }
    }

    /// What it is about, so that a later word on the same can be told from a word on something else: the subject with
    /// the part's reference, or the leg where the payment itself is meant. Adjustments replace one another, whichever
    /// request made them.
    #[must_use]
    pub fn concerns(&self) -> (Subject, &str) {
        let whole = matches!(self.subject, Subject::Payment | Subject::Adjustment) || self.part.is_empty();
        (self.subject, if whole { &self.leg } else { &self.part })
    }
}

/// Declares an enum whose numbers are kept by the store, and how it is read back from one.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$meaning])* $variant = $number,)* }

        impl $name {
            /// Every one, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The one with this number.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

numbered! {
    /// What of a payment a fact is about.
    Subject {
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
        /// A cancellation or a refund of everything, whichever what was captured makes of it.
        Reversal = 9,
    }
}

numbered! {
    /// What happened to a subject.
    Effect {
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
        /// All that was captured was given back.
        Returned = 12,
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
        /// The time to defend is over.
        DefenceEnded = 28,
        /// Fraud was reported, or a review decided.
        Flagged = 40,
    }
}

numbered! {
    /// Who captures an authorised payment.
    Capture {
        /// The account captures by itself: authorised is captured.
        Automatic = 1,
        /// The merchant captures: only a capture is.
        Manual = 2,
    }
}

numbered! {
    /// How far a dispute has come.
    Stage {
        /// The issuer asked for information.
        Information = 1,
        /// It was announced; no money moved yet.
        Notification = 2,
        /// Money was taken.
        Chargeback = 3,
        /// Money was taken again.
        SecondChargeback = 4,
        /// Merchant and issuer negotiate.
        PreArbitration = 5,
        /// The scheme decides.
        Arbitration = 6,
    }
}

impl Stage {
    /// The word users see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Notification => "notification",
            Self::Chargeback => "chargeback",
            Self::SecondChargeback => "second_chargeback",
            Self::PreArbitration => "pre_arbitration",
            Self::Arbitration => "arbitration",
        }
    }
}

numbered! {
    /// How a dispute stands by the provider's word.
    Standing {
        /// Nobody answered the request for information.
        Unresponded = 1,
        /// The request was answered.
        Responded = 2,
        /// It was not answered in time.
        Expired = 3,
        /// No defence was sent.
        Undefended = 4,
        /// The merchant accepted the loss.
        Accepted = 5,
        /// A defence waits for its outcome.
        Pending = 6,
        /// Decided against the merchant.
        Lost = 7,
        /// Decided for the merchant.
        Won = 8,
    }
}
