//! A run: digests on their way into an index, looked up by hash and put into it in their order.
//!
//! Putting a quarter of a million in order takes 20 ms, so a thread of its own does it; nothing waits for that, since the
//! index follows behind anyway.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use payhook_domain::identity::Digest;

/// Rows by digest.
pub(in crate::sqlite) type Rows = HashMap<Digest, i64, BuildHasherDefault<FirstBytes>>;

/// So few that they are put in order at once: less than a millisecond.
const FEW: usize = 4_096;

/// Digests and their rows, and how many of them are in the index.
#[derive(Default)]
pub(in crate::sqlite) struct Run {
    rows: Arc<Rows>,
    order: Order,
    indexed: usize,
    /// Rows that are gone since.
    gone: HashSet<i64>,
}

/// A run in order.
pub(in crate::sqlite) struct InOrder<'r> {
    pub(in crate::sqlite) all: &'r [(Digest, i64)],
    /// How many of them are in the index.
    pub(in crate::sqlite) indexed: usize,
    gone: &'r HashSet<i64>,
}

impl InOrder<'_> {
    /// Whether the row is still there.
    pub(in crate::sqlite) fn has(&self, row: i64) -> bool {
        !self.gone.contains(&row)
    }
}

enum Order {
    Sorting(JoinHandle<Sorted>),
    Sorted(Sorted),
}

type Sorted = Vec<(Digest, i64)>;

impl Default for Order {
    fn default() -> Self {
        Self::Sorted(Vec::new())
    }
}

impl Run {
    /// A run of these, being put in order.
    pub(in crate::sqlite) fn of(rows: Rows) -> Self {
        let rows = Arc::new(rows);
        let sorting = rows.clone();
        let order = if rows.len() <= FEW {
            Order::Sorted(sorted(&rows))
        } else {
            match thread::Builder::new().name("store-sort".to_owned()).spawn(move || sorted(&sorting)) {
                Ok(thread) => Order::Sorting(thread),
                Err(_) => Order::Sorted(sorted(&rows)),
            }
        };
        Self { rows, order, indexed: 0, gone: HashSet::new() }
    }

    pub(in crate::sqlite) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(in crate::sqlite) fn rows(&self) -> &Rows {
        &self.rows
    }

    pub(in crate::sqlite) fn row(&self, id: &Digest) -> Option<&i64> {
        self.rows.get(id).filter(|row| !self.gone.contains(row))
    }

    /// The row is gone.
    pub(in crate::sqlite) fn forget(&mut self, id: &Digest, row: i64) {
        if self.rows.get(id) == Some(&row) {
            self.gone.insert(row);
        }
    }

    /// All in order; nothing while there are none or they are being put in order.
    pub(in crate::sqlite) fn in_order(&mut self) -> Option<InOrder<'_>> {
        if let Order::Sorting(thread) = &mut self.order
            && thread.is_finished()
        {
            let Order::Sorting(thread) = std::mem::take(&mut self.order) else { unreachable!("matched above") };
            self.order = Order::Sorted(thread.join().unwrap_or_else(|_| sorted(&self.rows)));
        }
        match &self.order {
            Order::Sorted(sorted) if !sorted.is_empty() => {
                Some(InOrder { all: sorted, indexed: self.indexed, gone: &self.gone })
            }
            _ => None,
        }
    }

    /// So many of them, in order, are in the index.
    pub(in crate::sqlite) fn indexed_to(&mut self, end: usize) {
        self.indexed = end;
    }
}

fn sorted(rows: &Rows) -> Sorted {
    let mut sorted: Sorted = rows.iter().map(|(id, row)| (*id, *row)).collect();
    sorted.sort_unstable();
    sorted
}

/// The first eight bytes of a digest, which are as good a hash as any.
#[derive(Default)]
pub(in crate::sqlite) struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// The length that stands before the bytes says nothing.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_is_put_in_order_beside_and_found_meanwhile() {
        let ids = (0..20_000_i64).map(|n| (Digest::of([&n.to_be_bytes()[..]]), n));
        let mut run = Run::of(ids.clone().collect());
        assert!(ids.clone().all(|(id, n)| run.row(&id) == Some(&n)));
        let sorted = loop {
            if let Some(InOrder { all, indexed: 0, .. }) = run.in_order() {
                break all.to_vec();
            }
            thread::yield_now();
        };
        assert!(sorted.is_sorted() && sorted.len() == 20_000);
        run.indexed_to(7);
        let (gone, row) = sorted[9];
        run.forget(&gone, row);
        let rest = run.in_order().expect("in order");
        assert_eq!((rest.indexed, rest.has(row), rest.has(row + 1)), (7, false, true));
        assert_eq!(run.row(&gone), None);
    }
}
