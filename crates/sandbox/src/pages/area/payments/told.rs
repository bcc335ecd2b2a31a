//! The notifications about a payment: those that name its reference in their body.

use minijinja::Value;

use crate::book::{Act, BookError, Sought};
use crate::pages::area::log::rows;

/// Most that are shown.
const SHOWN_MAX: u32 = 100;

/// Newest first.
pub(super) fn told(act: &Act<'_>, reference: &str) -> Result<Vec<Value>, BookError> {
    let sought = Sought { about: reference.to_owned(), ..Sought::default() };
    rows(act, &act.log(&sought, SHOWN_MAX)?)
}
