//! What a bank, a scheme or Adyen itself can do to a payment.

use crate::adyen::checkout::bank::{self, Unfit};
use crate::book::{Act, BookError};
use crate::world::World;

/// One of them.
pub(super) struct Verb {
    /// Its word in an address.
    pub(super) word: &'static str,
    /// What the button says.
    pub(super) label: &'static str,
    /// The code that tells of it.
    pub(super) code: &'static str,
    what: fn(&Act<'_>, &str) -> Result<(), Unfit>,
}

/// All of them, in the order in which a payment may meet them.
const VERBS: [Verb; 13] = [
    verb("expire", "Let the authorisation expire", "EXPIRE", bank::expire),
    verb("capture-failed", "Fail the capture", "CAPTURE_FAILED", |act, psp| bank::capture_failed(act, psp, None)),
    verb("refund-failed", "Fail the refund", "REFUND_FAILED", |act, psp| bank::refund_failed(act, psp, None)),
    verb("refund-reversed", "Send the refund back", "REFUNDED_REVERSED", |act, psp| {
        bank::refund_reversed(act, psp, None)
    }),
    verb("fraud", "Report fraud", "NOTIFICATION_OF_FRAUD", |act, psp| bank::fraud_notified(act, psp).map(drop)),
    verb("question", "Ask for information", "REQUEST_FOR_INFORMATION", |act, psp| {
        bank::request_for_information(act, psp).map(drop)
    }),
    verb("dispute", "Open a dispute", "NOTIFICATION_OF_CHARGEBACK", |act, psp| {
        bank::chargeback_opened(act, psp).map(drop)
    }),
    verb("chargeback", "Take the money", "CHARGEBACK", |act, psp| bank::chargeback(act, psp).map(drop)),
    verb("defended", "Defend", "INFORMATION_SUPPLIED", |act, psp| bank::defended(act, psp).map(drop)),
    verb("reversed", "Give the money back", "CHARGEBACK_REVERSED", |act, psp| {
        bank::chargeback_reversed(act, psp).map(drop)
    }),
    verb("won", "Let the defence stand", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED", |act, psp| {
        bank::dispute_won(act, psp).map(drop)
    }),
    verb("second", "Take the money again", "SECOND_CHARGEBACK", |act, psp| bank::second_chargeback(act, psp).map(drop)),
    verb("undefended", "End the time to defend", "DISPUTE_DEFENSE_PERIOD_ENDED", |act, psp| {
        bank::defence_period_ended(act, psp).map(drop)
    }),
];

const fn verb(
    word: &'static str,
    label: &'static str,
    code: &'static str,
    what: fn(&Act<'_>, &str) -> Result<(), Unfit>,
) -> Verb {
    Verb { word, label, code, what }
}

impl Verb {
    /// The one of this word.
    pub(super) fn of(word: &str) -> Option<&'static Self> {
        VERBS.iter().find(|verb| verb.word == word)
    }

    /// Those that this payment's state lets happen now. Each is tried, and undone: nobody knows it better than the payment.
    pub(super) fn possible(world: &World, psp_reference: &str) -> Vec<&'static Self> {
        VERBS.iter().filter(|verb| verb.is_possible(world, psp_reference)).collect()
    }

    /// Lets it happen.
    pub(super) fn happen(&self, act: &Act<'_>, psp_reference: &str) -> Result<(), Unfit> {
        (self.what)(act, psp_reference)
    }

    fn is_possible(&self, world: &World, psp_reference: &str) -> bool {
        let tried = world.book.act(world.time.now(), world, |act| {
            // An act that fails is as if it had never begun.
            let went = self.happen(act, psp_reference);
            Err::<(), _>(if went.is_ok() { Tried::Well } else { Tried::Badly })
        });
        matches!(tried, Err(Tried::Well))
    }
}

/// How it went, undone in any case.
enum Tried {
    Well,
    Badly,
}

impl From<BookError> for Tried {
    fn from(_: BookError) -> Self {
        Self::Badly
    }
}
