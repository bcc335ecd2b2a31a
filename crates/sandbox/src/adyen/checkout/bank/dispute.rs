//! A dispute from the first question to its end. Each verb takes the payment's reference, and says the dispute's.

use std::time::Duration;

use super::Unfit;
use super::unfit::payment as the_payment;
use crate::adyen::checkout::due::Due;
use crate::adyen::checkout::items;
use crate::adyen::checkout::payment::{Dispute, Payment, Stage, State};
use crate::adyen::notice::tell;
use crate::book::{Act, BookError};

/// How long a merchant may defend. Schemes give between 14 and 40 days.
const DEFENCE_LASTS: Duration = Duration::from_secs(18 * 24 * 60 * 60);

/// What a stage is told by.
struct Told {
    code: &'static str,
    status: &'static str,
}

/// REQUEST_FOR_INFORMATION: the issuer asks; nothing is disputed yet.
pub(crate) fn request_for_information(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let mut payment = the_payment(act, payment)?;
    let place = begin(act, &mut payment, Stage::InformationRequested)?;
    told(act, &payment, place, &Told { code: "REQUEST_FOR_INFORMATION", status: "Unresponded" })
}

/// NOTIFICATION_OF_CHARGEBACK: a dispute is opened; no money moves, and the time to defend begins.
pub(crate) fn chargeback_opened(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let mut payment = the_payment(act, payment)?;
    let place = match newest(&payment, &[Stage::InformationRequested]) {
        Ok(place) => place,
        Err(_) => begin(act, &mut payment, Stage::Opened)?,
    };
    let dispute = &mut payment.disputes[place];
    dispute.stage = Stage::Opened;
    dispute.defence_ends = Some(act.after(DEFENCE_LASTS).as_micros());
    let due = Due::EndDefence { payment: payment.psp_reference.clone(), dispute: dispute.psp_reference.clone() };
    due.later(act, DEFENCE_LASTS)?;
    told(act, &payment, place, &Told { code: "NOTIFICATION_OF_CHARGEBACK", status: "Undefended" })
}

/// CHARGEBACK: the money is taken; of a dispute that is open, or of one that begins with it.
pub(crate) fn chargeback(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let mut payment = the_payment(act, payment)?;
    let place = match newest(&payment, &[Stage::Opened, Stage::InformationRequested]) {
        Ok(place) => place,
        Err(_) => begin(act, &mut payment, Stage::Opened)?,
    };
    payment.dispute_moves(place, Stage::ChargedBack).map_err(Unfit::State)?;
    let status = if payment.disputes[place].defended { "Pending" } else { "Undefended" };
    told(act, &payment, place, &Told { code: "CHARGEBACK", status })
}

/// INFORMATION_SUPPLIED: the merchant's defence was sent to the issuer.
pub(crate) fn defended(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let mut payment = the_payment(act, payment)?;
    let place = newest(&payment, &[Stage::Opened, Stage::ChargedBack])?;
    if payment.disputes[place].defended {
        return Err(Unfit::State("this dispute has been defended"));
    }
    payment.disputes[place].defended = true;
    told(act, &payment, place, &Told { code: "INFORMATION_SUPPLIED", status: "Pending" })
}

/// CHARGEBACK_REVERSED: the defence is accepted and the money comes back, not for good.
pub(crate) fn chargeback_reversed(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let mut payment = the_payment(act, payment)?;
    let place = newest(&payment, &[Stage::ChargedBack])?;
    payment.dispute_moves(place, Stage::Reversed).map_err(Unfit::State)?;
    told(act, &payment, place, &Told { code: "CHARGEBACK_REVERSED", status: "Pending" })
}

/// ISSUER_RESPONSE_TIMEFRAME_EXPIRED: the issuer let the defence stand; the dispute is won.
pub(crate) fn dispute_won(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let mut payment = the_payment(act, payment)?;
    let place = newest(&payment, &[Stage::Reversed, Stage::Opened])?;
    if !payment.disputes[place].defended {
        return Err(Unfit::State("nobody defended this dispute; it cannot be won"));
    }
    payment.dispute_moves(place, Stage::Won).map_err(Unfit::State)?;
    told(act, &payment, place, &Told { code: "ISSUER_RESPONSE_TIMEFRAME_EXPIRED", status: "Won" })
}

/// SECOND_CHARGEBACK: the issuer does not let the defence stand; the money is taken again, for good.
pub(crate) fn second_chargeback(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let mut payment = the_payment(act, payment)?;
    let place = newest(&payment, &[Stage::Reversed])?;
    payment.dispute_moves(place, Stage::Lost).map_err(Unfit::State)?;
    told(act, &payment, place, &Told { code: "SECOND_CHARGEBACK", status: "Lost" })
}

/// DISPUTE_DEFENSE_PERIOD_ENDED: nobody defended a dispute whose money was taken; it is lost.
pub(crate) fn defence_period_ended(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let mut payment = the_payment(act, payment)?;
    let place = newest(&payment, &[Stage::ChargedBack])?;
    if payment.disputes[place].defended {
        return Err(Unfit::State("this dispute has been defended"));
    }
    payment.dispute_moves(place, Stage::Lost).map_err(Unfit::State)?;
    told(act, &payment, place, &Told { code: "DISPUTE_DEFENSE_PERIOD_ENDED", status: "Lost" })
}

/// The time to defend is over, as far as the dispute has not moved past it.
pub(crate) fn end_defence(act: &Act<'_>, payment: &str, dispute: &str) -> Result<(), BookError> {
    let Some(payment) = act.find::<Payment>(payment)? else { return Ok(()) };
    let undefended = |one: &Dispute| one.psp_reference == dispute && !one.defended && one.stage == Stage::ChargedBack;
    if !payment.disputes.last().is_some_and(undefended) {
        return Ok(());
    }
    match defence_period_ended(act, &payment.psp_reference) {
        Err(Unfit::Book(error)) => Err(error),
        _ => Ok(()),
    }
}

/// Only captured money that is still the merchant's can be disputed, one dispute at a time.
fn begin(act: &Act<'_>, payment: &mut Payment, stage: Stage) -> Result<usize, Unfit> {
    let over = |dispute: &Dispute| matches!(dispute.stage, Stage::Won | Stage::Lost);
    if payment.state != State::Authorised || payment.money.kept() <= 0 {
        return Err(Unfit::State("nothing of this payment is captured and kept; there is nothing to dispute"));
    }
    if !payment.disputes.iter().all(over) {
        return Err(Unfit::State("this payment is in dispute already"));
    }
    payment.disputes.push(Dispute {
        psp_reference: act.chance()?.psp_reference(),
        amount: payment.money.kept(),
        stage,
        defended: false,
        defence_ends: None,
        moved: act.now.as_micros(),
    });
    Ok(payment.disputes.len() - 1)
}

/// The place of the newest dispute, if it is at one of these stages.
fn newest(payment: &Payment, stages: &[Stage]) -> Result<usize, Unfit> {
    let fits = payment.disputes.last().is_some_and(|dispute| stages.contains(&dispute.stage));
    if fits { Ok(payment.disputes.len() - 1) } else { Err(Unfit::State("no dispute of this payment is at that stage")) }
}

/// Keeps the payment, tells the stage, and says the dispute's reference.
fn told(act: &Act<'_>, payment: &Payment, place: usize, told: &Told) -> Result<String, Unfit> {
    let mut payment = payment.clone();
    payment.disputes[place].moved = act.now.as_micros();
    act.keep(&payment)?;
    let dispute = &payment.disputes[place];
    tell(act, &items::disputed(&payment, dispute, told.code, told.status))?;
    Ok(dispute.psp_reference.clone())
}
