//! The plan: the resolved configuration with names turned into the store's numbers and doors opened to destinations.
//!
//! A request takes one snapshot of it and never asks twice, so that no swap can come between two questions.

mod foreign;
pub(crate) mod scope;
#[cfg(test)]
mod suite;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use payhook_destination::standard_webhooks::Secret;
use payhook_destination::{Destination, HttpDestination, HttpSettings};
use payhook_domain::id::NameId;
use payhook_domain::route::Pattern;
use payhook_domain::time::Timestamp;
use payhook_net::{BodyBudget, Trust};
use payhook_store::{NameKind, Store, Unavailable, Wanted};
use tokio::sync::Semaphore;
use url::Url;

use crate::config::words::nearest::suggestion;
use crate::config::{self, Format, Order, Resolved, WhenStale};
use crate::ingest::Readers;
use crate::key_set::{self, Published};
use crate::routing::{Fits, LastTold, When};

use self::foreign::Foreign;
pub(crate) use self::foreign::TurnedAway;

/// Requests of one source that may be in hand at once; the next is answered 503. At 2 ms each this is far beyond what
/// any provider sends, and it bounds memory to this many bodies.
const IN_FLIGHT_MAX: usize = 1_024;

/// Of these, requests of one peer whose bodies are still arriving; its next is answered 503.
const ARRIVING_OF_PEER_MAX: usize = IN_FLIGHT_MAX / 4;

/// Bytes of bodies of one source that may be in hand at once, beyond the first 16 KiB of each; the next large one is
/// answered 503. Bodies are read before anyone knows whether they are signed, so this is what a stranger can make us
/// hold: with [`IN_FLIGHT_MAX`], 80 MiB.
const BODY_BYTES_IN_HAND_MAX: usize = 64 << 20;

/// Everything ingest and dispatch need to know.
pub(crate) struct Plan {
    pub(crate) sources: Vec<Source>,
    /// As which payhook's own alerts come in.
    pub(crate) own: Own,
    /// Which source answers at a path, by position.
    pub(crate) by_path: HashMap<String, usize>,
    pub(crate) destinations: Vec<Arc<Target>>,
    pub(crate) routes: Vec<Route>,
    /// Which of the routes' patterns fit.
    pub(crate) fits: Fits,
    /// How long what was received is kept.
    pub(crate) retention: config::Retention,
    /// The digest of the resolved configuration.
    pub(crate) digest: [u8; 8],
}

/// payhook as a source of its own, of alerts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    pub(crate) source: NameId,
    pub(crate) provider: NameId,
}

impl Own {
    /// The name of both; no configured source can have it.
    pub(crate) const NAME: &str = "payhook";

    async fn enrol(store: &dyn Store) -> Result<Self, Unavailable> {
        let one = async |kind| store.enrol(kind, vec![Self::NAME.to_owned()]).await.map(|ids| ids[0]);
        Ok(Self { source: one(NameKind::Source).await?, provider: one(NameKind::Provider).await? })
    }
}

/// One configured sender.
pub(crate) struct Source {
    pub(crate) id: NameId,
    pub(crate) provider_id: NameId,
    pub(crate) settings: config::Source,
    /// What may be in hand of this source at once.
    pub(crate) bounds: Arc<Bounds>,
    /// Where keys are looked up that its own lack.
    pub(crate) published: Option<Arc<Published>>,
    /// When it last sent something that was accepted, since the start, in microseconds; 0 when it has not.
    heard_at: Arc<AtomicI64>,
}

/// What may be in hand of one source at once.
pub(crate) struct Bounds {
    /// Requests.
    pub(crate) in_flight: Semaphore,
    /// Those of each peer that are still arriving.
    pub(crate) readers: Readers,
    /// Bytes of bodies.
    pub(crate) body_budget: BodyBudget,
    /// What was turned away before any of these.
    pub(crate) foreign: Foreign,
}

impl Bounds {
    fn new() -> Self {
        Self {
            in_flight: Semaphore::new(IN_FLIGHT_MAX),
            readers: Readers::of_each(ARRIVING_OF_PEER_MAX),
            body_budget: BodyBudget::new(BODY_BYTES_IN_HAND_MAX),
            foreign: Foreign::default(),
        }
    }
}

/// One destination and the door to it.
pub(crate) struct Target {
    pub(crate) id: NameId,
    pub(crate) settings: config::Destination,
    pub(crate) door: Box<dyn Destination>,
}

/// Which events go where.
pub(crate) struct Route {
    pub(crate) name: String,
    pub(crate) sources: Vec<NameId>,
    pub(crate) events: Vec<Pattern>,
    /// A condition on the event, asked only when the rest fits.
    pub(crate) when: Option<When>,
    pub(crate) when_stale: WhenStale,
    pub(crate) hold: Option<Duration>,
    /// When it was last told that the condition failed.
    pub(crate) last_told: Arc<LastTold>,
    /// Positions of its destinations in the plan.
    pub(crate) to: Vec<usize>,
}

/// Why a configuration cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The store could not number the names.
    #[error(transparent)]
    Store(#[from] Unavailable),
    /// A destination cannot be reached as configured.
    #[error("destination {name:?}: {problem}")]
    Destination {
        /// Which.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A source's key set cannot be fetched as configured.
    #[error("source {name:?}: its key set: {problem}")]
    KeySet {
        /// Which.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A source's environment or account is another than its stored events were made with.
    #[error(
        "source {name:?}: {whose} were made as {was:?}, and it is now {now:?} (environment, unset counts as live, and \
         `account` behind an @): the same notifications would become other events"
    )]
    Scope {
        /// Which.
        name: String,
        /// Whose stored events, in words.
        whose: String,
        /// What they were made with.
        was: String,
        /// What it is configured to be.
        now: String,
    },
}

impl Plan {
    /// Opens every door that is not brought, looks whether identities stay what they are, and numbers every name: in
    /// this order, so that a configuration that cannot be run leaves nothing behind.
    ///
    /// What stays the same since the plan `before` is taken over from it: a destination with its door, and what bounds a
    /// source's requests and a route's complaints.
    pub(crate) async fn make(
        config: Resolved,
        mut doors: HashMap<String, Box<dyn Destination>>,
        store: &dyn Store,
        before: Option<&Self>,
    ) -> Result<Self, PlanError> {
        let trust = Trust::system();
        let open = |settings: config::Destination| Opened::new(settings, &mut doors, &trust, before);
        let opened: Vec<Opened> = config.destinations.into_iter().map(open).collect::<Result<_, _>>()?;
        let published = key_sets(&config.sources, &trust, before)?;
        let news = scope::look(&config.sources, store.reader().as_ref()).await?;

        let names = |of: Vec<&str>| of.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let source_names = names(config.sources.iter().map(|source| source.name.as_str()).collect());
        let provider_names = names(config.sources.iter().map(|source| source.provider.name()).collect());
        let destination_names = names(opened.iter().map(Opened::name).collect());
        let source_ids = store.enrol(NameKind::Source, source_names).await?;
        let provider_ids = store.enrol(NameKind::Provider, provider_names).await?;
        let destination_ids = store.enrol(NameKind::Destination, destination_names).await?;
        scope::note(news, store).await?;
        let own = Own::enrol(store).await?;

        let by_path = by_path(&config.sources);
        let sources = config.sources.into_iter().zip(source_ids.iter().zip(provider_ids));
        let sources = sources.zip(published).map(|((settings, (id, provider_id)), published)| Source {
            published,
            ..Source::new(*id, provider_id, settings, before)
        });
        let destinations = opened.into_iter().zip(destination_ids).map(|(opened, id)| opened.target(id));
        let routes = config.routes.into_iter().map(|route| Route::new(route, &source_ids, before));
        let routes: Vec<Route> = routes.collect();
        let sources: Vec<Source> = sources.collect();
        let codes = sources.iter().flat_map(|source| source.settings.provider.codes());
        let fits = Fits::new(codes, routes.iter().map(|route| route.events.as_slice()));
        let destinations = destinations.collect();
        let (retention, digest) = (config.store.retention, config.digest);
        Ok(Self { sources, own, by_path, destinations, routes, fits, retention, digest })
    }
}

fn by_path(sources: &[config::Source]) -> HashMap<String, usize> {
    let paths = sources.iter().enumerate();
    paths.flat_map(|(position, source)| source.paths.iter().map(move |path| (path.clone(), position))).collect()
}

/// The key set of each source, if it looks into one. Those of the same address share it, and what the plan before knows of it
/// is taken over.
fn key_sets(
    sources: &[config::Source],
    trust: &Trust,
    before: Option<&Plan>,
) -> Result<Vec<Option<Arc<Published>>>, PlanError> {
    let known = before.into_iter().flat_map(|plan| &plan.sources).filter_map(|source| source.published.clone());
    let mut known: HashMap<String, Arc<Published>> = known.map(|set| (set.url().to_string(), set)).collect();
    let mut one = |source: &config::Source| {
        let Some(text) = &source.policy.key_set else { return Ok(None) };
        let mistake = |problem: String| PlanError::KeySet { name: source.name.clone(), problem };
        let url: Url = text.parse().map_err(|error: url::ParseError| mistake(error.to_string()))?;
        if let Some(set) = known.get(url.as_str()) {
            return Ok(Some(Arc::clone(set)));
        }
        key_set::check(&url).map_err(|error| mistake(error.to_string()))?;
        let set = Arc::new(Published::new(url, trust).map_err(|error| mistake(error.to_string()))?);
        known.insert(set.url().to_string(), Arc::clone(&set));
        Ok(Some(set))
    };
    sources.iter().map(&mut one).collect()
}

impl Plan {
    /// That no source, or no destination, is called so, and which was probably meant.
    pub(crate) fn nobody(&self, kind: NameKind, name: &str) -> String {
        let (what, known): (_, Vec<&str>) = match kind {
            NameKind::Destination => {
                ("destination", self.destinations.iter().map(|target| target.settings.name.as_str()).collect())
            }
            _ => ("source", self.sources.iter().map(|source| source.settings.name.as_str()).collect()),
        };
        format!("no {what} is called {name:?}; {}", suggestion(name, known.iter().copied()))
    }

    /// The source with this number, unless it left the configuration.
    pub(crate) fn source(&self, id: NameId) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }
}

impl Source {
    fn new(id: NameId, provider_id: NameId, settings: config::Source, before: Option<&Plan>) -> Self {
        let before = before.and_then(|plan| plan.source(id));
        let heard_at = before.map(|source| Arc::clone(&source.heard_at)).unwrap_or_default();
        let bounds = before.map_or_else(|| Arc::new(Bounds::new()), |source| Arc::clone(&source.bounds));
        Self { id, provider_id, settings, bounds, published: None, heard_at }
    }

    /// It sent something that was accepted.
    pub(crate) fn hears(&self, now: Timestamp) {
        self.heard_at.store(now.as_micros(), Ordering::Relaxed);
    }

    /// When it last did, since the start.
    pub(crate) fn heard_at(&self) -> Option<Timestamp> {
        let micros = self.heard_at.load(Ordering::Relaxed);
        (micros != 0).then_some(Timestamp::from_micros(micros))
    }

    /// Whether a request from `peer` may knock here.
    pub(crate) fn admits(&self, peer: IpAddr) -> bool {
        let allowed = &self.settings.allow_ips;
        allowed.is_empty() || allowed.iter().any(|range| range.contains(&peer.to_canonical()))
    }
}

impl Route {
    fn new(route: config::Route, source_ids: &[NameId], before: Option<&Plan>) -> Self {
        let same = before.and_then(|plan| plan.routes.iter().find(|other| other.name == route.name));
        Self {
            last_told: same.map(|other| Arc::clone(&other.last_told)).unwrap_or_default(),
            name: route.name,
            sources: route.sources.iter().map(|position| source_ids[*position]).collect(),
            events: route.events,
            when: route.when,
            when_stale: route.when_stale,
            hold: route.hold,
            to: route.to,
        }
    }
}

impl Target {
    /// How it wants an event, as far as no route says more.
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted {
            once_per_notification: self.settings.format == Format::Original,
            in_order: self.settings.order == Order::Payment,
            ..Wanted::plainly(self.id)
        }
    }
}

/// A destination whose door is open, not yet numbered.
enum Opened {
    /// The one there was.
    Before(Arc<Target>),
    /// A new one, or one that changed.
    New(Box<config::Destination>, Box<dyn Destination>),
}

impl Opened {
    fn new(
        settings: config::Destination,
        doors: &mut HashMap<String, Box<dyn Destination>>,
        trust: &Trust,
        before: Option<&Plan>,
    ) -> Result<Self, PlanError> {
        if let Some(door) = doors.remove(&settings.name) {
            return Ok(Self::New(Box::new(settings), door));
        }
        let same = before.and_then(|plan| plan.destinations.iter().find(|target| target.settings == settings));
        match same {
            Some(target) => Ok(Self::Before(Arc::clone(target))),
            None => open(&settings, trust).map(|door| Self::New(Box::new(settings), door)),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Before(target) => &target.settings.name,
            Self::New(settings, _) => &settings.name,
        }
    }

    fn target(self, id: NameId) -> Arc<Target> {
        match self {
            Self::Before(target) => target,
            Self::New(settings, door) => Arc::new(Target { id, settings: *settings, door }),
        }
    }
}

fn open(settings: &config::Destination, trust: &Trust) -> Result<Box<dyn Destination>, PlanError> {
    let mistake = |problem: String| PlanError::Destination { name: settings.name.clone(), problem };
    let secret = settings.secret.as_ref().map(|secret| Secret::parse(secret.expose())).transpose();
    let secret = secret.map_err(|error| mistake(error.to_string()))?;
    let door = HttpDestination::new(HttpSettings {
        url: settings.url.clone(),
        secret,
        timeout: settings.timeout,
        allow: settings.allow.clone(),
        connections_idle_max: settings.concurrency,
        trust: trust.clone(),
    });
    Ok(Box::new(door.map_err(|error| mistake(error.to_string()))?))
}
