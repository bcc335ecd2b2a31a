//! Reversals: what cancels or refunds everything becomes a cancel or a refund, as what is captured of its leg decides.
//!
//! How much a reversal refunded no event says: it is what was captured and not given back when it came. A refund that
//! is undone later leaves that as it was.

use std::collections::BTreeMap;

use super::{Name, Strand, sums_of, undo};
use crate::fact::Effect;
use crate::money::{Amount, Currency};
use crate::payment::fold::Said;
use crate::payment::legs::Legs;
use crate::payment::sums::Flags;
use crate::payment::words::Flag;

/// Takes out of the refunds what undoes one that nobody told of, under the reference of a reversal.
pub(super) fn take_undone<'f>(refunds: &mut Vec<Strand<'f>>, legs: &Legs<'f>) -> Vec<Strand<'f>> {
    let names_a_reversal = |strand: &Strand<'_>| {
        let of_its_leg = legs.iter().nth(strand.leg).map_or(&[][..], |leg| &leg.reversals);
        !strand.reference.is_empty() && of_its_leg.iter().any(|one| one.fact.part == strand.reference)
    };
    let undoes = |strand: &Strand<'_>| strand.undone.is_some() && strand.done.or(strand.pending).is_none();
    refunds.extract_if(.., |strand| undoes(strand) && names_a_reversal(strand)).collect()
}

/// Adds every reversal to the refunds or to the cancels, and undoes those that `undone` names. Gives back what is left
/// of `undone`: it undoes a cancel, or more than was refunded in that currency.
pub(super) fn join<'f>(
    refunds: &mut Vec<Strand<'f>>,
    cancels: &mut Vec<Strand<'f>>,
    mut undone: Vec<Strand<'f>>,
    legs: &mut Legs<'f>,
    captures: &[Strand<'f>],
    flags: &mut Flags,
) -> Vec<Strand<'f>> {
    for (mut strand, one) in told_of(legs) {
        let place = strand.leg;
        let captured = sums_of(captures, place);
        if captured.values().all(|sum| *sum == 0) && one.fact.effect != Effect::Returned {
            legs.cancel(place, one);
            strand.whole = one.fact.amount;
            cancels.push(strand);
            continue;
        }
        if captured.is_empty() {
            flags.raise(Flag::CaptureUnknown, [one.event()]);
        }
        let names_it = |strand: &Strand<'_>| strand.leg == place && strand.reference == one.fact.part;
        let by = undone.iter().find(|strand| names_it(strand)).and_then(|strand| strand.undone);
        let mut made: Vec<Strand<'f>> = captured
            .into_iter()
            .map(|(currency, sum)| {
                let value = sum.saturating_sub(given_back(refunds, place, currency, one, by)).max(0);
                let decimals = one.fact.amount.map_or(2, |amount| amount.decimals);
                let whole = Some(Amount { value, currency, decimals });
                Strand { whole, events: strand.events.clone(), ..strand }
            })
            .collect();
        if let Some(by) = by
            && let Some(made) = made.iter_mut().find(|strand| is_in_currency(strand, by))
        {
            made.undone = Some(by);
            made.events.push(by.event());
            undone.retain(|strand| !names_it(strand));
        }
        undo(&mut made, Flag::UnpairedRefundFailed, Flag::ContradictedRefund, flags);
        refunds.append(&mut made);
    }
    undone
}

/// A part for each reversal, each reference once, with the word that says that it was done.
fn told_of<'f>(legs: &Legs<'f>) -> Vec<(Strand<'f>, Said<'f>)> {
    let mut places: BTreeMap<(usize, Name<'f>), usize> = BTreeMap::new();
    let mut told: Vec<(Strand<'f>, Said<'f>)> = Vec::new();
    for (leg, strip) in legs.iter().enumerate() {
        for one in &strip.reversals {
            let place = *places.entry((leg, Name::of(*one))).or_insert_with(|| {
                let strand = Strand { reference: &one.fact.part, leg, done: Some(*one), ..Strand::default() };
                told.push((strand, *one));
                told.len() - 1
            });
            told[place].0.events.push(one.event());
        }
    }
    told
}

fn is_in_currency(strand: &Strand<'_>, by: Said<'_>) -> bool {
    by.fact.amount.is_none_or(|amount| strand.whole.is_some_and(|whole| whole.currency == amount.currency))
}

/// What of a leg was given back when the reversal came: not what came back before it, nor what was given after it was
/// undone itself.
fn given_back(
    refunds: &[Strand<'_>],
    leg: usize,
    currency: Currency,
    reversal: Said<'_>,
    undone: Option<Said<'_>>,
) -> i64 {
    let given = refunds.iter().filter(|strand| strand.leg == leg).filter_map(|strand| {
        let (done, amount) = strand.done.zip(strand.amount())?;
        let later = undone.is_some_and(|undone| done.is_after(undone));
        let stood = strand.undone_by().is_some_and(|by| by.is_after(reversal));
        let back = if stood { 0 } else { strand.back };
        (amount.currency == currency && !later).then(|| amount.value.saturating_sub(back).max(0))
    });
    given.fold(0, i64::saturating_add)
}
