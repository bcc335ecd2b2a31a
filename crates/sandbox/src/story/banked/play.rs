//! What can happen in a scene, and how: what a merchant and a payer do, on one act. What the bank does then, it does by
//! itself.

use crate::banked::merchant::{Asked, Order, Wish, ask_payment, ask_refund};
use crate::banked::mock::{BANKS, GOOD_ACCOUNT, Outcome};
use crate::banked::payer;
use crate::banked::session::{LineItem, Party};
use crate::book::Act;
use crate::story::halt::Halt;
use crate::story::run::Run;

/// An account with too little on it.
const POOR_ACCOUNT: &str = "992120";
/// What everything is paid in.
const CURRENCY: &str = "GBP";

/// What happens.
#[derive(Clone, Copy, Debug)]
pub(in crate::story) enum Verb {
    /// The merchant asks to be paid.
    Ask,
    /// The payer pays.
    Pay,
    /// The payer pays from an account with too little on it.
    PayTooMuch,
    /// The payer says no, at the bank.
    Decline,
    /// The merchant refunds so many hundredths.
    Refund(i64),
}

/// It happens.
pub(in crate::story) fn play(act: &Act<'_>, run: &mut Run, verb: Verb) -> Result<(), Halt> {
    match verb {
        Verb::Ask => {
            let session = ask_payment(act, order(act, run))?;
            run.payments.push(session.id);
            Ok(())
        }
        Verb::Pay => pays(act, run, GOOD_ACCOUNT, Outcome::Approved),
        Verb::PayTooMuch => pays(act, run, POOR_ACCOUNT, Outcome::Approved),
        Verb::Decline => pays(act, run, GOOD_ACCOUNT, Outcome::Declined),
        Verb::Refund(share) => refunds(act, run, share),
    }
}

fn order(act: &Act<'_>, run: &Run) -> Order {
    let amount = run.amount();
    let item = LineItem {
        amount,
        currency: CURRENCY.to_owned(),
        description: None,
        name: "A story's worth".to_owned(),
        quantity: 1,
    };
    let payee = Party {
        account_number: Some("12345678".to_owned()),
        name: "Sandbox Shop".to_owned(),
        sort_code: Some("010203".to_owned()),
    };
    Order {
        amount,
        currency: CURRENCY.to_owned(),
        error_url: act.address("/"),
        line_items: vec![item],
        payee,
        payer: None,
        reference: run.reference.clone(),
        success_url: act.address("/"),
        email_receipt: false,
    }
}

/// Chooses a bank, says which account, and answers the bank's question.
fn pays(act: &Act<'_>, run: &Run, account: &str, wanted: Outcome) -> Result<(), Halt> {
    let session = run.payment()?;
    let chosen = payer::choose(act, session, BANKS[0])?;
    let known = chosen.map_or(Ok(None), |_| payer::identify(act, session, account))?;
    let decided = known.map_or(Ok(None), |_| payer::decide(act, session, wanted))?;
    decided.map(drop).ok_or_else(|| Halt::Unfit(format!("the payment session {session} waits for no payer any more")))
}

fn refunds(act: &Act<'_>, run: &Run, share: i64) -> Result<(), Halt> {
    let session = run.payment()?.to_owned();
    let wish = Wish {
        amount: run.amount() * share / 100,
        reference: run.reference.clone(),
        success_url: act.address("/"),
        error_url: act.address("/"),
        payee: None,
        session,
    };
    match ask_refund(act, wish)? {
        Asked::Accepted(_) => Ok(()),
        Asked::Unknown => Err(Halt::Unfit("the payment session is gone".to_owned())),
        Asked::NotSent => Err(Halt::Unfit("the payment was not sent; there is nothing to refund".to_owned())),
        Asked::TooMuch(left) => Err(Halt::Unfit(format!("only {left} of the payment were not refunded yet"))),
    }
}
