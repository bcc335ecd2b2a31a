//! What a shopper, a merchant, a bank or Adyen itself does in a scene. Shares are in hundredths of what is to be paid.

/// What happens.
#[derive(Clone, Copy, Debug)]
pub(in crate::story) enum Verb {
    /// The shopper pays.
    Pay(Manner),
    /// The shopper proves to be the card's holder, or does not, and comes back.
    Prove(bool),
    /// The method that said no says yes after all.
    Reconsider,
    /// The merchant captures this much.
    Capture(i64),
    /// The merchant refunds this much.
    Refund(i64),
    /// The merchant wants the money back with the shopper, whichever way that goes.
    Reverse,
    /// The merchant changes what is authorised to this much.
    Adjust(i64),
    CaptureFailed,
    RefundReversed,
    DisputeOpened,
    ChargedBack,
    Defended,
    ChargebackReversed,
    DisputeWon,
    SecondChargeback,
    Report,
    TokenUpdated,
    TokenDisabled,
}

/// How a shopper pays.
#[derive(Clone, Copy, Debug)]
pub(in crate::story) struct Manner {
    pub(super) card: Card,
    /// The number of the acquirer's answer; nothing is yes.
    pub(super) answer: Option<u8>,
    pub(super) capture: Capture,
    /// Whether the card is to be stored.
    pub(super) store: bool,
}

/// Which card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Card {
    /// The one that comes first in this telling.
    First,
    Second,
    /// One whose holder has to prove it.
    Secure,
}

/// Who captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capture {
    /// Adyen, with the authorisation.
    AtOnce,
    /// The merchant.
    ByHand,
    /// The merchant, in several parts.
    InParts,
}

impl Manner {
    /// By a card that pays, for a merchant who captures by hand.
    pub(super) const PLAIN: Self = Self { card: Card::First, answer: None, capture: Capture::ByHand, store: false };

    pub(super) const fn with(self, card: Card) -> Self {
        Self { card, ..self }
    }

    pub(super) const fn answered(self, answer: u8) -> Self {
        Self { answer: Some(answer), ..self }
    }

    pub(super) const fn captured(self, capture: Capture) -> Self {
        Self { capture, ..self }
    }

    pub(super) const fn stored(self) -> Self {
        Self { store: true, ..self }
    }
}
