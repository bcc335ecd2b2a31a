//! Any sequence of requests and of what banks do: the machine keeps its bounds, and whoever reads all that was told believes
//! the same of the payment as the sandbox keeps.

use payhook_domain::identity::Environment;
use payhook_domain::payment::Facts;
use payhook_domain::time::Timestamp;
use payhook_provider::{Item, Papers, Parsed, Policy, RawRequest, Unsigned, by_name};
use proptest::prelude::*;

use super::stage::{ACCOUNT, HMAC, QUICK, webhook, world};
use crate::adyen::checkout::bank;
use crate::adyen::checkout::{
    CaptureDelay, ChangeKind, Instrument, Payment, Purchase, Request, Settings, pay, receive,
};
use crate::adyen::notice::Amount;
use crate::book::Act;
use crate::world::World;

/// What may happen to a payment.
#[derive(Clone, Copy, Debug)]
enum Step {
    Change(ChangeKind, i64),
    /// One of the banks' verbs.
    Bank(usize),
}

type Verb = fn(&Act<'_>, &str) -> Result<(), bank::Unfit>;

const VERBS: [Verb; 12] = [
    |act, psp| bank::capture_failed(act, psp, None),
    |act, psp| bank::refund_failed(act, psp, None),
    |act, psp| bank::refund_reversed(act, psp, None),
    |act, psp| bank::request_for_information(act, psp).map(drop),
    |act, psp| bank::chargeback_opened(act, psp).map(drop),
    |act, psp| bank::chargeback(act, psp).map(drop),
    |act, psp| bank::defended(act, psp).map(drop),
    |act, psp| bank::chargeback_reversed(act, psp).map(drop),
    |act, psp| bank::dispute_won(act, psp).map(drop),
    |act, psp| bank::second_chargeback(act, psp).map(drop),
    |act, psp| bank::defence_period_ended(act, psp).map(drop),
    |act, psp| bank::fraud_notified(act, psp).map(drop),
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let kinds = [
        ChangeKind::Capture,
        ChangeKind::Capture,
        ChangeKind::Refund,
        ChangeKind::Refund,
        ChangeKind::Cancel,
        ChangeKind::Reversal,
        ChangeKind::Adjustment,
    ];
    let change =
        (proptest::sample::select(kinds.to_vec()), 1..1_500_i64).prop_map(|(kind, value)| Step::Change(kind, value));
    let bank = (0..VERBS.len()).prop_map(Step::Bank);
    proptest::collection::vec(prop_oneof![3 => change, 2 => bank], 0..24)
}

/// Lets everything happen that was asked for; what comes weeks later does not.
pub(super) fn settle(world: &World, until: Timestamp) {
    while let Some(moment) = world.look(until, |act| act.next_timer()).expect("read").filter(|next| *next <= until) {
        world.look(moment, |act| act.take_due(moment)?.map_or(Ok(()), |due| due.happen(act))).expect("happened");
    }
}

/// A payment after all of these steps, with the moment it has come to.
fn after(world: &World, steps: &[Step], parts: bool) -> Payment {
    let mut now = world.time.now();
    let psp = world.look(now, |act| {
        act.keep(&webhook("S2-1", "standard", "http://127.0.0.1:9/"))?;
        let merchant_account = ACCOUNT.to_owned();
        act.keep(&Settings {
            merchant_account,
            capture_delay: CaptureDelay::Manual,
            multiple_partial_captures: parts,
        })?;
        let amount = Amount { currency: "EUR".to_owned(), value: 1_000 };
        pay(act, &Purchase::new(ACCOUNT, "order-1", amount, Instrument::card("4111111145551142", "J. Smith")))
    });
    let psp = psp.expect("paid").psp_reference;
    for step in steps {
        now = now.plus(std::time::Duration::from_secs(60));
        settle(world, now);
        match *step {
            Step::Bank(verb) => {
                let done = world.book.act(now, world, |act| VERBS[verb](act, &psp));
                assert!(!matches!(done, Err(bank::Unfit::Book(_) | bank::Unfit::Unknown(_))), "{done:?}");
            }
            Step::Change(kind, value) => world.look(now, |act| ask(act, &psp, kind, value)).expect("received"),
        }
        let money = world.look(now, |act| act.find::<Payment>(&psp)).expect("read").expect("kept").money;
        assert!(
            money.refunded + money.charged_back <= money.captured && money.captured <= money.authorised,
            "{money:?}"
        );
        assert!([money.refunded, money.charged_back, money.captured].iter().all(|sum| *sum >= 0), "{money:?}");
    }
    now = now.plus(std::time::Duration::from_secs(60));
    settle(world, now);
    world.look(now, |act| act.find(&psp)).expect("read").expect("kept")
}

fn ask(act: &Act<'_>, psp: &str, kind: ChangeKind, value: i64) -> Result<(), crate::book::BookError> {
    let mut payment: Payment = act.find(psp)?.expect("kept");
    let all = matches!(kind, ChangeKind::Cancel | ChangeKind::Reversal);
    let amount = (!all).then(|| payment.in_currency(value));
    receive(act, &mut payment, Request { kind, amount, reference: None }).map(drop)
}

/// What a receiver believes who reads everything that was told, signed as it would be sent.
fn believed(world: &World) -> payhook_domain::payment::Payment {
    let provider = by_name("adyen").expect("of this release");
    let key = provider.key("current", HMAC).expect("a key");
    let messages = world.look(world.time.now(), |act| act.newest_messages(None, 1_000)).expect("read");
    let mut facts = Facts::default();
    for message in messages.iter().rev() {
        let unsigned = Unsigned {
            target: "/".into(),
            headers: http::HeaderMap::new(),
            body: message.draft.content.body.clone().into(),
        };
        let signed = provider.sign(unsigned, &key, &Policy::default(), message.queued).expect("signed");
        let request = RawRequest { target: "/", headers: &signed.headers, body: &signed.body };
        let Papers::Items(items) =
            provider.verify(&request, std::slice::from_ref(&key), &Policy::default(), message.queued)
        else {
            panic!("unreadable: {}", message.draft.content.body)
        };
        for item in &items {
            let Item::Verified(verified) = item else { panic!("refused: {}", message.draft.content.body) };
            let Parsed::Events(events) = provider.parse(verified, Environment::Test) else { panic!("not understood") };
            for event in events {
                if let Some(fact) = event.fact {
                    facts.add(event.id.0, event.content, fact);
                }
            }
        }
    }
    facts.fold()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_reads_all_that_was_told_believes_what_the_sandbox_keeps(steps in steps(), parts in any::<bool>()) {
        let world = world(QUICK);
        let payment = after(&world, &steps, parts);
        let believed = believed(&world);
        let main = believed.main();
        let theirs = [main.authorised, main.captured, main.refunded, main.disputed].map(i64::from);
        let money = payment.money;
        prop_assert_eq!(theirs, [money.authorised, money.captured, money.refunded, money.charged_back], "{:#?}", payment);
    }
}
