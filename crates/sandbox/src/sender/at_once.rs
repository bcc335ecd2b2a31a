//! Something sent once, past every queue: it is about the endpoint as it is now.

use super::attempt::make;
use super::{Endpoint, ladder};
use crate::book::{BookError, Draft, State};
use crate::world::World;

/// Sends it, and writes it into the log as what it is: tried once, and settled. Its number there.
pub(crate) async fn at_once(world: &World, draft: &Draft, endpoint: &Endpoint) -> Result<i64, BookError> {
    let attempt = make(endpoint.secured.client(), draft, endpoint, world.time.now()).await;
    let state = if ladder::is_accepted(attempt.status) { State::Accepted } else { State::GivenUp };
    world.act(|act| {
        let id = act.post(draft)?;
        act.tried(id, 1, &attempt)?;
        act.settle(id, state, act.now, 1)?;
        Ok(id)
    })
}
