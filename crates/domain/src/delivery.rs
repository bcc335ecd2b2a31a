//! Deliveries: one event owed to one destination, and the tries made at it.
//!
//! ```text
//! held ──hold over──▶ blocked or pending        held ──overtaken by a success──▶ superseded
//! blocked ──predecessor final──▶ pending ──lease──▶ leased ──delivered──▶ delivered
//!                          ▲                  │ ├─────rejected──▶ rejected    (the destination said never)
//!                          │                  │ └─failed, tries left──▶ pending (not before T)
//!                          │                  └──failed, none left──▶ exhausted  (rejected + exhausted = dead letters)
//!                          └── lease expired ─┘      stale, and every route says skip ──▶ skipped
//! ```
//! A manual retry or a replay makes a new generation; a final state never changes. Of one payment only the head is
//! `pending`, for each destination: what came later is `blocked` until those before it are final.

use std::time::Duration;

use crate::time::Timestamp;

/// Where a delivery stands. The numbers are the store's and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// Bad news that waits whether better news overtakes it. Due to be owed at its time; holds up nothing.
    Held = 1,
    /// Due now or at its time. A leased one is still pending on disk: a lease dies with its holder.
    Pending = 2,
    /// Waits for an earlier delivery of the same payment to the same destination.
    Blocked = 3,
    /// The destination took it.
    Delivered = 10,
    /// The destination said never. A dead letter.
    Rejected = 11,
    /// Every try failed. A dead letter.
    Exhausted = 12,
    /// Was held, and a success of the same order came meanwhile: never sent.
    Superseded = 13,
    /// Stale when it came, and every route that wanted it skips what is stale: never sent.
    Skipped = 14,
}

impl State {
    /// Every state in use.
    pub const ALL: [Self; 8] = [
        Self::Held,
        Self::Pending,
        Self::Blocked,
        Self::Delivered,
        Self::Rejected,
        Self::Exhausted,
        Self::Superseded,
        Self::Skipped,
    ];

    /// The word users see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Pending => "pending",
            Self::Blocked => "blocked",
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
            Self::Exhausted => "exhausted",
            Self::Superseded => "superseded",
            Self::Skipped => "skipped",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The state with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as u8 == number)
    }

    /// Whether it can still change.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Held | Self::Pending | Self::Blocked)
    }

    /// Whether it is a dead letter, which a person may retry.
    #[must_use]
    pub const fn is_dead(self) -> bool {
        matches!(self, Self::Rejected | Self::Exhausted)
    }
}

/// How one try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken: 2xx.
    Delivered,
    /// Never: 410.
    Rejected,
    /// Not now.
    Failed {
        /// How long the destination asked to be left alone.
        retry_after: Option<Duration>,
    },
}

impl Outcome {
    /// The word for logs, metrics and the attempt log.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
            Self::Failed { .. } => "failed",
        }
    }
}

/// What is kept of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its number within the delivery, from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, to the last byte read.
    pub took: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// The destination's answer, when there was one: an HTTP status.
    pub status: Option<u16>,
    /// What went wrong, in words, when it did.
    pub error: Option<String>,
    /// The start of the answer's body, at most [`Attempt::EXCERPT_MAX`] bytes, invalid UTF-8 replaced.
    pub excerpt: Option<String>,
    /// How long each step took.
    pub timings: Timings,
}

impl Attempt {
    /// Most bytes of an answer that are kept.
    pub const EXCERPT_MAX: usize = 1_024;
}

/// The steps of one try over the network; a step not taken (a pooled connection, plain HTTP) is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Resolving the name.
    pub dns: Option<Duration>,
    /// TCP connect.
    pub connect: Option<Duration>,
    /// TLS handshake.
    pub tls: Option<Duration>,
    /// From the request's last byte to the answer's first.
    pub first_byte: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_read_back_by_word_and_by_number() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            assert_eq!(State::from_number(state as u8), Some(state));
        }
        assert_eq!(State::from_number(0), None);
    }

    #[test]
    fn dead_letters_are_final() {
        assert!(State::ALL.iter().filter(|state| state.is_dead()).all(|state| state.is_final()));
    }
}
