//! Why a verb could not happen.

use crate::adyen::checkout::payment::Payment;
use crate::book::{Act, BookError};

/// A verb that could not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    /// Nothing of this reference is known.
    #[error("nothing here has the reference {0}")]
    Unknown(String),
    /// The payment's state does not let it happen.
    #[error("{0}")]
    State(&'static str),
    #[error(transparent)]
    Book(#[from] BookError),
}

/// The payment of this reference.
pub(super) fn payment(act: &Act<'_>, psp_reference: &str) -> Result<Payment, Unfit> {
    act.find(psp_reference)?.ok_or_else(|| Unfit::Unknown(psp_reference.to_owned()))
}
