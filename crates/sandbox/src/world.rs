//! The sandbox's world: what every door of it is given.

use payhook_domain::time::Timestamp;
use tokio::sync::Notify;
use url::Url;

use crate::accounts::Accounts;
use crate::book::{Act, Book, BookError};
use crate::sender::faults::{self, Fault};
use crate::time::Time;

/// Book, time and accounts, in one hand.
pub(crate) struct World {
    pub(crate) book: Book,
    pub(crate) time: Time,
    pub(crate) accounts: Accounts,
    /// Where the sandbox is reached, for the links it gives out. Without a path.
    pub(crate) base: Url,
    /// What goes wrong with notifications that belong to no story.
    pub(crate) weather: Vec<Fault>,
    /// Rung after every act: look again, something may be due.
    pub(crate) bell: Notify,
}

impl World {
    /// Does something: all of it becomes true together, or nothing when it fails.
    pub(crate) fn act<T, E: From<BookError>>(&self, work: impl FnOnce(&Act<'_>) -> Result<T, E>) -> Result<T, E> {
        let done = self.done_at(self.time.now(), work);
        self.bell.notify_one();
        done
    }

    /// The same as of a given moment, and nobody is told: for the clockwork, which looks by itself.
    pub(crate) fn look<T>(
        &self,
        moment: Timestamp,
        work: impl FnOnce(&Act<'_>) -> Result<T, BookError>,
    ) -> Result<T, BookError> {
        self.done_at(moment, work)
    }

    /// What was queued for a story gets the story's faults before it is committed.
    fn done_at<T, E: From<BookError>>(
        &self,
        moment: Timestamp,
        work: impl FnOnce(&Act<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.book.act(moment, self, |act| {
            let done = work(act)?;
            faults::lay_on(act)?;
            Ok(done)
        })
    }

    /// An address of the sandbox itself: its base and this path.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }
}
