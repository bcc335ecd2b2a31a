//! A pretend payment provider: Adyen's and Banked's other end, offline.
//!
//! In the order a merchant meets it:
//!
//! * `http` answers: Adyen's Checkout and Management APIs (`adyen`), Banked's API (`banked`), the pages a shopper sees and
//!   the customer area (`pages`), and the sandbox's own API (`control`).
//! * Whatever is asked becomes true in one act on the `book`, the sandbox's own SQLite file: the payment, what will
//!   happen to it later, and the notifications that say so. A sandbox that is killed and started again goes on.
//! * `sender` signs each notification as its provider does, sends it, and comes again by the provider's own rule.
//! * `story` lets shoppers, merchants and banks do what they do, by name and seed, with faults of `sender` on the way.
//! * `clockwork` lets happen what is due; its time can run faster than the world's ([`Pace`]).
//! * `chance` makes references that look like a provider's, the same again from the same seed.
//!
//! It knows neither gateway nor store. It reaches a gateway as a provider does: over HTTP.

mod accounts;
mod adyen;
mod banked;
mod book;
mod boot;
mod chance;
mod clockwork;
mod control;
mod http;
mod pages;
mod sender;
mod story;
mod time;
mod world;

pub use accounts::Accounts;
pub use book::BookError;
pub use boot::{BeyondLoopback, Sandbox, Settings, may_listen};
pub use sender::{Fault, NoSuchFault};
pub use story::{Begun, Line, Story, TellError, Wanted, script, stories, story};
pub use time::Pace;
