//! One step of a sweep: a bounded part of one stage.

use std::collections::HashMap;
use std::time::Duration;

use payhook_domain::fault::{self, Point};
use payhook_domain::identity::Digest;
use rusqlite::Connection;

use super::{aliases, attempts, bodies, events, pages, payments};
use crate::retention::Stage;
use crate::sqlite::index::runs::{self, Indexed};
use crate::sqlite::recording::record::Recorder;
use crate::sqlite::tally::Changes;
use crate::{Cutoffs, Pruned, SweepPlace};

/// How far ahead of now a receipt may be before its clock is taken to have been wrong.
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes, or only counts.
pub(in crate::sqlite) enum Hand<'a, 'c> {
    /// Removes, in the transaction under way.
    Removes { recorder: &'a mut Recorder<'c>, changes: &'a mut Changes },
    /// Counts what would go. With the identities that are in no index yet, once they were asked for.
    Counts(Option<HashMap<Digest, i64>>),
}

impl Hand<'_, '_> {
    /// What the transaction changes, when anything is to be changed.
    pub(super) fn changes(&mut self) -> Option<&mut Changes> {
        match self {
            Self::Removes { changes, .. } => Some(changes),
            Self::Counts(_) => None,
        }
    }

    /// The row an identity was spent on. The writer knows the newest by heart; from outside they are read once a step.
    pub(super) fn row_of(&mut self, connection: &Connection, id: &Digest) -> rusqlite::Result<Option<i64>> {
        match self {
            Self::Removes { recorder, .. } => recorder.identities.runs.find(id),
            Self::Counts(newest) => {
                let newest = match newest {
                    Some(newest) => newest,
                    None => newest.insert(runs::newest(connection, Indexed::Identities)?),
                };
                match newest.get(id) {
                    Some(row) => Ok(Some(*row)),
                    None => runs::indexed_row_of(connection, Indexed::Identities, id),
                }
            }
        }
    }
}

/// Takes the step at `place`.
pub(in crate::sqlite) fn step(
    connection: &Connection,
    cut: &Cutoffs,
    place: SweepPlace,
    hand: &mut Hand<'_, '_>,
) -> rusqlite::Result<Pruned> {
    let mut pruned = Pruned::default();
    let SweepPlace { stage, turn, at, beside, .. } = place;
    let whose = if stage == Stage::Bodies { bodies::whose(cut, turn) } else { 0 };
    let (at, beside) = if place.whose == whose { (at, beside) } else { (0, 0) };
    let on = match stage {
        Stage::Events => events::step(connection, cut, (at, beside), hand, &mut pruned)?,
        Stage::Payments => payments::step(connection, cut, at, hand, &mut pruned)?,
        Stage::Aliases => aliases::step(connection, cut, at, hand, &mut pruned)?,
        Stage::Bodies => bodies::step(connection, cut, (turn, (at, beside)), hand, &mut pruned)?,
        Stage::Retained => bodies::step_again(connection, cut, at, hand, &mut pruned)?,
        Stage::Attempts => attempts::step(connection, cut, (at, beside), &mut pruned, hand)?,
        Stage::Pages => pages::step(connection, hand, &mut pruned)?,
    };
    if hand.changes().is_some()
        && let Some(point) = point_of(stage)
    {
        fault::pass(point);
    }
    pruned.next = match on {
        Some((at, beside)) => Some(SweepPlace { stage, turn, whose, at, beside }),
        None if stage == Stage::Bodies && turn < cut.own.len() => {
            Some(SweepPlace { stage, turn: turn + 1, ..SweepPlace::default() })
        }
        None => stage.next().map(|stage| SweepPlace { stage, ..SweepPlace::default() }),
    };
    Ok(pruned)
}

/// The pages' own passes it where there are any to give.
const fn point_of(stage: Stage) -> Option<Point> {
    Some(match stage {
        Stage::Events => Point::RetentionEvents,
        Stage::Payments => Point::RetentionPayments,
        Stage::Aliases => Point::RetentionAliases,
        Stage::Retained => Point::RetentionRetained,
        Stage::Bodies => Point::RetentionBodies,
        Stage::Attempts => Point::RetentionAttempts,
        Stage::Pages => return None,
    })
}
