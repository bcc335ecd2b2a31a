//! The bytes of notifications: headers and body.
//!
//! A row without its bytes is removed and written anew: shortened where it stands it would leave its page half empty, and
//! rows come only at the end of their table. How far this has come is kept, since a row without bytes looks like one to
//! be passed; what was still needed then is noted and looked at in each later sweep. It is kept by whose turn it is: the
//! longer age of one source would hold up the others, or be lost behind them. A place of one turn is none in that of others:
//! what lies before it was never looked at for them.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use super::due::Due;
use super::step::Hand;
use super::walk::{self, At, Found};
use super::{events, needed};
use crate::sqlite::memos;
use crate::sqlite::rows::as_i64;
use crate::{Cutoffs, Pruned};

/// The name under which it is kept how far this has come, followed by whose bytes these are.
const MEMO: &str = "retention/bodies";

/// Notifications looked at again in one step.
const AGAIN_MAX: usize = 32;

/// The next notifications in the order of arrival, of the sources whose turn it is.
pub(super) fn step(
    connection: &Connection,
    cut: &Cutoffs,
    (turn, at): (usize, At),
    hand: &mut Hand<'_, '_>,
    pruned: &mut Pruned,
) -> rusqlite::Result<Option<At>> {
    let Some(due) = due(cut, turn) else { return Ok(None) };
    let memo = format!("{MEMO}{}", due.name());
    let at = if at == (0, 0) { reached(connection, &memo)? } else { at };
    let (found, on) = walk::next(connection, at, &due)?;
    let mut reached = at;
    for one in &found {
        reached = (one.id, one.passed);
        if !due.covers(one.source) || one.bytes.is_none() || would_go_whole(connection, cut, one)? {
            continue;
        }
        if is_needed(connection, one)? {
            pruned.kept += 1;
            if hand.changes().is_some() {
                retain(connection, one)?;
            }
        } else {
            drop_bytes(connection, one, hand, pruned)?;
        }
    }
    if hand.changes().is_some() && reached != at {
        keep_reached(connection, &memo, reached)?;
    }
    Ok(on)
}

/// Whose turn it is, as places say it.
pub(super) fn whose(cut: &Cutoffs, turn: usize) -> i64 {
    due(cut, turn).map_or(0, |due| due.mark())
}

fn due(cut: &Cutoffs, turn: usize) -> Option<Due<'_>> {
    Due::of_turn(cut, |before| before.bodies, turn)
}

/// Those that kept their bytes when this came past.
pub(super) fn step_again(
    connection: &Connection,
    cut: &Cutoffs,
    at: i64,
    hand: &mut Hand<'_, '_>,
    pruned: &mut Pruned,
) -> rusqlite::Result<Option<At>> {
    let Some(due) = Due::of_all(cut, |before| before.bodies) else { return Ok(None) };
    let again: Vec<At> = connection
        .prepare_cached(
            "SELECT notification, event FROM retained WHERE notification > ?1 ORDER BY notification LIMIT ?2",
        )?
        .query_map((at, as_i64(AGAIN_MAX)), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (notification, before) in &again {
        let found = one(connection, (*notification, *before), &due)?;
        let is_over = match &found {
            Some(found) if found.bytes.is_some() => {
                let stays = !found.is_due || is_needed(connection, found)?;
                if !stays && !would_go_whole(connection, cut, found)? {
                    drop_bytes(connection, found, hand, pruned)?;
                }
                pruned.kept += u64::from(stays);
                !stays
            }
            _ => true,
        };
        if is_over && hand.changes().is_some() {
            connection.prepare_cached("DELETE FROM retained WHERE notification = ?1")?.execute([notification])?;
        }
    }
    Ok(again.last().filter(|_| again.len() == AGAIN_MAX).map(|last| (last.0, 0)))
}

/// The notification of this number, when it is still there.
fn one(connection: &Connection, (notification, before): At, due: &Due<'_>) -> rusqlite::Result<Option<Found>> {
    let (found, _) = walk::next(connection, (notification - 1, before), due)?;
    Ok(found.into_iter().next().filter(|found| found.id == notification))
}

fn is_needed(connection: &Connection, found: &Found) -> rusqlite::Result<bool> {
    for event in &found.events {
        if !found.is_due || needed::waits_for_a_person(event.standing) || needed::is_owed(connection, event.seq)? {
            return Ok(true);
        }
    }
    Ok(!found.is_due)
}

/// Whether it goes as a whole, with its events: what a dry run has counted before.
fn would_go_whole(connection: &Connection, cut: &Cutoffs, found: &Found) -> rusqlite::Result<bool> {
    match events::due(cut) {
        Some(due) => events::all_go(connection, &due, found),
        None => Ok(false),
    }
}

fn drop_bytes(
    connection: &Connection,
    found: &Found,
    hand: &mut Hand<'_, '_>,
    pruned: &mut Pruned,
) -> rusqlite::Result<()> {
    pruned.bodies.count(found.bytes.unwrap_or(0));
    if hand.changes().is_none() {
        return Ok(());
    }
    let kept = connection
        .prepare_cached("DELETE FROM notifications WHERE id = ?1 RETURNING source, received_at, target, peer, config")?
        .query_row([found.id], |row| Ok([row.get::<_, Value>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]))
        .optional()?;
    let Some([source, received_at, target, peer, config]) = kept else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT INTO notifications (id, source, received_at, target, peer, config) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![found.id, source, received_at, target, peer, config])
        .map(drop)
}

fn retain(connection: &Connection, found: &Found) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO retained (notification, event) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((found.id, found.before))
        .map(drop)
}

fn keep_reached(connection: &Connection, memo: &str, (notification, event): At) -> rusqlite::Result<()> {
    let mut value = [0; 16];
    value[..8].copy_from_slice(&notification.to_be_bytes());
    value[8..].copy_from_slice(&event.to_be_bytes());
    memos::put(connection, memo, &value)
}

fn reached(connection: &Connection, memo: &str) -> rusqlite::Result<At> {
    let kept: Option<[u8; 16]> = memos::value(connection, memo)?;
    Ok(kept.map_or((0, 0), |kept| {
        let (notification, event) = kept.split_at(8);
        let read = |bytes: &[u8]| bytes.try_into().map_or(0, i64::from_be_bytes);
        (read(notification), read(event))
    }))
}
