//! A sandbox that is killed and started again on the same file goes on.

use std::time::Duration;

use super::believed::settle;
use super::stage::{ACCOUNT, reopened, webhook};
use crate::adyen::checkout::{ChangeKind, Instrument, Payment, Purchase, Request, pay, receive};
use crate::adyen::notice::Amount;

#[test]
fn what_was_asked_before_a_kill_is_decided_and_told_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sandbox.db");
    let before = reopened(&file);
    let amount = Amount { currency: "EUR".to_owned(), value: 1_000 };
    let purchase = Purchase::new(ACCOUNT, "order-1", amount, Instrument::card("4111111145551142", "J. Smith"));
    let asked = before.act(|act| {
        act.keep(&webhook("S2-1", "standard", "http://127.0.0.1:9/"))?;
        let mut payment = pay(act, &purchase)?;
        receive(act, &mut payment, Request { kind: ChangeKind::Refund, amount: None, reference: None })?;
        Ok::<_, crate::book::BookError>(payment.psp_reference)
    });
    let psp = asked.expect("paid, and a refund asked for");
    drop(before);

    let after = reopened(&file);
    let later = after.time.now().plus(Duration::from_secs(60));
    settle(&after, later);
    let told = after.act(|act| act.newest_messages(None, 10)).expect("read");
    let codes: Vec<_> = told.iter().rev().map(|message| message.draft.event.as_str()).collect();
    assert_eq!(codes, ["AUTHORISATION", "REFUND"]);
    let payment: Payment = after.act(|act| act.find(&psp)).expect("read").expect("kept");
    assert_eq!(payment.money.refunded, 1_000);
}
