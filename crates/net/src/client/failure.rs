//! How a call fails: what, and when.

use std::fmt;
use std::io;

use super::address_guard::Refused;
use super::timings::Timings;

/// A call without an answer.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    /// What went wrong.
    pub error: ClientError,
    /// The steps that were taken.
    pub timings: Timings,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The name has no address, or its resolver does not answer.
    #[error("cannot resolve {host}: {source}")]
    Unresolved {
        /// The name.
        host: String,
        /// What the resolver says.
        source: io::Error,
    },
    /// The guard does not allow the address.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody takes the connection.
    #[error("cannot connect: {0}")]
    Connect(io::Error),
    /// The handshake failed: an unknown authority, another name, an expired certificate, no TLS there at all.
    #[error("TLS: {0}")]
    Tls(io::Error),
    /// A step took too long.
    #[error("timed out {0}")]
    TimedOut(Step),
    /// The connection ended while it was needed.
    #[error("the connection broke {0}")]
    Broken(Step),
    /// What came back is not HTTP, or has a header beyond all bounds.
    #[error("the answer is not HTTP")]
    NotHttp,
}

impl ClientError {
    /// When it went wrong, as seen by the receiver.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Unresolved { .. } | Self::Refused(_) | Self::Connect(_) | Self::Tls(_) => Stage::Before,
            Self::TimedOut(step) | Self::Broken(step) => step.stage(),
            Self::NotHttp => Stage::After,
        }
    }
}

/// When a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The receiver has seen nothing of the request.
    Before,
    /// It may have seen part of it.
    During,
    /// It may have seen, and acted on, all of it.
    After,
}

/// The steps of a call, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Looking up the name.
    Resolve,
    /// Connecting.
    Connect,
    /// Shaking hands over TLS.
    Handshake,
    /// Sending the request.
    Send,
    /// Waiting for the answer's header.
    Wait,
    /// Reading the answer's body.
    Read,
}

impl Step {
    const fn stage(self) -> Stage {
        match self {
            Self::Resolve | Self::Connect | Self::Handshake => Stage::Before,
            Self::Send => Stage::During,
            Self::Wait | Self::Read => Stage::After,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "while resolving the name",
            Self::Connect => "while connecting",
            Self::Handshake => "during the TLS handshake",
            Self::Send => "while sending the request",
            Self::Wait => "before an answer came",
            Self::Read => "while reading the answer",
        })
    }
}
