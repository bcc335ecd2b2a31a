//! What a program brings, and the start.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use payhook_destination::Destination;
use payhook_domain::route::Pattern;

use super::handler::{Event, Handler, HandlerError};
use crate::boot::{self, BootError, Environs, Ready, Service};
use crate::clock::{SystemClock, TokioSleeper};
use crate::config::{self, Resolved};
use crate::telemetry;

/// A gateway about to start inside a program.
pub struct Embedded {
    config: Resolved,
    doors: HashMap<String, Box<dyn Destination>>,
}

/// Why something cannot be embedded.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// A name that another destination has already.
    #[error("there is a destination called {0:?} already; give each a name of its own")]
    NameTaken(String),
    /// A pattern that is empty or too long.
    #[error("{0:?} is no pattern of events; write a kind, a provider's code, or `payment.*`")]
    Pattern(String),
    /// The log could not be started.
    #[error("the log cannot be started: {0}")]
    Log(std::io::Error),
    /// The gateway did not start.
    #[error(transparent)]
    Boot(#[from] BootError),
}

impl Embedded {
    /// A gateway of this configuration. Its own destinations and routes stay; a program adds to them.
    #[must_use]
    pub fn new(config: Resolved) -> Self {
        Self { config, doors: HashMap::new() }
    }

    /// Adds a destination of the program's own, which gets the events that one of `events` fits: kinds, the provider's
    /// codes, `payment.*`. Deliveries are known by `name` in lists and after a restart: keep it.
    ///
    /// # Errors
    /// [`EmbedError`] when the name is taken or a pattern is none.
    pub fn destination(mut self, name: &str, events: &[&str], door: impl Destination) -> Result<Self, EmbedError> {
        if self.config.destinations.iter().any(|destination| destination.name == name) {
            return Err(EmbedError::NameTaken(name.to_owned()));
        }
        let pattern = |text: &&str| Pattern::new(text).ok_or_else(|| EmbedError::Pattern((*text).to_owned()));
        let events = events.iter().map(pattern).collect::<Result<_, _>>()?;
        let position = self.config.destinations.len();
        self.config.destinations.push(config::Destination::brought(name));
        let sources = (0..self.config.sources.len()).collect();
        self.config.routes.push(config::Route::plainly(name, sources, events, position));
        self.doors.insert(name.to_owned(), Box::new(door));
        Ok(self)
    }

    /// Runs `handler` for each event that `pattern` fits, until it returns `Ok`. The destination is called `on:PATTERN`.
    ///
    /// # Errors
    /// [`EmbedError`] when there is a handler for this pattern already, or it is none.
    pub fn on<F, R>(self, pattern: &str, handler: F) -> Result<Self, EmbedError>
    where
        F: Fn(Event) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        self.destination(&format!("on:{pattern}"), &[pattern], Handler(handler))
    }

    /// Opens the store and binds the listeners, with the real clock, and the log on standard error where the program
    /// has no `tracing` subscriber of its own.
    ///
    /// # Errors
    /// [`EmbedError::Boot`] says what could not be opened, and why.
    pub async fn start(self) -> Result<Ready, EmbedError> {
        let environs = Environs {
            clock: Arc::new(SystemClock { offset_micros: 0 }),
            sleeper: Arc::new(TokioSleeper),
            log: telemetry::setup::start_quiet(None, "warn").map_err(EmbedError::Log)?,
            service: Service::default(),
            unsafe_no_sync: false,
        };
        Ok(boot::start_with(self.config, self.doors, environs).await?)
    }
}
