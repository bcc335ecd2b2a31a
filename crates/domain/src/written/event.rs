//! What an event says, as bytes: all but its digests, its kind and what it is found by, which the store searches and so
//! keeps apart.
//!
//! ```text
//! version                                                   one byte
//! present                                                   two bytes, a bit for each optional field and its truth, and for what is not signed
//! occurred_at  instant  account  amount  avs  cvc           those that are present, in this order
//! original                                                  where it begins and its length; or a text
//! aliases                                                   their number, each: length, bytes
//! fact                                                      to the end, when present
//! ```

use super::pieces::{
    optional, read_amount, read_check, read_instant, read_length, read_text, take, write_amount, write_check,
    write_length, write_text,
};
use crate::event::{Checks, Event, OccurredAt, Original};
use crate::fact::Fact;
use crate::money::Amount;
use crate::proof::Proof;

/// The layout this release writes.
const VERSION: u8 = 1;

const SUCCESS: u16 = 1;
const SUCCEEDED: u16 = 1 << 1;
const LIVE: u16 = 1 << 2;
const IS_LIVE: u16 = 1 << 3;
const OCCURRED_AT: u16 = 1 << 4;
const INSTANT: u16 = 1 << 5;
const ACCOUNT: u16 = 1 << 6;
const AMOUNT: u16 = 1 << 7;
const AVS: u16 = 1 << 8;
const CVC: u16 = 1 << 9;
const RENDERED: u16 = 1 << 10;
const FACT: u16 = 1 << 11;
const BODY_NOT_COVERED: u16 = 1 << 12;
const UNSIGNED: u16 = 1 << 13;
const ALL: u16 = (UNSIGNED << 1) - 1;

/// What an event says, read back. The fields are [`Event`]'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// How far it is proved.
    pub proof: Proof,
    /// Whether what it is about succeeded.
    pub success: Option<bool>,
    /// The provider's own word for real money.
    pub live: Option<bool>,
    /// When it happened.
    pub occurred_at: Option<OccurredAt>,
    /// The merchant account.
    pub account: Option<String>,
    /// Further names of its payment.
    pub aliases: Vec<String>,
    /// What it states of its payment.
    pub fact: Option<Fact>,
    /// How much money.
    pub amount: Option<Amount>,
    /// Address and card-code checks.
    pub checks: Checks,
    /// Where the provider's own object is.
    pub original: Original,
}

impl Event {
    /// What it says, as bytes: about 200 for a card payment.
    #[must_use]
    pub fn write_said(&self) -> Vec<u8> {
        let mut into = Vec::with_capacity(256);
        into.push(VERSION);
        into.extend_from_slice(&present(self).to_le_bytes());
        if let Some(at) = &self.occurred_at {
            write_text(&mut into, &at.text);
            if let Some(instant) = at.instant {
                into.extend_from_slice(&instant.as_micros().to_le_bytes());
            }
        }
        if let Some(account) = &self.account {
            write_text(&mut into, account);
        }
        if let Some(amount) = &self.amount {
            write_amount(&mut into, amount);
        }
        for check in [&self.checks.avs, &self.checks.cvc].into_iter().flatten() {
            write_check(&mut into, check);
        }
        match &self.original {
            Original::Slice(range) => {
                write_length(&mut into, range.start);
                write_length(&mut into, range.len());
            }
            Original::Rendered(text) => write_text(&mut into, text),
        }
        write_length(&mut into, self.aliases.len());
        self.aliases.iter().for_each(|alias| write_text(&mut into, alias));
        if let Some(fact) = &self.fact {
            fact.write(&mut into);
        }
        into
    }
}

impl Said {
    /// Reads what [`Event::write_said`] of this release or an earlier one wrote; nothing when it is anything else.
    #[must_use]
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let [version, low, high] = take(bytes)?;
        let present = u16::from_le_bytes([low, high]);
        if version != VERSION || present & !ALL != 0 {
            return None;
        }
        let holds = |field: u16| present & field != 0;
        let said = Self {
            proof: proof(present)?,
            success: holds(SUCCESS).then(|| holds(SUCCEEDED)),
            live: holds(LIVE).then(|| holds(IS_LIVE)),
            occurred_at: optional(holds(OCCURRED_AT), || {
                let text = read_text(bytes)?;
                Some(OccurredAt { text, instant: optional(holds(INSTANT), || read_instant(bytes))? })
            })?,
            account: optional(holds(ACCOUNT), || read_text(bytes))?,
            amount: optional(holds(AMOUNT), || read_amount(bytes))?,
            checks: Checks {
                avs: optional(holds(AVS), || read_check(bytes))?,
                cvc: optional(holds(CVC), || read_check(bytes))?,
            },
            original: read_original(bytes, holds(RENDERED))?,
            aliases: read_aliases(bytes)?,
            fact: optional(holds(FACT), || Fact::read(bytes))?,
        };
        bytes.is_empty().then_some(said)
    }
}

fn present(event: &Event) -> u16 {
    let occurred_at = event.occurred_at.as_ref();
    let fields = [
        (SUCCESS, event.success.is_some()),
        (SUCCEEDED, event.success == Some(true)),
        (LIVE, event.live.is_some()),
        (IS_LIVE, event.live == Some(true)),
        (OCCURRED_AT, occurred_at.is_some()),
        (INSTANT, occurred_at.is_some_and(|at| at.instant.is_some())),
        (ACCOUNT, event.account.is_some()),
        (AMOUNT, event.amount.is_some()),
        (AVS, event.checks.avs.is_some()),
        (CVC, event.checks.cvc.is_some()),
        (RENDERED, matches!(event.original, Original::Rendered(_))),
        (FACT, event.fact.is_some()),
        (BODY_NOT_COVERED, event.proof == Proof::BodyNotCovered),
        (UNSIGNED, event.proof == Proof::Unsigned),
    ];
    fields.into_iter().filter(|(_, there)| *there).fold(0, |bits, (bit, _)| bits | bit)
}

/// A signed event has neither bit, as events had before there were others.
fn proof(present: u16) -> Option<Proof> {
    match present & (BODY_NOT_COVERED | UNSIGNED) {
        0 => Some(Proof::Signed),
        BODY_NOT_COVERED => Some(Proof::BodyNotCovered),
        UNSIGNED => Some(Proof::Unsigned),
        _ => None,
    }
}

fn read_original(bytes: &mut &[u8], rendered: bool) -> Option<Original> {
    if rendered {
        return read_text(bytes).map(Original::Rendered);
    }
    let start = read_length(bytes)?;
    let length = read_length(bytes)?;
    Some(Original::Slice(start..start.checked_add(length)?))
}

/// Each takes a byte at least, so a number that is wrong reserves nothing.
fn read_aliases(bytes: &mut &[u8]) -> Option<Vec<String>> {
    let count = read_length(bytes)?;
    (count <= bytes.len()).then_some(())?;
    (0..count).map(|_| read_text(bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Check;
    use crate::id::EventId;
    use crate::identity::Digest;
    use crate::kind::Kind;
    use crate::money::Currency;
    use crate::time::Timestamp;
    use proptest::prelude::*;

    fn event() -> impl Strategy<Value = Event> {
        let at = proptest::option::of(("\\PC{0,30}", proptest::option::of(any::<i64>())));
        let truths = (proptest::option::of(any::<bool>()), proptest::option::of(any::<bool>()));
        let check = || proptest::option::of((any::<u16>(), proptest::option::of("[a-z_]{0,12}")));
        let original = prop_oneof![
            (0..70_000_usize, 0..9_000_usize).prop_map(|(start, len)| Original::Slice(start..start + len)),
            "\\PC{0,200}".prop_map(Original::Rendered),
        ];
        let amount = proptest::option::of((any::<i64>(), "[A-Z]{3}", 0..5_u8));
        let aliases = proptest::collection::vec("\\PC{0,300}", 0..4);
        let proof = prop::sample::select(vec![Proof::Signed, Proof::BodyNotCovered, Proof::Unsigned]);
        (at, truths, proptest::option::of("\\PC{0,20}"), amount, (check(), check()), original, (aliases, proof))
            .prop_map(|(at, (success, live), account, amount, (avs, cvc), original, (aliases, proof))| {
                let check = |(code, meaning): (u16, Option<String>)| Check { code, meaning: meaning.map(Into::into) };
                let to_amount = |(value, code, decimals): (i64, String, u8)| {
                    Currency::parse(&code).map(|currency| Amount { value, currency, decimals })
                };
                let digest = Digest::of([b"x".as_slice()]);
                Event {
                    id: EventId(digest),
                    signed: digest,
                    content: digest,
                    proof,
                    kind: Kind::Other,
                    code: String::new(),
                    success,
                    live,
                    occurred_at: at
                        .map(|(text, instant)| OccurredAt { text, instant: instant.map(Timestamp::from_micros) }),
                    account,
                    reference: None,
                    provider_reference: None,
                    payment: None,
                    aliases,
                    fact: None,
                    amount: amount.and_then(to_amount),
                    checks: Checks { avs: avs.map(check), cvc: cvc.map(check) },
                    original,
                }
            })
    }

    proptest! {
        #[test]
        fn what_an_event_says_reads_back(event in event(), cut in any::<prop::sample::Index>()) {
            let bytes = event.write_said();
            let said = Said::read(&bytes).expect("ours");
            let Event { proof, success, live, occurred_at, account, aliases, fact, amount, checks, original, .. } = event;
            let whole = Said { proof, success, live, occurred_at, account, aliases, fact, amount, checks, original };
            prop_assert_eq!(said, whole);
            prop_assert!(Said::read(&bytes[..cut.index(bytes.len())]).is_none(), "cut short");
        }
    }
}
