//! The loop: what is due happens at its own moment, one thing after the other, so that what it leads to is due from then.

use std::convert::Infallible;
use std::time::Duration;

use payhook_domain::time::Timestamp;

use crate::book::{Act, BookError};
use crate::sender::Flight;
use crate::world::World;

/// How long it waits after the book could not be read or written.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest wait; then it looks again, whatever the bell says.
const WAIT_MAX: Duration = Duration::from_secs(60);

type NextDue = Result<Option<Timestamp>, BookError>;

/// Runs for ever.
pub(crate) async fn run(world: &World) -> Infallible {
    let mut flight = Flight::new();
    loop {
        if let Err(error) = turn(world, &mut flight).await {
            tracing::error!(%error, "the sandbox's book could not be read or written");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Once round: what is due happens, what is to be sent leaves; then the wait for whatever comes first.
async fn turn(world: &World, flight: &mut Flight) -> Result<(), BookError> {
    happen(world)?;
    flight.take_off(world)?;
    if let Some(leap) = next(world, flight, |act| act.next_leap())?
        && flight.is_empty()
        && world.time.leap_to(leap)
    {
        return Ok(());
    }
    let next = next(world, flight, |act| act.next_timer())?;
    let wait = next.map_or(WAIT_MAX, |next| world.time.until(next).min(WAIT_MAX));
    tokio::select! {
        landed = flight.land(world) => landed?,
        () = world.bell.notified() => {}
        () = tokio::time::sleep(wait) => {}
    }
    Ok(())
}

/// Everything whose moment has come, in order.
fn happen(world: &World) -> Result<(), BookError> {
    happen_until(world, world.time.now())
}

/// Everything that will ever be due, each at its moment, and nothing is sent. Only for a book whose timers end.
pub(crate) fn work_through(world: &World) -> Result<(), BookError> {
    happen_until(world, Timestamp::from_micros(i64::MAX))
}

fn happen_until(world: &World, last: Timestamp) -> Result<(), BookError> {
    let begin = world.time.now();
    while let Some(moment) = world.look(begin, |act| act.next_timer())?
        && moment <= last
    {
        world.look(moment, |act| act.take_due(moment)?.map_or(Ok(()), |due| due.happen(act)))?;
    }
    Ok(())
}

/// When something is due next, a message or what `timer` says, besides what is on its way.
fn next(world: &World, flight: &Flight, timer: fn(&Act<'_>) -> NextDue) -> NextDue {
    world.look(world.time.now(), |act| {
        let message = flight.next(act)?;
        Ok(timer(act)?.into_iter().chain(message).min())
    })
}
