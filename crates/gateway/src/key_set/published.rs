//! One published set, asked for a key. However many ask at once, one fetches and the others wait for what it brings.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payhook_domain::time::Clock;
use payhook_net::{Refused, Target, Trust};
use payhook_provider::Key;
use tokio::sync::OwnedMutexGuard;
use url::Url;

use super::cache::{Answer, Cache, Standing};
use super::fetch::{self, Fetched, NotFetched};

/// The key that signed something cannot be looked up now. Nobody can tell whether it is authentic: it is neither taken nor
/// refused as forged, and has to come again.
#[derive(Debug, thiserror::Error)]
#[error("the key that signed it cannot be fetched now; `payhook doctor` says why")]
pub(crate) struct KeyUnavailable;

/// A key set at an address. Sources that look into the same one share it.
pub(crate) struct Published {
    url: Url,
    target: Target,
    cache: Mutex<Cache>,
    /// Who may fetch now.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Published {
    /// The set at this address, not fetched yet.
    ///
    /// # Errors
    /// What the guarded client says of the address.
    pub(crate) fn new(url: Url, trust: &Trust) -> Result<Self, Refused> {
        let target = fetch::target(&url, trust)?;
        Ok(Self { url, target, cache: Mutex::default(), turn: Arc::default() })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The key of this name, or nothing where the set has none.
    ///
    /// # Errors
    /// [`KeyUnavailable`] where the set cannot be read, so that nobody can tell.
    pub(crate) async fn key(
        self: &Arc<Self>,
        kid: &str,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Key>, KeyUnavailable> {
        match self.asked(clock, |cache| cache.answer(kid, clock.now())).await {
            Some(Answer::Has(key)) => Ok(Some(*key)),
            Some(Answer::Lacks) => Ok(None),
            Some(Answer::Unknown) | None => Err(KeyUnavailable),
        }
    }

    /// Every key of the set, as far as it can be read now.
    pub(crate) async fn keys(self: &Arc<Self>, clock: &Arc<dyn Clock>) -> Vec<Key> {
        self.asked(clock, |cache| cache.keys(clock.now())).await.unwrap_or_default()
    }

    /// How it stands now.
    pub(crate) fn standing(&self, clock: &dyn Clock) -> Standing {
        self.cache().standing(clock.now())
    }

    /// Reads an answer out of what is known, after a fetch where it takes one. Nothing where the fetch itself came to its end
    /// without a word.
    async fn asked<A>(self: &Arc<Self>, clock: &Arc<dyn Clock>, read: impl Fn(&Cache) -> Option<A>) -> Option<A> {
        let known = read(&self.cache());
        if known.is_some() {
            return known;
        }
        let turn = Arc::clone(&self.turn).lock_owned().await;
        // Whoever had the turn before may have brought what is asked.
        let known = read(&self.cache());
        if known.is_some() {
            return known;
        }
        self.fetch(turn, Arc::clone(clock)).await;
        read(&self.cache())
    }

    /// In a task of its own, which ends and is noted whoever leaves: one that was abandoned half-way would be begun anew by
    /// the next, without end.
    async fn fetch(self: &Arc<Self>, turn: OwnedMutexGuard<()>, clock: Arc<dyn Clock>) {
        let set = Arc::clone(self);
        let fetching = tokio::spawn(async move {
            let fetched = fetch::fetch(&set.target).await;
            set.tell(&fetched);
            set.cache().note(fetched, clock.now());
            drop(turn);
        });
        if let Err(ended) = fetching.await {
            tracing::error!(url = %self.url, error = %ended, "fetching a key set ended in a fault of ours");
        }
    }

    fn tell(&self, fetched: &Result<Fetched, NotFetched>) {
        let url = &self.url;
        match fetched {
            Ok(Fetched { set, age }) => {
                let (keys, skipped, age_s) = (set.keys.len(), set.skipped, age.as_secs());
                tracing::info!(%url, keys, skipped, age_s, "a key set was fetched");
            }
            Err(error) => tracing::warn!(
                %url, %error,
                "a key set cannot be fetched; what needs a key that is not known is answered 503, and comes again"
            ),
        }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
