//! Square: what its events mean. How they are signed is declared.
//!
//! - [`codes`]: event types.
//! - [`parse`]: amounts, references and kinds.
//! - [`fact`]: what an event says about a payment.
//! - [`sample`]: the other direction.
//!
//! Facts: developer.squareup.com (webhooks, payments, refunds, disputes) and the official SDKs.

mod codes;
mod fact;
mod parse;
pub(crate) mod sample;

use crate::Accounts;
use crate::declared::Sense;

/// What its words mean.
pub(crate) const SENSE: Sense = Sense {
    fill: parse::fill,
    accounts: Accounts::Named,
    codes: codes::CODES,
    samples: sample::SAMPLES,
    compose: sample::compose,
};
