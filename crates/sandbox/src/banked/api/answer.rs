//! One act for one request, and one answer for one idempotency key.

use axum::response::Response;

use super::ask::Ask;
use super::reply::{Halt, Refusal, Reply};
use crate::book::{Act, BookError};
use crate::http::{Asked, Once};
use crate::world::World;

/// Whose idempotency keys these are: the sandbox has one Banked account.
const SCOPE: &str = "banked";

/// Does what is asked, once per idempotency key, and answers. `work` refuses before it writes anything.
pub(super) fn answer(world: &World, ask: &Ask, work: impl FnOnce(&Act<'_>) -> Result<Reply, Halt>) -> Response {
    let done: Result<Reply, BookError> = world.act(|act| match &ask.key {
        None => reply(work(act)),
        Some(key) => once(act, key, &ask.digest, work),
    });
    match done {
        Ok(reply) => reply.into(),
        Err(error) => {
            tracing::error!(%error, "an answer of Banked's API");
            Reply::from(Refusal::ours()).into()
        }
    }
}

/// A refusal is an answer like any other, and kept like it.
fn once(
    act: &Act<'_>,
    key: &str,
    digest: &str,
    work: impl FnOnce(&Act<'_>) -> Result<Reply, Halt>,
) -> Result<Reply, BookError> {
    let asked = Asked { scope: SCOPE, key, digest: digest.to_owned() };
    match asked.look(act)? {
        Once::New => {
            let reply = reply(work(act))?;
            asked.answered(act, reply.status.as_u16(), reply.body.clone())?;
            Ok(reply)
        }
        Once::Again(given) => Ok(given.into()),
        Once::Misused => {
            Ok(Refusal::conflict("this Idempotency-Key was used for another request; take a new one").into())
        }
    }
}

fn reply(done: Result<Reply, Halt>) -> Result<Reply, BookError> {
    match done {
        Ok(reply) => Ok(reply),
        Err(Halt::Refused(refusal)) => Ok(refusal.into()),
        Err(Halt::Book(error)) => Err(error),
    }
}
