//! A scene happens: what a shopper and a merchant ask through the API, and what banks do, on one act.

use super::Verb;
use super::verb::{Capture, Card, Manner};
use crate::adyen::checkout::{
    CaptureDelay, ChangeKind, Instrument, Payment, Purchase, Request, Shopper, Terms, bank, choose, finish, pay,
    receive, reconsider,
};
use crate::adyen::notice::Amount;
use crate::book::Act;
use crate::story::halt::Halt;
use crate::story::run::Run;

/// Test cards that ask for no proof. A telling uses two neighbours.
const CARDS: [&str; 4] = ["4111111145551142", "5555341244441115", "370000000000002", "6011601160116611"];
/// One that does.
const SECURE_CARD: &str = "4917610000000000";
/// What everything is paid in.
const CURRENCY: &str = "EUR";

/// It happens.
pub(in crate::story) fn play(act: &Act<'_>, run: &mut Run, verb: Verb) -> Result<(), Halt> {
    match verb {
        Verb::Pay(manner) => pays(act, run, manner)?,
        Verb::Prove(proved) => proves(act, run, proved)?,
        Verb::Reconsider => reconsider(act, run.payment()?)?,
        Verb::Capture(share) => asks(act, run, ChangeKind::Capture, Some(share))?,
        Verb::Refund(share) => asks(act, run, ChangeKind::Refund, Some(share))?,
        Verb::Reverse => asks(act, run, ChangeKind::Reversal, None)?,
        Verb::Adjust(share) => asks(act, run, ChangeKind::Adjustment, Some(share))?,
        Verb::CaptureFailed => bank::capture_failed(act, run.payment()?, None)?,
        Verb::RefundReversed => bank::refund_reversed(act, run.payment()?, None)?,
        Verb::DisputeOpened => drop(bank::chargeback_opened(act, run.payment()?)?),
        Verb::ChargedBack => drop(bank::chargeback(act, run.payment()?)?),
        Verb::Defended => drop(bank::defended(act, run.payment()?)?),
        Verb::ChargebackReversed => drop(bank::chargeback_reversed(act, run.payment()?)?),
        Verb::DisputeWon => drop(bank::dispute_won(act, run.payment()?)?),
        Verb::SecondChargeback => drop(bank::second_chargeback(act, run.payment()?)?),
        Verb::Report => run.report = Some(bank::report_available(act, &run.merchant_account)?),
        Verb::TokenUpdated => bank::token_updated(act, &token(act, run)?)?,
        Verb::TokenDisabled => bank::token_disabled(act, &token(act, run)?)?,
    }
    Ok(())
}

fn pays(act: &Act<'_>, run: &mut Run, manner: Manner) -> Result<(), Halt> {
    let first = run.card(CARDS.len());
    let number = match manner.card {
        Card::First => CARDS[first],
        Card::Second => CARDS[(first + 1) % CARDS.len()],
        Card::Secure => SECURE_CARD,
    };
    let amount = Amount { currency: CURRENCY.to_owned(), value: run.amount() };
    let by = Instrument::card(number, "Sam Shopper");
    let mut purchase = Purchase::new(&run.merchant_account, &run.reference, amount, by);
    purchase.answer = manner.answer;
    purchase.terms = terms(manner.capture);
    if manner.store {
        let reference = Some(format!("shopper-{}", run.id));
        purchase.shopper = Shopper { reference, store: true, ..Shopper::default() };
    }
    run.payments.push(pay(act, &purchase)?.psp_reference);
    Ok(())
}

/// Of this payment alone: the account's own settings stay as they are.
fn terms(capture: Capture) -> Terms {
    let delay = if capture == Capture::AtOnce { CaptureDelay::Immediate } else { CaptureDelay::Manual };
    Terms { capture_delay: Some(delay), multiple_partial_captures: Some(capture == Capture::InParts) }
}

fn proves(act: &Act<'_>, run: &Run, proved: bool) -> Result<(), Halt> {
    let mut payment = payment(act, run)?;
    choose(act, &mut payment, proved)?;
    Ok(finish(act, &mut payment)?)
}

/// Without a share, all of it is meant.
fn asks(act: &Act<'_>, run: &Run, kind: ChangeKind, share: Option<i64>) -> Result<(), Halt> {
    let mut payment = payment(act, run)?;
    let amount = share.map(|share| payment.in_currency(payment.amount.value * share / 100));
    let reference = Some(format!("{}-{}", run.reference, payment.changes.len() + 1));
    receive(act, &mut payment, Request { kind, amount, reference })?;
    Ok(())
}

fn payment(act: &Act<'_>, run: &Run) -> Result<Payment, Halt> {
    let reference = run.payment()?;
    act.find(reference)?.ok_or_else(|| Halt::Unfit(format!("the payment {reference} is gone")))
}

fn token(act: &Act<'_>, run: &Run) -> Result<String, Halt> {
    let token = payment(act, run)?.shopper.token;
    token.ok_or_else(|| Halt::Unfit("the payment stored no token".to_owned()))
}
