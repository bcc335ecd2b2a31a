//! Totals per currency, and what does not add up.

use std::collections::BTreeMap;

use super::belief::{Flagged, Totals};
use super::disputes;
use super::legs::Legs;
use super::parts::Strand;
use super::words::Flag;
use crate::fact::Capture;
use crate::id::EventId;
use crate::money::Currency;

/// The flags raised so far.
#[derive(Debug, Default)]
pub(super) struct Flags(BTreeMap<Flag, Vec<EventId>>);

impl Flags {
    /// Raises a flag over these events.
    pub(super) fn raise(&mut self, flag: Flag, events: impl IntoIterator<Item = EventId>) {
        let known = self.0.entry(flag).or_default();
        for event in events {
            if !known.contains(&event) {
                known.push(event);
            }
        }
    }

    /// Each at most once, in the order of their list.
    pub(super) fn listed(self) -> Vec<Flagged> {
        self.0.into_iter().map(|(flag, events)| Flagged { flag, events }).collect()
    }
}

/// The totals, `main` among them even when nothing moved in it.
pub(super) fn totals(
    main: Option<Currency>,
    legs: &Legs<'_>,
    captures: &[Strand<'_>],
    refunds: &[Strand<'_>],
    disputes: &[disputes::Strand],
    flags: &mut Flags,
) -> BTreeMap<Currency, Totals> {
    let mut totals: BTreeMap<Currency, Totals> = main.map(|main| (main, Totals::default())).into_iter().collect();
    let mut add = |currency: Currency, value: i64, of: fn(&mut Totals) -> &mut i64| {
        let sum = of(totals.entry(currency).or_default());
        *sum = sum.saturating_add(value.max(0));
    };
    for leg in legs.iter() {
        if let Some(amount) = leg.amount() {
            add(amount.currency, amount.value, |totals| &mut totals.authorised);
            if amount.value < 0 {
                flags.raise(Flag::NegativeAmount, leg.authorised_by());
            }
        }
    }
    for amount in captures.iter().filter_map(Strand::net) {
        add(amount.currency, amount.value, |totals| &mut totals.captured);
    }
    for amount in refunds.iter().filter_map(Strand::net) {
        add(amount.currency, amount.value, |totals| &mut totals.refunded);
    }
    for (currency, value) in disputes.iter().flat_map(|dispute| &dispute.taken) {
        add(*currency, *value, |totals| &mut totals.disputed);
    }
    for strand in captures.iter().chain(refunds).filter(|strand| strand.is_negative()) {
        flags.raise(Flag::NegativeAmount, strand.events().iter().copied());
    }
    for dispute in disputes.iter().filter(|dispute| dispute.negative) {
        flags.raise(Flag::NegativeAmount, dispute.shown.events.iter().copied());
    }
    for totals in totals.values() {
        compare(totals, legs, captures, refunds, disputes, flags);
    }
    totals
}

/// Flags what is beyond what came before it.
fn compare(
    totals: &Totals,
    legs: &Legs<'_>,
    captures: &[Strand<'_>],
    refunds: &[Strand<'_>],
    disputes: &[disputes::Strand],
    flags: &mut Flags,
) {
    let of = |strands: &[Strand<'_>]| -> Vec<EventId> {
        strands.iter().filter(|strand| strand.net().is_some()).flat_map(Strand::events).copied().collect()
    };
    let authorised = legs.iter().any(|leg| leg.is_authorised());
    let beyond = |flag: Flag| if authorised { flag } else { Flag::AuthorisationUnknown };
    if totals.captured > totals.authorised {
        flags.raise(beyond(Flag::OverCaptured), of(captures));
    }
    if totals.refunded > totals.captured {
        let unknown = captures.is_empty() && legs.capture() != Some(Capture::Automatic);
        let within = totals.refunded <= totals.authorised || !authorised;
        flags.raise(if unknown && within { Flag::CaptureUnknown } else { Flag::OverRefunded }, of(refunds));
    }
    if totals.disputed > totals.authorised {
        let events = disputes.iter().flat_map(|dispute| dispute.shown.events.iter().copied());
        flags.raise(beyond(Flag::OverDisputed), events);
    }
}
