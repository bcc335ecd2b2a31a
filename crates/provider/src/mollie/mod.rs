//! Mollie: what its events mean. How they are signed is declared.
//!
//! - [`codes`]: event types.
//! - [`parse`]: amounts, references and kinds; what an event says about a payment.
//! - [`sample`]: the other direction.
//!
//! Facts: docs.mollie.com (next-gen webhooks, and those of payments, refunds, captures and chargebacks).

mod codes;
mod parse;
mod sample;

use crate::Accounts;
use crate::declared::Sense;

/// What its words mean.
pub(crate) const SENSE: Sense = Sense {
    fill: parse::fill,
    accounts: Accounts::Never,
    codes: codes::CODES,
    samples: sample::SAMPLES,
    compose: sample::compose,
};
