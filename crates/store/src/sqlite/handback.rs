//! Hands results from the writer's thread to the tasks that wait for them, with one wake-up per batch.
//!
//! Waking a task from another thread costs a system call; waking it from its own costs next to nothing. So of the tasks
//! that wait on one thread only the last is woken by the writer; it finds the others' wakers beside its result and wakes
//! them from there. A task that is dropped instead of polled passes them on as it goes.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, ThreadId};

use crate::Unavailable;

/// The writer's end: gives one result, or `Closed` when it is dropped.
#[derive(Debug)]
pub(super) struct Giver<T> {
    slot: Arc<Slot<T>>,
    thread: ThreadId,
}

/// The caller's end. Dropping it undoes nothing: the job is done all the same.
#[derive(Debug)]
pub(super) struct Receipt<T> {
    slot: Arc<Slot<T>>,
}

type Slot<T> = Mutex<State<T>>;

#[derive(Debug)]
enum State<T> {
    Waiting(Option<Waker>),
    Given { result: Result<T, Unavailable>, others: Vec<Waker> },
    Over,
}

/// Both ends of one result.
pub(super) fn slot<T>() -> (Giver<T>, Receipt<T>) {
    let slot = Arc::new(Mutex::new(State::Waiting(None)));
    (Giver { slot: slot.clone(), thread: thread::current().id() }, Receipt { slot })
}

/// Gives every result, then wakes one task per waiting thread.
pub(super) fn hand_back<T>(results: impl Iterator<Item = (Giver<T>, Result<T, Unavailable>)>) {
    let mut groups: Vec<Group<T>> = Vec::with_capacity(1);
    for (giver, result) in results {
        match groups.iter_mut().find(|group| group.last.0.thread == giver.thread) {
            Some(group) => {
                let (giver, result) = mem::replace(&mut group.last, (giver, result));
                group.others.extend(giver.put(result, Vec::new()).0);
            }
            None => groups.push(Group { last: (giver, result), others: Vec::new() }),
        }
    }
    for Group { last: (giver, result), others } in groups {
        let (waker, others) = giver.put(result, others);
        waker.into_iter().chain(others).for_each(Waker::wake);
    }
}

struct Group<T> {
    last: (Giver<T>, Result<T, Unavailable>),
    others: Vec<Waker>,
}

impl<T> Giver<T> {
    /// Gives the result and wakes whoever waits for it.
    pub(super) fn give(self, result: Result<T, Unavailable>) {
        hand_back(std::iter::once((self, result)));
    }

    /// Leaves the result and `others` with the waiting task and returns its waker; returns `others` when no task waits.
    fn put(&self, result: Result<T, Unavailable>, others: Vec<Waker>) -> (Option<Waker>, Vec<Waker>) {
        let mut state = lock(&self.slot);
        match &mut *state {
            State::Waiting(Some(waker)) => {
                let waker = mem::replace(waker, Waker::noop().clone());
                *state = State::Given { result, others };
                (Some(waker), Vec::new())
            }
            State::Waiting(None) => {
                *state = State::Given { result, others: Vec::new() };
                (None, others)
            }
            State::Given { .. } | State::Over => (None, others),
        }
    }
}

/// A job that was never done, because the writer ended.
impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        let (waker, _) = self.put(Err(Unavailable::Closed), Vec::new());
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Receipt<T> {
    type Output = Result<T, Unavailable>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = lock(&self.slot);
        match &mut *state {
            State::Waiting(Some(waker)) => {
                waker.clone_from(context.waker());
                Poll::Pending
            }
            State::Waiting(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            State::Given { .. } => {
                let State::Given { result, others } = mem::replace(&mut *state, State::Over) else {
                    unreachable!("matched above, under the same lock")
                };
                drop(state);
                others.into_iter().for_each(Waker::wake);
                Poll::Ready(result)
            }
            State::Over => Poll::Ready(Err(Unavailable::Closed)),
        }
    }
}

impl<T> Drop for Receipt<T> {
    fn drop(&mut self) {
        let before = mem::replace(&mut *lock(&self.slot), State::Over);
        if let State::Given { others, .. } = before {
            others.into_iter().for_each(Waker::wake);
        }
    }
}

/// A poisoned lock is no reason to lose a result: every state in it is whole.
fn lock<T>(slot: &Slot<T>) -> MutexGuard<'_, State<T>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    type Waiting = (Vec<Giver<usize>>, Vec<Receipt<usize>>, Vec<Arc<Count>>);

    /// `n` polled receipts, their givers, and how often each was woken.
    fn waiting(n: usize) -> Waiting {
        let (mut givers, mut receipts, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..n {
            let (giver, mut receipt) = slot();
            let count = Arc::new(Count::default());
            assert!(poll(&mut receipt, &count).is_pending());
            givers.push(giver);
            receipts.push(receipt);
            counts.push(count);
        }
        (givers, receipts, counts)
    }

    fn poll(receipt: &mut Receipt<usize>, count: &Arc<Count>) -> Poll<Result<usize, Unavailable>> {
        Pin::new(receipt).poll(&mut Context::from_waker(&Waker::from(count.clone())))
    }

    fn woken(counts: &[Arc<Count>]) -> Vec<usize> {
        counts.iter().map(|count| count.0.load(Ordering::SeqCst)).collect()
    }

    #[test]
    fn one_task_is_woken_from_outside_and_wakes_the_others() {
        let (givers, mut receipts, counts) = waiting(3);
        hand_back(givers.into_iter().enumerate().map(|(n, giver)| (giver, Ok(n))));
        assert_eq!(woken(&counts), [0, 0, 1]);
        assert_eq!(poll(&mut receipts[2], &counts[2]), Poll::Ready(Ok(2)));
        assert_eq!(woken(&counts), [1, 1, 1]);
        assert_eq!(poll(&mut receipts[0], &counts[0]), Poll::Ready(Ok(0)));
    }

    #[test]
    fn a_task_that_is_dropped_passes_the_wake_up_on() {
        let (givers, mut receipts, counts) = waiting(3);
        hand_back(givers.into_iter().enumerate().map(|(n, giver)| (giver, Ok(n))));
        drop(receipts.pop());
        assert_eq!(woken(&counts), [1, 1, 1]);
    }

    #[test]
    fn when_the_last_task_is_gone_already_the_others_are_woken_at_once() {
        let (givers, mut receipts, counts) = waiting(3);
        drop(receipts.pop());
        hand_back(givers.into_iter().enumerate().map(|(n, giver)| (giver, Ok(n))));
        assert_eq!(woken(&counts), [1, 1, 0]);
    }

    #[test]
    fn a_job_whose_writer_ended_hears_that_the_store_is_closed() {
        let (givers, mut receipts, counts) = waiting(1);
        drop(givers);
        assert_eq!(woken(&counts), [1]);
        assert_eq!(poll(&mut receipts[0], &counts[0]), Poll::Ready(Err(Unavailable::Closed)));
    }
}
