//! The admin listener: questions and commands over HTTP.
//!
//! One file per noun. `/healthz` and `/readyz` answer anyone, everything else asks for the token. What the command line
//! shows comes from here; there is no private door.

mod aside;
mod auth;
mod backups;
mod conflicts;
mod cursor;
mod deliveries;
mod destinations;
mod doctor;
mod error;
mod events;
mod notifications;
mod page;
mod payments;
mod probes;
mod prune;
mod quarantine;
mod replays;
mod router;
mod routes;
mod setup;
mod status;
mod stream;
mod timing;
mod typed;
mod view;

use std::sync::Arc;

pub(crate) use auth::Token;
pub(crate) use cursor::Cursors;
use error::ApiError;
pub(crate) use router::router;
pub(crate) use view::event_with as event_view;

use crate::gateway::Gateway;

/// What every handler is given.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) token: Arc<Token>,
    pub(crate) cursors: Arc<Cursors>,
}
