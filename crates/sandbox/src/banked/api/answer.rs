//! One act for one request, and one answer for one idempotency key.

use axum::response::Response;

use super::ask::Ask;
use super::reply::{Halt, Refusal, Reply};
use crate::book::Act;
use crate::http::{Asked, Once};
use crate::world::World;

/// Whose idempotency keys these are: the sandbox has one Banked account.
const SCOPE: &str = "banked";

/// Does what is asked, once per idempotency key, and answers. What is refused was never begun.
pub(super) fn answer(world: &World, ask: &Ask, work: impl FnOnce(&Act<'_>) -> Result<Reply, Halt>) -> Response {
    let done = world.act(|act| match &ask.key {
        None => work(act),
        Some(key) => once(act, key, &ask.digest, work),
    });
    let reply = match done {
        Ok(reply) => reply,
        Err(Halt::Refused(refusal)) => refusal.into(),
        Err(Halt::Book(error)) => {
            tracing::error!(%error, "an answer of Banked's API");
            Refusal::ours().into()
        }
    };
    reply.into()
}

/// A refusal is not kept: it did nothing that could be done twice, and the same request may do better later.
fn once(
    act: &Act<'_>,
    key: &str,
    digest: &str,
    work: impl FnOnce(&Act<'_>) -> Result<Reply, Halt>,
) -> Result<Reply, Halt> {
    let asked = Asked { scope: SCOPE, key, digest: digest.to_owned() };
    match asked.look(act)? {
        Once::New => {
            let reply = work(act)?;
            asked.answered(act, reply.status.as_u16(), reply.body.clone())?;
            Ok(reply)
        }
        Once::Again(given) => Ok(given.into()),
        Once::Misused => {
            Err(Refusal::conflict("this Idempotency-Key was used for another request; take a new one").into())
        }
    }
}
