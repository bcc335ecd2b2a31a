//! Stripe: what its events mean. How they are signed is declared.
//!
//! - [`codes`]: event types.
//! - [`parse`]: amounts, references and kinds.
//! - [`fact`]: what an event says about a payment.
//! - [`currency`]: decimals, where Stripe's are not the standard's.
//! - [`sample`]: the other direction.
//!
//! Facts: docs.stripe.com (event types, the objects they carry, currencies) and the official SDKs.

mod codes;
mod currency;
mod fact;
mod parse;
mod sample;

use crate::Accounts;
use crate::declared::Sense;

/// What its words mean.
pub(crate) const SENSE: Sense = Sense {
    fill: parse::fill,
    accounts: Accounts::OfPlatforms,
    codes: codes::CODES,
    samples: sample::SAMPLES,
    compose: sample::compose,
};
