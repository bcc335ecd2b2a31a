//! Free pages, given back to the disk a few at a time when there are many.
//!
//! What was removed leaves free pages, and what comes next is written into them. Only what goes beyond that is given back:
//! the last pages of the file move into free ones nearer its beginning, and the next copying of the log cuts the file off
//! behind what is left.

use std::time::Duration;

use payhook_domain::fault::{self, Point};
use rusqlite::Connection;
use tokio::time::Instant;

use super::step::Hand;
use super::walk::At;
use crate::{Extent, Pruned};

/// Free pages that stay for what comes next: this part of the file, and at least so many, 32 MiB.
const KEPT_PART: u64 = 10;
const KEPT_MIN: u64 = 4_096;

/// Most pages given back in one step. Each that moves dirties about three, so these are 400 KB to write and sync, for which
/// whoever comes next waits.
const GIVE_BACK: &str = "PRAGMA incremental_vacuum(16)";
/// How long a step may take without its sync: a page at the end that is free already is looked for among all that are, which
/// takes the longer the more there are.
const STEP_MAX: Duration = Duration::from_millis(2);

/// `auto_vacuum` of a file that keeps a map of its pages and gives them back when it is told to.
const INCREMENTAL: u64 = 2;

/// The next pages at the end of the file.
pub(super) fn step(
    connection: &Connection,
    hand: &mut Hand<'_, '_>,
    pruned: &mut Pruned,
) -> rusqlite::Result<Option<At>> {
    let page_bytes = number(connection, "page_size")?;
    let surplus = surplus(connection)?;
    if hand.changes().is_none() {
        pruned.returned.add_all(surplus, page_bytes);
        return Ok(None);
    }
    let given = give_back(connection, surplus, STEP_MAX)?;
    if given > 0 {
        fault::pass(Point::RetentionPages);
    }
    pruned.returned.add_all(given, page_bytes);
    Ok((given > 0 && given < surplus).then_some((0, 0)))
}

/// How large the file is, and what of it is free.
pub(in crate::sqlite) fn extent(connection: &Connection) -> rusqlite::Result<Extent> {
    let page_bytes = number(connection, "page_size")?;
    Ok(Extent {
        bytes: number(connection, "page_count")? * page_bytes,
        free_bytes: number(connection, "freelist_count")? * page_bytes,
        shrinks: shrinks(connection)?,
    })
}

/// Pages that are free beyond those that stay; none in a file that cannot give any back.
fn surplus(connection: &Connection) -> rusqlite::Result<u64> {
    if !shrinks(connection)? {
        return Ok(0);
    }
    let kept = (number(connection, "page_count")? / KEPT_PART).max(KEPT_MIN);
    Ok(number(connection, "freelist_count")?.saturating_sub(kept))
}

/// Gives some of them back; how many. The statement gives one at a time, so it may be left off after any; but one at least
/// is given, since none means that there are no more, and a thread that was kept waiting has used its time up beforehand.
fn give_back(connection: &Connection, surplus: u64, longest: Duration) -> rusqlite::Result<u64> {
    let since = Instant::now();
    let mut give_back = connection.prepare_cached(GIVE_BACK)?;
    let mut pages = give_back.query([])?;
    let mut given = 0;
    while given < surplus && (given == 0 || since.elapsed() < longest) && pages.next()?.is_some() {
        given += 1;
    }
    Ok(given)
}

fn shrinks(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(number(connection, "auto_vacuum")? == INCREMENTAL)
}

fn number(connection: &Connection, name: &str) -> rusqlite::Result<u64> {
    connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_has_no_time_left_still_gives_one_page_back_so_that_the_sweep_goes_on() {
        let connection = Connection::open_in_memory().expect("opens");
        let fill = "PRAGMA auto_vacuum = INCREMENTAL; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(1000000)); DELETE FROM t";
        connection.execute_batch(fill).expect("filled and emptied");
        let free = || number(&connection, "freelist_count").expect("a number");
        let before = free();
        assert_eq!(give_back(&connection, before, Duration::ZERO), Ok(1));
        assert_eq!(free(), before - 1);
    }
}
