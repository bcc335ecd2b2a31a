//! Words in drawers: the references events are found by, as hashes.
//!
//! Of each word a segment keeps 32 bits of its hash and the row's place, in the one of 32 drawers that the hash names. A
//! search reads one drawer per segment, a few hundred bytes, and asks the rows themselves whether they have the word.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension};

use super::identities::first_open_row;
use super::{of, start};

/// Drawers per segment, as a shift.
const DRAWERS_SHIFT: u32 = 5;
/// Bytes of a packed entry: the hash, then the row's place in its segment.
const PACKED: usize = 4 + 2;

/// One word of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    drawer: i64,
    pub(super) seq: i64,
    hash: u32,
}

impl Entry {
    fn new(seq: i64, word: &str) -> Self {
        let hash = hash(word);
        let [a, b, c, d, .., last] = hash.to_be_bytes();
        Self { drawer: i64::from(last >> (8 - DRAWERS_SHIFT)), seq, hash: u32::from_be_bytes([a, b, c, d]) }
    }

    /// The number of its segment's drawer among all.
    pub(super) fn place(self) -> i64 {
        (of(self.seq) << DRAWERS_SHIFT) | self.drawer
    }
}

/// The words of a row, each once.
pub(super) fn entries(seq: i64, words: [Option<&str>; 3]) -> impl Iterator<Item = Entry> {
    let [one, two, three] = words;
    let two = two.filter(|_| two != one);
    let three = three.filter(|_| three != one && three != two);
    [one, two, three].map(|word| word.map(|word| Entry::new(seq, word))).into_iter().flatten()
}

/// Entries of one drawer, as it keeps them.
pub(super) fn pack(entries: &[Entry]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(entries.len() * PACKED);
    for entry in entries {
        let place = u16::try_from(entry.seq & (start(1) - 1)).expect("invariant: a few thousand at most");
        packed.extend_from_slice(&entry.hash.to_le_bytes());
        packed.extend_from_slice(&place.to_le_bytes());
    }
    packed
}

/// The numbers of a segment's first and last drawer.
pub(in crate::sqlite) const fn drawers(segment: i64) -> (i64, i64) {
    (segment << DRAWERS_SHIFT, ((segment + 1) << DRAWERS_SHIFT) - 1)
}

/// Calls `found` with every row between `low` and `high` that has this word, the newest first, until it breaks off.
pub(in crate::sqlite) fn search(
    connection: &Connection,
    word: &str,
    (low, high): (i64, i64),
    mut found: impl FnMut(i64) -> rusqlite::Result<ControlFlow<()>>,
) -> rusqlite::Result<()> {
    let open = first_open_row(connection)?;
    let mut newest = connection.prepare_cached(
        "SELECT seq FROM events WHERE seq BETWEEN ?1 AND ?2 AND ?3 IN (reference, provider_reference, payment)
         ORDER BY seq DESC",
    )?;
    let mut newest = newest.query((open.max(low), high, word))?;
    while let Some(row) = newest.next()? {
        if found(row.get(0)?)?.is_break() {
            return Ok(());
        }
    }
    let mut has = connection
        .prepare_cached("SELECT 1 FROM events WHERE seq = ?1 AND ?2 IN (reference, provider_reference, payment)")?;
    let mut drawers = connection.prepare_cached("SELECT entries FROM words WHERE id = ?1")?;
    for segment in (of(low.max(0))..=of(high.min(open - 1))).rev() {
        let sought = Entry::new(start(segment), word);
        let mut rows = drawers
            .query_row([sought.place()], |row| Ok(rows_of(row.get_ref(0)?.as_blob()?, sought)))
            .optional()?
            .unwrap_or_default();
        rows.retain(|row| (low..=high).contains(row));
        for row in rows {
            if has.exists((row, word))? && found(row)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The rows in a drawer whose word may be the one sought, the newest first.
fn rows_of(drawer: &[u8], sought: Entry) -> Vec<i64> {
    let (entries, _) = drawer.as_chunks::<PACKED>();
    let may_be = |[a, b, c, d, low, high]: &[u8; PACKED]| {
        let place = i64::from(u16::from_le_bytes([*low, *high]));
        (u32::from_le_bytes([*a, *b, *c, *d]) == sought.hash).then_some(sought.seq | place)
    };
    let mut rows: Vec<i64> = entries.iter().filter_map(may_be).collect();
    rows.sort_unstable_by(|one, other| other.cmp(one));
    rows.dedup();
    rows
}

/// FNV-1a, 64 bits: stands in the file, so it never changes.
fn hash(word: &str) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    word.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_differ_in_a_digit_spread_over_all_drawers() {
        let mut drawers = [0; 1 << DRAWERS_SHIFT];
        for number in 0..3_200 {
            let entry = Entry::new(start(7) + 5, &format!("order-{number:09}"));
            assert_eq!(entry.place() >> DRAWERS_SHIFT, 7);
            drawers[usize::try_from(entry.drawer).expect("small")] += 1;
        }
        assert!(drawers.iter().all(|count| (50..200).contains(count)), "{drawers:?}");
    }

    #[test]
    fn a_drawer_gives_back_the_rows_of_a_word_newest_first() {
        let word = |seq, word| Entry::new(start(3) + seq, word);
        let drawer = pack(&[word(7, "a"), word(9, "b"), word(2_047, "a"), word(7, "a")]);
        assert_eq!(rows_of(&drawer, word(0, "a")), [start(3) + 2_047, start(3) + 7]);
        assert_eq!(rows_of(&drawer, word(0, "c")), [0; 0]);
    }
}
