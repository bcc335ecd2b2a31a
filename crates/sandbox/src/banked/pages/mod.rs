//! What a payer sees.
//!
//! - `router`: all paths.
//! - `pay`: Banked's page: what is to be paid, and the choice of a bank.
//! - `bank`: the bank's own page: whose account, and whether to pay.
//! - `show`: a session as the pages show it, and where they lead.

mod bank;
mod pay;
mod router;
mod show;

pub(super) use router::router;
