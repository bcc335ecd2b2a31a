//! The customer area: what a merchant configures at a provider's side, and sees of what was sent.
//!
//! - `router`: its paths. `home`: where it begins.
//! - `payments`: what happened to each, and what a bank may do to it. `accounts`: what a merchant account has chosen.
//! - `adyen`, `banked`: the webhooks of each.
//! - `log`: everything sent, newest first. `message`: one of them, and what a person does with it.
//! - `scenarios`: a story run, with what goes wrong on the way.
//! - `fields`: what a form says. `trouble`: what is shown when it does not work.
//! - `frame`: what every page has around it.

mod accounts;
mod adyen;
mod banked;
mod fields;
mod frame;
mod home;
mod log;
mod message;
mod payments;
mod router;
mod scenarios;
#[cfg(test)]
mod tests;
mod trouble;

pub(super) use router::router;
