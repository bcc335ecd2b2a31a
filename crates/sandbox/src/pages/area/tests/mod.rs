//! The customer area as a browser without a script sees it: forms, redirects, pages.
//!
//! - `browser`: a sandbox in memory, and that browser.
//! - `adyen`, `banked`: the webhooks of each. `log`: what was sent. `payments`: what banks do. `strangers`: who is kept out.

mod adyen;
mod banked;
mod browser;
mod log;
mod payments;
mod strangers;
