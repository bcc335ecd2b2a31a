//! Facts as bytes: how the store keeps them, written beside every recorded event.
//!
//! ```text
//! version  subject  effect  capture  stage  standing        one byte each; 0 where there is none
//! present                                                   one byte, a bit for each optional field
//! leg  part                                                 each: length, bytes
//! amount  occurred_at  due_at  reference  method  avs  cvc  those that are present, in this order
//! ```
//! Lengths are written seven bits at a time, the lowest first; instants and amounts as eight bytes, the lowest first.
//! Another layout gets another version; a release reads all that came before it.

use std::borrow::Cow;

use crate::event::{Check, Checks};
use crate::fact::{Capture, Effect, Fact, Stage, Standing, Subject};
use crate::money::{Amount, Currency};
use crate::time::Timestamp;

/// The layout this release writes.
const VERSION: u8 = 1;

const AMOUNT: u8 = 1;
const OCCURRED_AT: u8 = 1 << 1;
const DUE_AT: u8 = 1 << 2;
const REFERENCE: u8 = 1 << 3;
const METHOD: u8 = 1 << 4;
const AVS: u8 = 1 << 5;
const CVC: u8 = 1 << 6;

impl Fact {
    /// Appends its bytes: about 60 for a card payment, 30 more for each check.
    pub fn write(&self, into: &mut Vec<u8>) {
        let number = |of: Option<u8>| of.unwrap_or(0);
        into.extend_from_slice(&[
            VERSION,
            self.subject as u8,
            self.effect as u8,
            number(self.capture.map(|capture| capture as u8)),
            number(self.stage.map(|stage| stage as u8)),
            number(self.standing.map(|standing| standing as u8)),
            self.present(),
        ]);
        write_text(into, &self.leg);
        write_text(into, &self.part);
        if let Some(amount) = self.amount {
            into.extend_from_slice(&amount.value.to_le_bytes());
            into.extend_from_slice(amount.currency.as_str().as_bytes());
            into.push(amount.decimals);
        }
        for at in [self.occurred_at, self.due_at].into_iter().flatten() {
            into.extend_from_slice(&at.as_micros().to_le_bytes());
        }
        for text in [&self.reference, &self.method].into_iter().flatten() {
            write_text(into, text);
        }
        for check in [&self.checks.avs, &self.checks.cvc].into_iter().flatten() {
            into.extend_from_slice(&check.code.to_le_bytes());
            into.push(u8::from(check.meaning.is_some()));
            if let Some(meaning) = &check.meaning {
                write_text(into, meaning);
            }
        }
    }

    /// Takes one fact off the front of `bytes`; nothing when they are not what [`Self::write`] of this release or an
    /// earlier one wrote.
    #[must_use]
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        let [version, subject, effect, capture, stage, standing, present] = take(bytes)?;
        if version != VERSION || present & !(AMOUNT | OCCURRED_AT | DUE_AT | REFERENCE | METHOD | AVS | CVC) != 0 {
            return None;
        }
        let holds = |field: u8| present & field != 0;
        Some(Self {
            subject: Subject::from_number(subject)?,
            effect: Effect::from_number(effect)?,
            capture: numbered(capture, Capture::from_number)?,
            stage: numbered(stage, Stage::from_number)?,
            standing: numbered(standing, Standing::from_number)?,
            leg: read_text(bytes)?,
            part: read_text(bytes)?,
            amount: optional(holds(AMOUNT), || read_amount(bytes))?,
            occurred_at: optional(holds(OCCURRED_AT), || read_instant(bytes))?,
            due_at: optional(holds(DUE_AT), || read_instant(bytes))?,
            reference: optional(holds(REFERENCE), || read_text(bytes))?,
            method: optional(holds(METHOD), || read_text(bytes))?,
            checks: Checks {
                avs: optional(holds(AVS), || read_check(bytes))?,
                cvc: optional(holds(CVC), || read_check(bytes))?,
            },
        })
    }

    fn present(&self) -> u8 {
        let fields = [
            (AMOUNT, self.amount.is_some()),
            (OCCURRED_AT, self.occurred_at.is_some()),
            (DUE_AT, self.due_at.is_some()),
            (REFERENCE, self.reference.is_some()),
            (METHOD, self.method.is_some()),
            (AVS, self.checks.avs.is_some()),
            (CVC, self.checks.cvc.is_some()),
        ];
        fields.into_iter().filter(|(_, there)| *there).fold(0, |bits, (bit, _)| bits | bit)
    }
}

/// Appends a length, seven bits a byte.
pub(crate) fn write_length(into: &mut Vec<u8>, length: usize) {
    let mut rest = length as u64;
    while rest >= 0x80 {
        into.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    into.push(rest.to_le_bytes()[0]);
}

/// Takes a length off the front; nothing when it is no length of this machine.
pub(crate) fn read_length(bytes: &mut &[u8]) -> Option<usize> {
    let mut length = 0_u64;
    for shift in (0..63).step_by(7) {
        let [byte] = take(bytes)?;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(length).ok();
        }
    }
    None
}

/// Takes the next `N` bytes off the front.
pub(crate) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

fn write_text(into: &mut Vec<u8>, text: &str) {
    write_length(into, text.len());
    into.extend_from_slice(text.as_bytes());
}

fn read_text(bytes: &mut &[u8]) -> Option<String> {
    let length = read_length(bytes)?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok().map(str::to_owned)
}

fn read_amount(bytes: &mut &[u8]) -> Option<Amount> {
    let value = i64::from_le_bytes(take(bytes)?);
    let code: [u8; 3] = take(bytes)?;
    let [decimals] = take(bytes)?;
    Some(Amount { value, currency: Currency::parse(std::str::from_utf8(&code).ok()?)?, decimals })
}

fn read_instant(bytes: &mut &[u8]) -> Option<Timestamp> {
    take(bytes).map(|micros| Timestamp::from_micros(i64::from_le_bytes(micros)))
}

fn read_check(bytes: &mut &[u8]) -> Option<Check> {
    let code = u16::from_le_bytes(take(bytes)?);
    let [explained] = take(bytes)?;
    let meaning = optional(explained == 1, || read_text(bytes))?.map(Cow::Owned);
    (explained < 2).then_some(Check { code, meaning })
}

/// A field that is there and can be read, or is not there; nothing when it is there and cannot.
fn optional<T>(there: bool, read: impl FnOnce() -> Option<T>) -> Option<Option<T>> {
    if there { read().map(Some) } else { Some(None) }
}

fn numbered<T>(number: u8, of: impl FnOnce(u8) -> Option<T>) -> Option<Option<T>> {
    optional(number != 0, || of(number))
}
