//! The shopper's pages: plain forms, which work without a script.
//!
//! - `router`: all paths.
//! - `hosted`: the payment page of a session or a link.
//! - `form`: that page's form, and what was typed into it.
//! - `redirect`: another page that the shopper is sent to: 3-D Secure, or a method's own.
//! - `over`: nothing to pay here, and why.

mod form;
mod hosted;
mod over;
mod redirect;
mod router;

pub(super) use router::router;
