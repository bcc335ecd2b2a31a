//! What a declared provider's own words mean.
//!
//! A scheme says where a signature stands and what an event is told by; it cannot say that `payment_intent.succeeded` is
//! money. A provider whose words are known has a folder beside this one, and a line in the catalogue.

use payhook_domain::event::Event;
use payhook_domain::fact::{Effect, Fact, Subject};
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;
use serde_json::Value;

use crate::sample::Sample;
use crate::{Accounts, CodeRow};

/// One provider's words.
pub(crate) struct Sense {
    /// Adds what a body says beyond what the scheme points at: kind, amount, references, and the fact for the payment. The
    /// code, the identity and the digests are the scheme's.
    pub(crate) fill: fn(body: &[u8], event: &mut Event),
    /// Whether `fill` finds an account.
    pub(crate) accounts: Accounts,
    /// Every event code it knows.
    pub(crate) codes: &'static [CodeRow],
    /// What can be composed by name.
    pub(crate) samples: &'static [Sample],
    /// Composes the event of a code: what it says mostly, or, without `success`, what else it may say.
    pub(crate) compose: fn(code: &str, success: bool, seed: u64, at: Timestamp) -> Value,
}

/// What a code says when nothing else is known of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// What becomes true.
    pub(crate) kind: Kind,
    /// What happened to which part of the payment; nothing when it says nothing of one.
    pub(crate) says: Option<(Subject, Effect)>,
}

/// Declares a provider's words once, each on a line that ends in a semicolon: code, kind, what else it may be, subject and
/// effect where it says something of a payment.
macro_rules! words {
    ($($code:literal $kind:ident $other:ident $($subject:ident $effect:ident)?;)*) => {
        /// Every known event code.
        pub(super) const CODES: &[$crate::CodeRow] = &[$($crate::CodeRow {
            code: $code,
            kind: payhook_domain::kind::Kind::$kind,
            kind_failed: payhook_domain::kind::Kind::$other,
        },)*];

        /// What a code says, for the known ones.
        pub(super) fn word(code: &str) -> Option<$crate::declared::Word> {
            use payhook_domain::fact::{Effect, Subject};
            let (kind, says) = match code {
                $($code => (
                    payhook_domain::kind::Kind::$kind,
                    None::<(Subject, Effect)>$(.or(Some((Subject::$subject, Effect::$effect))))?,
                ),)*
                _ => return None,
            };
            Some($crate::declared::Word { kind, says })
        }
    };
}

pub(crate) use words;

/// A fact with what the event says already: amount, date, reference, and the payment it is about.
pub(crate) fn fact(event: &Event, subject: Subject, effect: Effect) -> Fact {
    Fact {
        leg: event.payment.clone().unwrap_or_default(),
        amount: event.amount,
        occurred_at: event.occurred_at.as_ref().and_then(|at| at.instant),
        reference: event.reference.clone(),
        ..Fact::of(subject, effect)
    }
}

/// The further names of an event's payment: those that are there, each once, and not the payment's own.
pub(crate) fn aliases<const N: usize>(payment: Option<&str>, names: [Option<String>; N]) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for name in names.into_iter().flatten() {
        if Some(name.as_str()) != payment && !aliases.contains(&name) {
            aliases.push(name);
        }
    }
    aliases
}
