//! Why a telling cannot go on.

use crate::adyen::checkout::bank::Unfit;
use crate::book::BookError;

/// Why a scene did not happen.
#[derive(Debug)]
pub(super) enum Halt {
    /// Somebody did something else meanwhile, and now it does not fit.
    Unfit(String),
    Book(BookError),
}

impl From<BookError> for Halt {
    fn from(error: BookError) -> Self {
        Self::Book(error)
    }
}

impl From<Unfit> for Halt {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Book(error) => Self::Book(error),
            unfit => Self::Unfit(unfit.to_string()),
        }
    }
}
