//! Any sequence of steps leaves the store as a simple model in memory says.

use std::collections::BTreeMap;

use payhook_domain::delivery::State;
use payhook_domain::id::{DeliveryId, EventSeq, NameId};
use payhook_domain::payment::Names;
use payhook_domain::verdict::{Standing, Verdict};
use payhook_store::{Again, DeliveryFilter, Disposition, Next, Options, Settled};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::desk::{Desk, aside, at, dispute, event, first_delivery, options, settlement, want};

#[derive(Clone, Debug)]
enum Step {
    Record { identity: u8, amount: i64, details: u8, shop: bool, books: bool, aside: bool },
    Lease { limit: usize },
    Settle { held: usize, next: u8, stops: bool },
    GiveUp { held: usize },
    Retry { delivery: usize },
    Replay { event: usize },
    Decide { event: usize, accept: bool },
    Wait { seconds: i64 },
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let record = (0..4_u8, 1..3_i64, 0..3_u8, any::<bool>(), any::<bool>(), prop::bool::weighted(0.2)).prop_map(
        |(identity, amount, details, shop, books, aside)| Step::Record {
            identity,
            amount,
            details,
            shop,
            books,
            aside,
        },
    );
    prop_oneof![
        6 => record,
        3 => (1..4_usize).prop_map(|limit| Step::Lease { limit }),
        4 => (any::<usize>(), 0..4_u8, any::<bool>())
            .prop_map(|(held, next, stops)| Step::Settle { held, next, stops }),
        1 => any::<usize>().prop_map(|held| Step::GiveUp { held }),
        2 => any::<usize>().prop_map(|delivery| Step::Retry { delivery }),
        1 => any::<usize>().prop_map(|event| Step::Replay { event }),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(event, accept)| Step::Decide { event, accept }),
        2 => (1..20_i64).prop_map(|seconds| Step::Wait { seconds }),
        1 => Just(Step::Reopen),
    ]
}

/// Identities 2 and 3 are disputes.
fn is_dispute(identity: u8) -> bool {
    identity >= 2
}

struct Row {
    identity: u8,
    says: (i64, u8),
    standing: Standing,
    first: Option<i64>,
}

struct Owed {
    state: State,
    attempts: u32,
    at: i64,
    /// A dead letter at which its lane stopped.
    stopped: bool,
}

/// What the store should hold.
#[derive(Default)]
struct Model {
    rows: Vec<Row>,
    truth: BTreeMap<u8, (i64, i64)>,
    revisions: BTreeMap<u8, u32>,
    owed: BTreeMap<DeliveryId, Owed>,
    held: Vec<DeliveryId>,
    /// Deliveries handed out since the store was opened.
    turn: usize,
    now: i64,
}

impl Model {
    fn row(&mut self, seq: i64) -> &mut Row {
        &mut self.rows[usize::try_from(seq - 1).expect("from 1")]
    }

    fn add(&mut self, row: Row) -> i64 {
        self.rows.push(row);
        i64::try_from(self.rows.len()).expect("few")
    }

    fn owe(&mut self, seq: i64, wanted: &[NameId]) {
        for destination in wanted {
            let owed = self.pending();
            self.owed.entry(first_delivery(EventSeq(seq), *destination)).or_insert(owed);
        }
    }

    fn record(&mut self, identity: u8, says: (i64, u8), wanted: Option<&[NameId]>) -> Verdict {
        let Some((head, amount)) = self.truth.get(&identity).copied() else {
            let standing = if wanted.is_some() { Standing::Routed } else { Standing::Aside };
            let seq = self.add(Row { identity, says, standing, first: None });
            self.truth.insert(identity, (seq, says.0));
            let Some(wanted) = wanted else { return Verdict::Aside(EventSeq(seq)) };
            self.owe(seq, wanted);
            return Verdict::New(EventSeq(seq));
        };
        let head_standing = self.row(head).standing;
        if let (Standing::Aside, Some(wanted), true) = (head_standing, wanted, amount == says.0) {
            self.row(head).standing = Standing::Routed;
            self.row(head).says = says;
            self.owe(head, wanted);
            for seq in self.revisions_of(head, says) {
                if is_dispute(identity) {
                    self.owe(seq, wanted);
                }
            }
            return Verdict::New(EventSeq(head));
        }
        let is_version = |seq: i64, row: &Row| seq == head || row.first == Some(head);
        let seen = (1..).zip(&self.rows).find(|(seq, row)| is_version(*seq, row) && row.says == says);
        if let Some((seq, standing)) = seen.map(|(seq, row)| (seq, row.standing)) {
            let owed = match standing {
                _ if amount != says.0 => None,
                Standing::Routed => Some(seq),
                Standing::Revision if is_dispute(identity) => Some(seq),
                Standing::Revision => self.held_true(head),
                _ => None,
            };
            if let (Some(owed), Some(wanted)) = (owed, wanted) {
                self.owe(owed, wanted);
            }
            return Verdict::Duplicate(EventSeq(seq));
        }
        let number = self.revisions.entry(identity).or_default();
        *number += 1;
        let number = *number;
        if amount != says.0 {
            let seq = self.add(Row { identity, says, standing: Standing::Conflict, first: Some(head) });
            return Verdict::Conflict(EventSeq(seq));
        }
        let seq = self.add(Row { identity, says, standing: Standing::Revision, first: Some(head) });
        if let Some(wanted) = wanted {
            if is_dispute(identity) {
                self.owe(seq, wanted);
            } else if let Some(routed) = self.held_true(head) {
                self.owe(routed, wanted);
            }
        }
        Verdict::Revision { seq: EventSeq(seq), number }
    }

    /// What revised it and says something else than this.
    fn revisions_of(&self, head: i64, says: (i64, u8)) -> Vec<i64> {
        let is_one = |row: &Row| row.first == Some(head) && row.standing == Standing::Revision && row.says != says;
        (1..).zip(&self.rows).filter(|(_, row)| is_one(row)).map(|(seq, _)| seq).collect()
    }

    /// The routed row of the event first recorded as `head`.
    fn held_true(&self, head: i64) -> Option<i64> {
        let is_routed = |row: &Row| row.standing == Standing::Routed;
        let mut rows = (1..).zip(&self.rows);
        rows.find(|(seq, row)| is_routed(row) && row.first.unwrap_or(*seq) == head).map(|(seq, _)| seq)
    }

    /// The longest due, but every fourth the newest that was never tried, when there are more than asked for.
    fn lease(&mut self, destination: NameId, limit: usize) -> (Vec<DeliveryId>, bool) {
        let mut due: Vec<_> = self
            .owed
            .iter()
            .filter(|(id, owed)| id.destination == destination && owed.state == State::Pending && owed.at <= self.now)
            .filter(|(id, _)| !self.held.contains(id))
            .map(|(id, owed)| (owed.at, id.event, id.generation, *id))
            .collect();
        due.sort_unstable();
        let more = due.len() > limit;
        let newest = if more { (self.turn + limit) / 4 - self.turn / 4 } else { 0 };
        let mut rest = due.split_off((limit - newest).min(due.len()));
        rest.reverse();
        rest.sort_by_key(|(.., id)| self.owed[id].attempts > 0);
        let due: Vec<_> = due.into_iter().chain(rest.into_iter().take(newest)).map(|(.., id)| id).collect();
        self.turn += due.len();
        self.held.extend(&due);
        (due, more)
    }

    fn settle(&mut self, id: DeliveryId, next: Next, stops: bool) {
        self.held.retain(|held| *held != id);
        let delivered = self.of(id).any(|(later, owed)| later > id && owed.state == State::Delivered);
        let owed = self.owed.get_mut(&id).expect("held ones are owed");
        owed.attempts += 1;
        (owed.state, owed.at) = match next {
            Next::Delivered => (State::Delivered, owed.at),
            Next::Rejected => (State::Rejected, owed.at),
            Next::Exhausted => (State::Exhausted, owed.at),
            Next::Retry(until) => (State::Pending, (until.as_micros() - at(0).as_micros()) / 1_000_000),
        };
        owed.stopped = owed.state.is_dead() && stops && !delivered;
        if owed.state == State::Delivered {
            self.owed.range_mut(first_delivery(id.event, NameId(0))..id).for_each(|(earlier, owed)| {
                owed.stopped &= earlier.destination != id.destination;
            });
        }
    }

    fn pending(&self) -> Owed {
        Owed { state: State::Pending, attempts: 0, at: self.now, stopped: false }
    }

    /// Every generation of the delivery.
    fn of(&self, id: DeliveryId) -> impl DoubleEndedIterator<Item = (DeliveryId, &Owed)> {
        let same = move |of: &DeliveryId| (of.event, of.destination) == (id.event, id.destination);
        self.owed.iter().filter(move |(of, _)| same(of)).map(|(of, owed)| (*of, owed))
    }

    /// Whether it is a dead letter that waits for nobody, since another stands for it.
    fn was_made_again(&self, id: DeliveryId) -> bool {
        let owed = &self.owed[&id];
        owed.state.is_dead() && !owed.stopped && self.of(id).any(|(later, _)| later > id)
    }

    fn retry(&mut self, id: DeliveryId) -> Option<DeliveryId> {
        (self.owed[&id].state.is_dead() && !self.was_made_again(id)).then(|| self.make(id))
    }

    /// The generation after the last.
    fn make(&mut self, of: DeliveryId) -> DeliveryId {
        let last = self.of(of).next_back().map_or(0, |(last, _)| last.generation);
        let earlier = self.owed.range_mut(first_delivery(of.event, NameId(0))..);
        let same = earlier.filter(|(id, _)| (id.event, id.destination) == (of.event, of.destination));
        same.for_each(|(_, owed)| owed.stopped = false);
        let next = DeliveryId { generation: last + 1, ..of };
        self.owed.insert(next, self.pending());
        next
    }

    /// How many there are in each state to each destination; those made again by themselves.
    fn tallies(&self) -> BTreeMap<(NameId, &'static str), u64> {
        let mut tallies = BTreeMap::new();
        for (id, owed) in &self.owed {
            let word = if self.was_made_again(*id) { "retried" } else { owed.state.as_str() };
            *tallies.entry((id.destination, word)).or_default() += 1;
        }
        tallies
    }

    fn decide(&mut self, seq: i64, wanted: Option<&[NameId]>) -> bool {
        if self.row(seq).standing != Standing::Conflict {
            return false;
        }
        let Some(wanted) = wanted else {
            self.row(seq).standing = Standing::Rejected;
            return true;
        };
        let head = self.row(seq).first.expect("a version");
        for (n, row) in (1..).zip(&mut self.rows) {
            if row.first.unwrap_or(n) == head && matches!(row.standing, Standing::Routed | Standing::Aside) {
                row.standing = Standing::Superseded;
            }
        }
        let row = self.row(seq);
        row.standing = Standing::Routed;
        let (identity, amount, first) = (row.identity, row.says.0, row.first.expect("a version"));
        self.truth.insert(identity, (first, amount));
        self.owe(seq, wanted);
        true
    }
}

/// Takes the step on both and compares what they say.
async fn take(step: &Step, desk: Desk, model: &mut Model) -> Desk {
    match step {
        Step::Record { identity, amount, details, shop, books, aside: set_aside } => {
            let wanted: Vec<_> = [(*shop, desk.shop), (*books, desk.books)]
                .into_iter()
                .filter_map(|(wants, destination)| wants.then_some(destination))
                .collect();
            let disposition = match set_aside {
                true => aside(),
                false => Disposition::Route(wanted.iter().copied().map(want).collect()),
            };
            let make = if is_dispute(*identity) { dispute } else { event };
            let item = make(&identity.to_string(), *amount, &details.to_string(), disposition);
            let expected = model.record(*identity, (*amount, *details), (!set_aside).then_some(&wanted));
            assert_eq!(desk.one(item, model.now).await, expected);
        }
        Step::Lease { limit } => {
            let lease = desk.lease(*limit, model.now).await;
            let ids: Vec<_> = lease.due.iter().map(|leased| leased.id).collect();
            assert_eq!((ids, lease.more), model.lease(desk.shop, *limit));
        }
        Step::Settle { held, next, stops } if !model.held.is_empty() => {
            let id = model.held[held % model.held.len()];
            let retry = Next::Retry(at(model.now + 5));
            let next = [Next::Delivered, Next::Rejected, Next::Exhausted, retry][usize::from(*next)];
            let number = model.owed[&id].attempts + 1;
            let mut settlement = settlement(id, number, model.now, next);
            settlement.stops_on_dead = *stops;
            assert_ne!(desk.store.settle(settlement).await, Ok(Settled::LeaseLost));
            model.settle(id, next, *stops);
        }
        Step::GiveUp { held } if !model.held.is_empty() => {
            let id = model.held.remove(held % model.held.len());
            desk.store.unlease(id);
        }
        Step::Retry { delivery } if !model.owed.is_empty() => {
            let id = *model.owed.keys().nth(delivery % model.owed.len()).expect("one of them");
            assert_eq!(desk.store.retry(vec![id], at(model.now)).await, Ok(vec![model.retry(id)]));
        }
        Step::Replay { event } if !model.rows.is_empty() => {
            let event = EventSeq(i64::try_from(event % model.rows.len()).expect("few") + 1);
            let again = Again { event, wanted: vec![want(desk.shop)] };
            let made = desk.store.replay(vec![again], None, at(model.now)).await;
            assert_eq!(made, Ok(vec![model.make(first_delivery(event, desk.shop))]));
        }
        Step::Decide { event, accept } if !model.rows.is_empty() => {
            let seq = i64::try_from(event % model.rows.len()).expect("few") + 1;
            let wanted = accept.then(|| vec![desk.shop]);
            let decided = desk.store.decide_conflict(
                EventSeq(seq),
                wanted.as_ref().map(|wanted| (wanted.iter().copied().map(want).collect(), Names::default())),
                at(model.now),
            );
            assert_eq!(decided.await, Ok(model.decide(seq, wanted.as_deref())));
        }
        Step::Wait { seconds } => model.now += seconds,
        Step::Reopen => {
            model.held.clear();
            model.turn = 0;
            return desk.reopened().await;
        }
        Step::Settle { .. } | Step::GiveUp { .. } | Step::Retry { .. } => {}
        Step::Replay { .. } | Step::Decide { .. } => {}
    }
    desk
}

async fn compare(desk: &Desk, model: &Model) {
    for (seq, row) in (1..).zip(&model.rows) {
        assert_eq!(desk.row(EventSeq(seq)).await.standing, row.standing, "row {seq}");
    }
    let mut stored = desk.deliveries(DeliveryFilter::default()).await;
    stored.sort_by_key(|row| row.id);
    let stored: Vec<_> = stored.iter().map(|row| (row.id, row.state, row.attempts)).collect();
    let expected: Vec<_> = model.owed.iter().map(|(id, owed)| (*id, owed.state, owed.attempts)).collect();
    assert_eq!(stored, expected);
    let tallies = desk.tallies().await;
    assert_eq!(tallies.deliveries.into_iter().collect::<BTreeMap<_, _>>(), model.tallies());
    let dead = DeliveryFilter { states: vec![State::Rejected, State::Exhausted], ..DeliveryFilter::default() };
    let mut dead: Vec<_> = desk.deliveries(dead).await.iter().map(|row| row.id).collect();
    dead.sort_unstable();
    let is_dead = |id: &DeliveryId| model.owed[id].state.is_dead() && !model.was_made_again(*id);
    assert_eq!(dead, model.owed.keys().copied().filter(is_dead).collect::<Vec<_>>());
    assert_eq!(tallies.events.values().sum::<u64>(), model.rows.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn the_store_and_the_model_agree(steps in vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut model = Model::default();
            let mut desk = Desk::with(Options { unsafe_no_sync: true, ..options() }).await;
            for step in &steps {
                desk = take(step, desk, &mut model).await;
            }
            compare(&desk, &model).await;
        });
    }
}
