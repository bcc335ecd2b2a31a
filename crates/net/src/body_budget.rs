//! How many bytes of bodies may be in hand at once, over many requests.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// The bytes of every body that its budget is not asked for. An ordinary notification is smaller, so it costs no shared
/// counter and is read even while a flood of large bodies has used the budget up. How many bodies may be read at once
/// bounds these bytes.
const FREE_BYTES: usize = 16 * 1024;

/// A bound on the bytes of all bodies in hand together, beyond the first 16 KiB of each.
///
/// Bytes are counted as they arrive, not as they are announced: who announces much and sends nothing holds nothing.
#[derive(Debug)]
pub struct BodyBudget {
    bytes_max: usize,
    taken: AtomicUsize,
}

impl BodyBudget {
    /// A budget of `bytes_max` bytes.
    #[must_use]
    pub const fn new(bytes_max: usize) -> Self {
        Self { bytes_max, taken: AtomicUsize::new(0) }
    }

    /// Nothing taken yet, for one body.
    pub(crate) const fn guard(&self) -> BudgetGuard<'_> {
        BudgetGuard { budget: self, bytes: 0 }
    }

    fn take(&self, bytes: usize) -> bool {
        let fits = self.taken.fetch_add(bytes, Relaxed).saturating_add(bytes) <= self.bytes_max;
        if !fits {
            self.taken.fetch_sub(bytes, Relaxed);
        }
        fits
    }
}

/// One body's share of a [`BodyBudget`], given back when dropped: hold it as long as the body.
#[derive(Debug)]
#[must_use = "dropping it gives the bytes back while the body is still held"]
pub struct BudgetGuard<'b> {
    budget: &'b BodyBudget,
    bytes: usize,
}

impl BudgetGuard<'_> {
    /// Grows the share to that of a body of `length` bytes; says whether there was room.
    pub(crate) fn cover(&mut self, length: usize) -> bool {
        let more = length.saturating_sub(FREE_BYTES).saturating_sub(self.bytes);
        if more > 0 {
            if !self.budget.take(more) {
                return false;
            }
            self.bytes += more;
        }
        true
    }
}

impl Drop for BudgetGuard<'_> {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.budget.taken.fetch_sub(self.bytes, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_share_the_budget_and_give_it_back() {
        let budget = BodyBudget::new(100);
        let (mut one, mut two) = (budget.guard(), budget.guard());
        assert!(one.cover(FREE_BYTES) && one.cover(FREE_BYTES + 60));
        assert!(!two.cover(FREE_BYTES + 41));
        assert!(two.cover(FREE_BYTES + 40), "a refused share takes nothing");
        drop(one);
        assert!(two.cover(FREE_BYTES + 100));
        drop(two);
        assert_eq!(budget.taken.load(Relaxed), 0);
    }

    #[test]
    fn a_small_body_is_read_when_the_budget_is_used_up() {
        let budget = BodyBudget::new(0);
        assert!(budget.guard().cover(FREE_BYTES));
        assert!(!budget.guard().cover(FREE_BYTES + 1));
    }
}
