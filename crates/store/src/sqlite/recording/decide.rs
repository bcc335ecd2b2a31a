//! Decisions a person takes: routing what was set aside, accepting or refusing a conflict.

use payhook_domain::id::{EventId, EventSeq, NameId};
use payhook_domain::payment::Names;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Standing, Verdict};
use rusqlite::{Connection, OptionalExtension};

use super::entries::{InHand, Origin};
use super::record::Recorder;
use crate::sqlite::owing::debts::Decided;
use crate::sqlite::rows::{Belief, digest, standing, standing_number};
use crate::sqlite::tally::Changes;
use crate::{Disposition, RecordEvent, Wanted};

/// Releases a set-aside row with what its notification says today. Nothing when it is not set aside.
///
/// Whatever carries the row's own identity routes the row; what carries another is recorded anew, and a row that none
/// of them is about any more becomes superseded.
pub(in crate::sqlite) fn release_aside(
    connection: &Connection,
    recorder: &mut Recorder<'_>,
    seq: EventSeq,
    items: &[RecordEvent],
    now: Timestamp,
    changes: &mut Changes,
) -> rusqlite::Result<Option<Vec<Verdict>>> {
    let Some((id, mut origin)) = set_aside(connection, seq, now)? else { return Ok(None) };
    let mut verdicts = Vec::with_capacity(items.len());
    let mut kept = items.is_empty();
    for item in items {
        if item.event.id != id || kept {
            let before = changes.last_event();
            verdicts.push(recorder.one(item, &mut origin, changes)?);
            (before + 1..=changes.last_event()).try_for_each(|new| recorder.moved.note(origin.row, new))?;
            continue;
        }
        kept = true;
        verdicts.push(match &item.disposition {
            Disposition::Route(wanted) => {
                recorder.route_aside(seq.0, item, wanted, &mut origin, changes)?;
                recorder.put_back(&mut origin)?;
                Verdict::New(seq)
            }
            Disposition::Aside { reason, detail } => {
                connection.prepare_cached("UPDATE events SET aside = ?2, detail = ?3 WHERE seq = ?1")?.execute((
                    seq.0,
                    reason.as_str(),
                    detail,
                ))?;
                Verdict::Aside(seq)
            }
        });
    }
    if !kept {
        mark(connection, seq, Standing::Aside, Standing::Superseded, changes)?;
    }
    Ok(Some(verdicts))
}

fn set_aside(
    connection: &Connection,
    seq: EventSeq,
    now: Timestamp,
) -> rusqlite::Result<Option<(EventId, Origin<'static>)>> {
    connection
        .prepare_cached(
            "SELECT id, source, provider, received_at, notification FROM events WHERE seq = ?1 AND standing = ?2",
        )?
        .query_row((seq.0, standing_number(Standing::Aside)), |row| {
            let origin = Origin {
                source: NameId(row.get(1)?),
                provider: NameId(row.get(2)?),
                received_at: Timestamp::from_micros(row.get(3)?),
                owed_at: now,
                request: None,
                row: row.get(4)?,
                first_owed: None,
                in_hand: InHand::default(),
                owed_whole: Vec::new(),
                // Copies of what came before have no rows, so the rows do not tell.
                holds_one: false,
            };
            Ok((EventId(digest(row, 0)?), origin))
        })
        .optional()
}

/// Accepts a conflicting version (and owes it to whom it is for) or refuses it for good. Whether it was a conflict still.
pub(in crate::sqlite) fn decide_conflict(
    connection: &Connection,
    recorder: &mut Recorder<'_>,
    seq: EventSeq,
    accepted: Option<&(Vec<Wanted>, Names)>,
    now: Timestamp,
    changes: &mut Changes,
) -> rusqlite::Result<bool> {
    let row = connection
        .prepare_cached("SELECT standing, coalesce(first, seq), provider, received_at FROM events WHERE seq = ?1")?
        .query_row([seq.0], |row| {
            let received_at = Timestamp::from_micros(row.get(3)?);
            Ok((standing(row.get(0)?), row.get(1)?, NameId(row.get(2)?), received_at))
        })
        .optional()?;
    let Some((Some(Standing::Conflict), first, provider, received_at)) = row else { return Ok(false) };
    let Some((wanted, names)) = accepted else {
        mark(connection, seq, Standing::Conflict, Standing::Rejected, changes)?;
        return Ok(true);
    };
    let Some(event) = recorder.entries.event(seq)? else { return Ok(false) };
    supersede(connection, first, changes)?;
    mark(connection, seq, Standing::Conflict, Standing::Routed, changes)?;
    recorder.identities.hold_true(first, &event.signed, &event.content)?;
    let mut book = recorder.books.open(&event, names, provider, now, changes)?;
    if let (Some(book), Some(fact)) = (&mut book, &event.fact) {
        book.correct(event.id.0, event.content, fact.clone(), now);
        let belief = Belief { payment: Some(book.id), state: Some(book.snapshot()), stale: false };
        recorder.entries.believe(seq, &belief)?;
        recorder.hear_of_order(&event, names, book.id, (received_at, now), changes)?;
    }
    let decided = Decided { seq, event: &event, names, stale: false, at: now };
    recorder.owe_decided(&decided, wanted, &mut book, changes)?;
    book.map_or(Ok(()), |book| recorder.books.close(&book))?;
    Ok(true)
}

/// Ends the row of this event that was held true, routed or still set aside. What it was owed to stays owed: a receiver
/// may have been sent it already, and is sent the accepted one after it.
fn supersede(connection: &Connection, first: i64, changes: &mut Changes) -> rusqlite::Result<()> {
    let rows: Vec<(i64, u8)> = connection
        .prepare_cached(
            "SELECT seq, standing FROM events WHERE seq = ?1 AND standing IN (?2, ?3)
             UNION ALL SELECT seq, standing FROM events WHERE first = ?1 AND standing IN (?2, ?3)",
        )?
        .query_map((first, standing_number(Standing::Routed), standing_number(Standing::Aside)), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (seq, before) in rows {
        let before = standing(before).unwrap_or(Standing::Routed);
        mark(connection, EventSeq(seq), before, Standing::Superseded, changes)?;
    }
    Ok(())
}

fn mark(
    connection: &Connection,
    seq: EventSeq,
    before: Standing,
    after: Standing,
    changes: &mut Changes,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE events SET standing = ?2 WHERE seq = ?1")?
        .execute((seq.0, standing_number(after)))?;
    changes.events(before, -1);
    changes.events(after, 1);
    Ok(())
}
