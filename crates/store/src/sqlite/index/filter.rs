//! A filter before digests (see [`super::runs`]): nearly every one that comes is new, and asking an index of millions about
//! it costs a page read from a random place, and the newest in memory a walk through it.
//!
//! One bit pattern of four in one word per identity (a blocked Bloom filter): it may say *perhaps* of a new one, about
//! twice in a hundred, and never *no* of a known one. It is filled by a thread of its own, page by page, while the
//! writer adds what comes; until it is full it says *perhaps* to everything. Losing it costs time, never truth.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use crate::sqlite::file::connect;
use crate::sqlite::rows::as_i64;

/// Identities per word: ten bits for each.
const PER_WORD: usize = 6;
/// Fewest and most words: 1 MiB, and 64 MiB for fifty million identities; beyond that it says *perhaps* more often.
const WORDS_MIN: usize = 1 << 17;
const WORDS_MAX: usize = 1 << 23;
/// Rows read at once while filling: a few milliseconds.
const ROWS_PER_READ: usize = 20_000;

/// The filter, and the thread that fills it.
pub(in crate::sqlite) struct Filter {
    bits: Arc<Bits>,
    thread: Option<JoinHandle<()>>,
}

struct Bits {
    words: Box<[AtomicU64]>,
    full: AtomicBool,
    stop: AtomicBool,
}

impl Filter {
    /// A filter with room for twice `identities`, being filled from the index in the file.
    pub(in crate::sqlite) fn fill(path: &Path, index: &'static str, identities: usize) -> Self {
        let bits = Arc::new(Bits::with_room_for(identities.saturating_mul(2)));
        let (filling, path) = (bits.clone(), path.to_owned());
        let thread = thread::Builder::new().name("store-filter".to_owned()).spawn(move || {
            let filled = connect::reader(&path).and_then(|connection| filling.fill(&connection, index));
            if let Err(error) = filled {
                tracing::warn!(%error, index, "a filter of digests could not be filled; lookups stay slower until a restart");
            }
        });
        Self { bits, thread: thread.ok() }
    }

    pub(in crate::sqlite) fn add(&self, prefix: i64) {
        self.bits.add(prefix);
    }

    /// Whether the index may hold this prefix.
    pub(in crate::sqlite) fn perhaps(&self, prefix: i64) -> bool {
        let (word, pattern) = self.bits.place(prefix);
        let all = self.bits.words[word].load(Ordering::Relaxed) & pattern == pattern;
        all || !self.bits.full.load(Ordering::Acquire)
    }

    /// Whether it has room for so many, or cannot have more.
    pub(in crate::sqlite) fn suffices(&self, identities: usize) -> bool {
        self.bits.words.len() >= WORDS_MAX || identities <= self.bits.words.len() * PER_WORD
    }
}

/// The thread's connection is closed when this returns.
impl Drop for Filter {
    fn drop(&mut self) {
        self.bits.stop.store(true, Ordering::Relaxed);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that fills the store's filter had panicked");
        }
    }
}

impl Bits {
    fn with_room_for(identities: usize) -> Self {
        let words = (identities / PER_WORD).clamp(WORDS_MIN, WORDS_MAX);
        let words = (0..words).map(|_| AtomicU64::new(0)).collect();
        Self { words, full: AtomicBool::new(false), stop: AtomicBool::new(false) }
    }

    /// The word from the prefix's upper bits, the pattern from its lowest 24. Prefixes are digests: evenly spread.
    fn place(&self, prefix: i64) -> (usize, u64) {
        let prefix = prefix.cast_unsigned();
        let word = (u128::from(prefix) * self.words.len() as u128) >> 64;
        let bit = |nth: u32| 1_u64 << ((prefix >> (6 * nth)) & 63);
        let word = usize::try_from(word).expect("invariant: less than the number of words");
        (word, bit(0) | bit(1) | bit(2) | bit(3))
    }

    fn add(&self, prefix: i64) {
        let (word, pattern) = self.place(prefix);
        self.words[word].fetch_or(pattern, Ordering::Relaxed);
    }

    /// Adds the whole index. What the writer puts into it meanwhile the writer adds itself, so short reads suffice and
    /// none of them holds back the log.
    fn fill(&self, connection: &Connection, index: &str) -> rusqlite::Result<()> {
        let mut read =
            connection.prepare(&format!("SELECT prefix FROM {index} WHERE prefix > ?1 ORDER BY prefix LIMIT ?2"))?;
        // Each read begins behind the last prefix; the lowest of all, behind which the first begins, is added blindly.
        let mut last = i64::MIN;
        self.add(last);
        while !self.stop.load(Ordering::Relaxed) {
            let mut rows = read.query((last, as_i64(ROWS_PER_READ)))?;
            let mut count = 0;
            while let Some(row) = rows.next()? {
                last = row.get(0)?;
                self.add(last);
                count += 1;
            }
            if count < ROWS_PER_READ {
                self.full.store(true, Ordering::Release);
                return Ok(());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evenly spread, as digests are.
    fn prefix(n: u64) -> i64 {
        let mut x = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)).cast_signed()
    }

    #[test]
    fn it_never_denies_what_it_holds_and_seldom_takes_a_new_one_for_known() {
        let filter = Filter { bits: Arc::new(Bits::with_room_for(0)), thread: None };
        assert!(filter.perhaps(prefix(1)), "not full yet: it knows nothing");
        filter.bits.full.store(true, Ordering::Release);
        assert!(!filter.perhaps(prefix(1)));
        let held = (WORDS_MIN * PER_WORD) as u64;
        (0..held).for_each(|n| filter.add(prefix(n)));
        assert!((0..held).all(|n| filter.perhaps(prefix(n))));
        let wrong = (held..held + 100_000).filter(|n| filter.perhaps(prefix(*n))).count();
        assert!(wrong < 4_000, "{wrong} of 100,000");
        assert!(filter.suffices(WORDS_MIN * PER_WORD) && !filter.suffices(WORDS_MIN * PER_WORD + 1));
    }

    #[test]
    fn it_is_filled_from_the_index_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("filter.db");
        let file = Connection::open(&path).expect("opens");
        file.execute_batch(include_str!("../file/migrations/0001_initial.sql")).expect("made");
        file.execute_batch("BEGIN").expect("begins");
        for n in 0..50_000_u64 {
            file.prepare_cached("INSERT INTO identity_index VALUES (?1, ?2)")
                .expect("prepares")
                .execute((prefix(n), n.cast_signed()))
                .expect("written");
        }
        file.execute_batch("COMMIT").expect("commits");
        let mut filter = Filter::fill(&path, "identity_index", 50_000);
        filter.thread.take().expect("a thread").join().expect("filled");
        assert!(filter.bits.full.load(Ordering::Acquire));
        assert!((0..50_000).all(|n| filter.perhaps(prefix(n))));
        assert!((50_000..51_000).filter(|n| filter.perhaps(prefix(*n))).count() < 100);
    }
}
