//! All notifications that are on their way: one of each lane at most, and so many at once.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use payhook_domain::time::Timestamp;
use payhook_net::Client;

use super::secured::Secured;
use super::settle::settle;
use super::{attempt, endpoint};
use crate::book::{Act, Attempt, BookError, Message, State};
use crate::world::World;

/// Most that are on their way at once.
const FLIGHT_MAX: usize = 32;

type Flown = Pin<Box<dyn Future<Output = (Message, Attempt)> + Send>>;

/// What is on its way.
pub(crate) struct Flight {
    /// One for each manner in which somebody is called.
    clients: HashMap<Secured, Client>,
    flown: FuturesUnordered<Flown>,
    lanes: HashSet<String>,
}

impl Flight {
    pub(crate) fn new() -> Self {
        Self { clients: HashMap::new(), flown: FuturesUnordered::new(), lanes: HashSet::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.flown.is_empty()
    }

    /// Sends the first of each lane whose moment has come.
    pub(crate) fn take_off(&mut self, world: &World) -> Result<(), BookError> {
        let now = world.time.now();
        for message in world.look(now, |act| self.ready(act))? {
            if message.draft.due > now || self.flown.len() >= FLIGHT_MAX {
                break;
            }
            match world.look(now, |act| endpoint::of(act, &message))? {
                Some(endpoint) => {
                    self.lanes.insert(message.draft.lane.clone());
                    let secured = endpoint.secured;
                    let client = self.clients.entry(secured).or_insert_with(|| secured.client()).clone();
                    self.flown.push(Box::pin(async move {
                        let attempt = attempt::make(client, &message.draft, &endpoint, now).await;
                        (message, attempt)
                    }));
                }
                // Its webhook was deleted or switched off: nobody is to hear of it.
                None => world.look(now, |act| act.settle(message.id, State::Ignored, now, message.tries))?,
            }
        }
        Ok(())
    }

    /// Waits for one that is on its way, and writes down what became of it. Waits for ever when there is none.
    pub(crate) async fn land(&mut self, world: &World) -> Result<(), BookError> {
        let Some((message, attempt)) = self.flown.next().await else { return std::future::pending().await };
        self.lanes.remove(&message.draft.lane);
        world.look(world.time.now(), |act| settle(act, &message, &attempt))
    }

    /// When the next is due, besides those of lanes that are on their way; nothing while no more can be on their way.
    pub(crate) fn next(&self, act: &Act<'_>) -> Result<Option<Timestamp>, BookError> {
        if self.flown.len() >= FLIGHT_MAX {
            return Ok(None);
        }
        Ok(self.ready(act)?.first().map(|message| message.draft.due))
    }

    fn ready(&self, act: &Act<'_>) -> Result<Vec<Message>, BookError> {
        let most = u32::try_from(FLIGHT_MAX * 2).unwrap_or(u32::MAX);
        let mut heads = act.heads(most)?;
        heads.retain(|message| !self.lanes.contains(&message.draft.lane));
        Ok(heads)
    }
}
