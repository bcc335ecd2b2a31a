//! The doctor: why a captured request does not verify, in words an integrator can act on.
//!
//! It explains and never accepts. [`Provider::diagnose`](crate::Provider::diagnose) first asks the same `verify` as the
//! door does; only where that refuses are the usual mistakes tried one by one, until one of them makes the signature fit.
//!
//! - [`case`]: what is asked: the request, and the keys that may explain it.
//! - [`diagnosis`]: what is answered.
//! - [`search`]: tries messages, signatures and keys against each other, within a bound.
//! - [`bodies`], [`layouts`]: the body as it may have been before something on the way wrote it anew.
//! - [`signatures`]: a signature's text as it may have been meant.
//! - [`unusual`]: bodies that are no text anybody could have signed.
//! - [`suspects`]: a key's text as it may have been misread.
//! - [`headers`]: signatures under other names, and those of other schemes.

mod bodies;
mod case;
mod diagnosis;
mod headers;
mod layouts;
mod search;
mod signatures;
mod suspects;
mod unusual;

pub use case::{Belongs, Case, Suspect};
pub use diagnosis::{Cause, Diagnosis, Finding, Read};
pub use suspects::suspects;

pub(crate) use bodies::variants;
pub(crate) use headers::{length_differs, looks_like, other_schemes, signature_header};
pub(crate) use search::{Reading, search};
pub(crate) use signatures::{Writing, signatures};
