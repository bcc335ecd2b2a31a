//! The shop's memory: one SQLite file.
//!
//! - `open`: the file, its schema, and the two ways in: [`Book::read`], and [`Book::act`] for what becomes true together.
//! - `orders`: what was ordered, by whom, and how it stands.
//! - `payments`: what payhook believes of each payment.
//! - `wanted`: intentions, from written down to carried out.
//! - `history`: what was heard of an order, for the merchant's page.

mod history;
mod open;
mod orders;
mod payments;
mod wanted;

pub(crate) use history::{Heard, history};
pub(crate) use open::Book;
pub use open::BookError;
pub use orders::Order;
pub(crate) use orders::{Line, NewOrder, by_page, by_reference, latest, lines, place, restand};
pub(crate) use payments::{Payment, believe, of_order, payment};
pub(crate) use wanted::{Ending, Intention, due, ended, intention, intentions_of, next_due, want};
