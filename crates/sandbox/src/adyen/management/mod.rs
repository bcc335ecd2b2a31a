//! The Management API v3: webhooks, their keys, test notifications.
//!
//! - `router`: its paths.
//! - `scope`: who asks, and for which account.
//! - `refusal`: what is answered when it does not work.
//! - `webhooks`: list, create, show, change, delete.
//! - `fields`, `written`: what a request says of a webhook, field by field.
//! - `shown`: a webhook as it is answered, `page` a list of them.
//! - `properties`: the names of the additional settings.
//! - `keys`: a new HMAC key.
//! - `trial`: test notifications.
//! - `accounts`: the company, its merchant accounts, and who asks.

mod accounts;
mod fields;
mod keys;
mod page;
mod properties;
mod refusal;
mod router;
mod scope;
mod shown;
mod trial;
mod webhooks;
mod written;

#[cfg(test)]
pub(crate) use properties::PROPERTIES;
pub(super) use router::router;
