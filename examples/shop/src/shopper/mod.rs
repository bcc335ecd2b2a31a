//! Somebody who buys by himself: what a person does in a browser, for a demonstration and for tests.
//!
//! It knows the shop and the provider by their pages alone: it reads forms, fills them in and sends them, and goes where
//! it is sent. When somebody does not answer it tries again, as people do.
//!
//! - `page`: a page as it was read, and the forms on it.
//! - `browser`: fetches and sends, keeps cookies, follows redirects.
//! - `errand`: one purchase from the shelf to the order's page.

mod browser;
mod errand;
mod page;

pub use browser::{Browser, Lost};
pub use errand::{Errand, Plan, Receipt};
