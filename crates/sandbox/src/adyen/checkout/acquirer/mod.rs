//! The pretend acquirer: what it answers, and by which words, numbers and addresses a test asks for an answer.
//!
//! - `answers`: every answer, with the word and the number that ask for it.
//! - `cards`: Adyen's test cards, and which brand a number is of.
//! - `checks`: the results of the address check and of the security code.

mod answers;
mod cards;
mod checks;

pub(crate) use answers::{APPROVED, NOT_AUTHENTICATED, PENDING, SHOPPER_CANCELLED, answer, answer_asked_by};
pub(crate) use cards::{KNOWN, Known, brand, is_number, known};
pub(crate) use checks::{avs, avs_asked_by, cvc, cvc_result};
