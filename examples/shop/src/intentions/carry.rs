//! Carrying out whatever is open: at the start, when something new is wanted, and when it is time to try again. One code path.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::State;
use super::ending::ending;
use crate::book::{self, Book, BookError, Intention};
use crate::clock;
use crate::provider::Providers;

/// Most requests to providers at once.
const AT_ONCE_MAX: usize = 8;

/// Longest sleep before looking again.
const LOOK_SECONDS_MAX: i64 = 30;

/// Rest after the book could not be read.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);

/// Carries out intentions for as long as the shop runs.
pub(crate) async fn run(book: Arc<Book>, providers: Arc<Providers>) -> Infallible {
    let mut changes = book.changes();
    let mut under_way: JoinSet<String> = JoinSet::new();
    let mut keys = BTreeSet::new();
    loop {
        changes.mark_unchanged();
        let pause = match look(&book).await {
            Ok((due, pause)) => {
                for intention in due {
                    if keys.len() < AT_ONCE_MAX && keys.insert(intention.key.clone()) {
                        under_way.spawn(carry(Arc::clone(&book), Arc::clone(&providers), intention));
                    }
                }
                pause
            }
            Err(error) => {
                tracing::error!(%error, "intentions could not be read");
                TROUBLE_PAUSE
            }
        };
        tokio::select! {
            Some(ended) = under_way.join_next() => {
                // One that panicked is found again: its key is free, and it is still open.
                match ended {
                    Ok(key) => _ = keys.remove(&key),
                    Err(_) => keys.clear(),
                }
            }
            _ = changes.changed() => {}
            () = sleep(pause) => {}
        }
    }
}

/// What is due, and how long until more is.
async fn look(book: &Book) -> Result<(Vec<Intention>, Duration), BookError> {
    let now = clock::now();
    book.read(move |act| {
        // Those under way are due too, so that twice as many are looked at.
        let due = book::due(act, now, 2 * AT_ONCE_MAX)?;
        let next = book::next_due(act)?.map_or(LOOK_SECONDS_MAX, |at| (at - now).clamp(1, LOOK_SECONDS_MAX));
        Ok((due, Duration::from_secs(next.unsigned_abs())))
    })
    .await
}

async fn carry(book: Arc<Book>, providers: Arc<Providers>, intention: Intention) -> String {
    let key = intention.key.clone();
    let tried = providers.ask(&intention).await;
    let ending = ending(&intention, &tried, clock::now());
    if ending.state != State::Done {
        let (kind, reference, state) = (intention.kind.as_str(), &intention.reference, ending.state.as_str());
        tracing::warn!(kind, reference, state, "a provider was asked and did not take it; the order's page says why");
    }
    let written = book.act(move |act| book::ended(act, &intention.key, &ending)).await;
    if let Err(error) = written {
        tracing::error!(%error, "what a provider answered could not be written down; it is asked again");
    }
    key
}

/// The intention with that key once it is no longer open, or as it stands after `patience`.
pub(crate) async fn answered(book: &Book, key: &str, patience: Duration) -> Result<Option<Intention>, BookError> {
    let mut changes = book.changes();
    let look = || {
        let key = key.to_owned();
        book.read(move |act| book::intention(act, &key))
    };
    let settled = async {
        loop {
            changes.mark_unchanged();
            let found = look().await?;
            if found.as_ref().is_none_or(|intention| intention.state != State::Open) || changes.changed().await.is_err()
            {
                return Ok(found);
            }
        }
    };
    match timeout(patience, settled).await {
        Ok(found) => found,
        Err(_) => look().await,
    }
}
