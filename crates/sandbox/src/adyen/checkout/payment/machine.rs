//! The rules of a payment: which step is possible, and what it moves. Nothing here is told, kept or timed.

use super::{Change, ChangeKind, ChangeState, Dispute, Money, Payment, Stage, State};

/// Why a step is not possible, in words for whoever asked.
pub(crate) type No = &'static str;

/// Adyen's words.
const NOT_CAPTURED: No = "Transaction hasn't been captured, refund not possible";
const INSUFFICIENT: No = "Insufficient balance on payment";
/// Ours; Adyen publishes none for these.
const NOT_AUTHORISED: No = "Transaction isn't authorised";
const CAPTURED: No = "Transaction has been captured, cancel not possible";
const CLOSED: No = "Authorisation is no longer open";
const OTHER_CURRENCY: No = "Currency differs from the payment's";

/// What a reversal turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Cancel,
    Refund,
}

/// What a step moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Minor units.
    pub(crate) value: i64,
    pub(crate) action: Option<Action>,
}

impl Money {
    /// Captured, and still the merchant's.
    pub(crate) const fn kept(&self) -> i64 {
        self.captured - self.refunded - self.charged_back
    }

    /// Authorised, and not captured.
    pub(crate) const fn uncaptured(&self) -> i64 {
        self.authorised - self.captured
    }
}

impl Payment {
    /// It is authorised, for all that was asked. Of nothing, as a card that is only stored has it, nothing is open.
    pub(crate) fn authorise(&mut self) {
        self.state = State::Authorised;
        self.money.authorised = self.amount.value;
        self.open = self.amount.value > 0;
    }

    /// Decides a modification: does it, or says why not. `parts` is whether more can be captured after a part was.
    pub(crate) fn decide(&mut self, change: &Change, parts: bool) -> Result<Moved, No> {
        if self.state != State::Authorised {
            return Err(NOT_AUTHORISED);
        }
        if change.amount.as_ref().is_some_and(|amount| amount.currency != self.amount.currency) {
            return Err(OTHER_CURRENCY);
        }
        let value = change.amount.as_ref().map(|amount| amount.value);
        let moved = |value| Moved { value, action: None };
        match change.kind {
            ChangeKind::Capture => self.capture(value.unwrap_or(self.money.uncaptured()), parts).map(moved),
            ChangeKind::Cancel | ChangeKind::TechnicalCancel => self.cancel().map(moved),
            ChangeKind::Refund => self.refund(value.unwrap_or(self.money.kept())).map(moved),
            ChangeKind::Adjustment => self.adjust(value.unwrap_or(self.money.authorised)).map(moved),
            ChangeKind::Reversal => self.reverse(),
        }
    }

    fn capture(&mut self, value: i64, parts: bool) -> Result<i64, No> {
        if value > self.money.uncaptured() {
            return Err(INSUFFICIENT);
        }
        if !self.open {
            return Err(CLOSED);
        }
        self.money.captured += value;
        let rest = self.money.uncaptured();
        if rest == 0 || !parts {
            self.open = false;
            self.money.cancelled += rest;
        }
        Ok(value)
    }

    fn cancel(&mut self) -> Result<i64, No> {
        if self.money.captured > 0 {
            return Err(CAPTURED);
        }
        if !self.open {
            return Err(CLOSED);
        }
        self.open = false;
        self.money.cancelled = self.money.authorised;
        Ok(self.money.authorised)
    }

    fn refund(&mut self, value: i64) -> Result<i64, No> {
        if self.money.captured == 0 {
            return Err(NOT_CAPTURED);
        }
        if value > self.money.kept() {
            return Err(INSUFFICIENT);
        }
        self.money.refunded += value;
        Ok(value)
    }

    /// All of it goes back: what was captured is refunded, and what was not can no longer be.
    fn reverse(&mut self) -> Result<Moved, No> {
        if self.money.captured == 0 {
            return self.cancel().map(|value| Moved { value, action: Some(Action::Cancel) });
        }
        if self.money.kept() == 0 || self.money.charged_back > 0 {
            return Err(INSUFFICIENT);
        }
        if self.open {
            self.open = false;
            self.money.cancelled += self.money.uncaptured();
        }
        self.refund(self.money.kept()).map(|value| Moved { value, action: Some(Action::Refund) })
    }

    /// Only what was not captured at all can be given another amount.
    fn adjust(&mut self, value: i64) -> Result<i64, No> {
        if !self.open || self.money.captured > 0 {
            return Err(CLOSED);
        }
        self.money.authorised = value;
        Ok(value)
    }

    /// What is not captured expires.
    pub(crate) fn expire(&mut self) -> Result<i64, No> {
        if !self.open {
            return Err(CLOSED);
        }
        self.open = false;
        self.money.expired = self.money.uncaptured();
        Ok(self.money.expired)
    }

    /// A bank undoes what a modification did: a capture, or what gave money back.
    pub(crate) fn undo(&mut self, psp_reference: &str) -> Result<Change, No> {
        let place = self.changes.iter().position(|change| change.psp_reference == psp_reference);
        let change = place.map(|place| &mut self.changes[place]).ok_or("no such modification of this payment")?;
        let ChangeState::Done { moved, returned } = change.state else {
            return Err("this modification wasn't done, or was undone before");
        };
        match change.kind {
            ChangeKind::Capture if moved > self.money.captured - self.money.refunded - self.money.charged_back => {
                return Err("what was captured has been given back; the capture can no longer fail");
            }
            ChangeKind::Capture => self.money.captured -= moved,
            _ if returned => self.money.refunded -= moved,
            _ => return Err("only captures and refunds are undone by a bank"),
        }
        change.state = ChangeState::Undone;
        Ok(change.clone())
    }

    /// Moves a dispute on; where that takes or returns money, the payment's follows.
    pub(crate) fn dispute_moves(&mut self, place: usize, stage: Stage) -> Result<(), No> {
        let kept = self.money.kept();
        let dispute = self.disputes.get_mut(place).ok_or("no such dispute of this payment")?;
        let before = dispute.holds_money();
        let after = Dispute { stage, ..dispute.clone() }.holds_money();
        match (before, after) {
            (false, true) if dispute.amount > kept => return Err("what is disputed has been given back already"),
            (false, true) => self.money.charged_back += dispute.amount,
            (true, false) => self.money.charged_back -= dispute.amount,
            _ => {}
        }
        dispute.stage = stage;
        Ok(())
    }
}
