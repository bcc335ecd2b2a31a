//! What a replay is asked to do, as it was typed, and what that means today.

use payhook_domain::delivery::State;
use payhook_domain::id::NameId;
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;
use payhook_store::{EventFilter, NameKind, StoredEvent};
use serde::{Deserialize, Serialize};

use crate::config::words::nearest;
use crate::gateway::Gateway;
use crate::plan::Plan;

/// Which events, to whom, and how fast. All that are given must fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Asked {
    /// By event id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<String>,
    /// By the payment's id, or by the provider's reference of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// Only what this route wants today, and only to its destinations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) route: Option<String>,
    /// Only where the newest delivery stands so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    /// To this destination, whatever the routes say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<String>,
    /// Deliveries made per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rate: Option<u32>,
}

/// Something that was asked for and means nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Mistake(pub(crate) String);

/// The same in the store's terms.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meant {
    pub(super) filter: EventFilter,
    pub(super) states: Option<Vec<State>>,
    pub(super) destination: Option<NameId>,
    pub(super) route: Option<String>,
}

impl Asked {
    /// Deliveries made per second unless something else is asked for: an hour for 360,000, and a small part of what one
    /// gateway delivers.
    const RATE: u32 = 100;
    /// Most that may be asked for.
    const RATE_MAX: u32 = 5_000;

    /// Deliveries made per second.
    pub(super) fn rate(&self) -> u32 {
        self.rate.unwrap_or(Self::RATE).clamp(1, Self::RATE_MAX)
    }

    /// What it means under this configuration.
    pub(super) fn meant(&self, gateway: &Gateway, plan: &Plan) -> Result<Meant, Mistake> {
        if self.rate.is_some_and(|rate| rate == 0 || rate > Self::RATE_MAX) {
            return Err(Mistake(format!("rate must be 1 to {} a second", Self::RATE_MAX)));
        }
        let ways = [!self.events.is_empty(), self.payment.is_some(), self.reference.is_some()];
        if ways.into_iter().filter(|given| *given).count() > 1 {
            return Err(Mistake("give events by id, a payment or a reference, one of the three".to_owned()));
        }
        let named = |kind, name: &Option<String>| {
            let number = |name: &String| gateway.names.id(kind, name).ok_or_else(|| Mistake(plan.nobody(kind, name)));
            name.as_ref().map(number).transpose()
        };
        let source = named(NameKind::Source, &self.source)?;
        let destination = named(NameKind::Destination, &self.destination)?;
        if let Some(name) = &self.destination
            && !plan.destinations.iter().any(|target| Some(target.id) == destination)
        {
            return Err(Mistake(format!("the destination {name:?} is not configured any more")));
        }
        if let Some(route) = self.route.as_ref().filter(|route| !plan.routes.iter().any(|one| one.name == **route)) {
            return Err(Mistake(format!("no route is called {route:?}")));
        }
        if self.route.is_some() && self.destination.is_some() {
            return Err(Mistake("a route says to whom; give it or a destination, not both".to_owned()));
        }
        Ok(Meant {
            filter: EventFilter {
                source,
                kind: self.kind.as_deref().map(kind).transpose()?,
                code: self.code.clone(),
                since: self.since.as_deref().map(|text| time("since", text)).transpose()?,
                until: self.until.as_deref().map(|text| time("until", text)).transpose()?,
                ..EventFilter::default()
            },
            states: self.state.as_deref().map(states).transpose()?,
            destination,
            route: self.route.clone(),
        })
    }
}

impl Meant {
    /// Whether a row that was found in another way than through the filter fits it.
    pub(super) fn fits(&self, row: &StoredEvent) -> bool {
        let EventFilter { source, kind, code, since, until, .. } = &self.filter;
        source.is_none_or(|source| source == row.source)
            && kind.is_none_or(|kind| kind == row.event.kind)
            && code.as_ref().is_none_or(|code| *code == row.event.code)
            && since.is_none_or(|since| row.received_at >= since)
            && until.is_none_or(|until| row.received_at < until)
    }
}

fn kind(word: &str) -> Result<Kind, Mistake> {
    nearest::kind(word).map_err(Mistake)
}

fn states(word: &str) -> Result<Vec<State>, Mistake> {
    if word == "dead" {
        return Ok(State::ALL.into_iter().filter(|state| state.is_dead()).collect());
    }
    let state = State::parse(word).ok_or_else(|| Mistake(format!("no delivery state is called {word:?}")))?;
    Ok(vec![state])
}

fn time(name: &str, text: &str) -> Result<Timestamp, Mistake> {
    let wrong = || Mistake(format!("{name} must be RFC 3339, as 2026-11-21T10:02:03Z"));
    Timestamp::parse_rfc3339(text).ok_or_else(wrong)
}
