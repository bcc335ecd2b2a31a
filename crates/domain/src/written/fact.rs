//! Facts as bytes: what an event states of its payment, and what a payment is folded from.
//!
//! ```text
//! version  subject  effect  capture  stage  standing        one byte each; 0 where there is none
//! present                                                   one byte, a bit for each optional field
//! leg  part                                                 each: length, bytes
//! amount  occurred_at  due_at  reference  method  avs  cvc  those that are present, in this order
//! ```
//! Lengths are written seven bits at a time, the lowest first; instants and amounts as eight bytes, the lowest first.
//! Another layout gets another version; a release reads all that came before it.

use super::pieces::{
    numbered, optional, read_amount, read_check, read_instant, read_text, take, write_amount, write_check, write_text,
};
use crate::event::Checks;
use crate::fact::{Capture, Effect, Fact, Stage, Standing, Subject};

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
            write_amount(into, &amount);
        }
        for at in [self.occurred_at, self.due_at].into_iter().flatten() {
            into.extend_from_slice(&at.as_micros().to_le_bytes());
        }
        for text in [&self.reference, &self.method].into_iter().flatten() {
            write_text(into, text);
        }
        for check in [&self.checks.avs, &self.checks.cvc].into_iter().flatten() {
            write_check(into, check);
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
