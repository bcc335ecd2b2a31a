//! What each provider's door promises, told from outside.
//!
//! - [`adyen_standard`], [`adyen_soap`], [`adyen_header_signed`], [`adyen_unsigned`], [`banked`]: published facts restated, and what must not pass.
//! - [`doctor`]: each mistake is named, and none accepted.
//! - [`identity`]: what counts as the same event.
//! - [`lifecycle`]: what a payment is believed to be, code by code, in any order.
//! - [`properties`]: `verify(sign(x))` holds, and with anything signed changed it does not.
//! - [`fixtures`]: one request and its events for each kind of event.
//! - [`understood`]: what declared providers say of a payment, story by story, in any order.
//! - [`vectors`]: published vectors and payloads in bulk, where a folder of them is at hand.

mod adyen_header_signed;
mod adyen_soap;
mod adyen_standard;
mod adyen_unsigned;
mod banked;
mod braintree;
mod declared;
mod declared_vectors;
mod doctor;
mod fixtures;
mod identity;
mod lifecycle;
mod mollie_classic;
mod properties;
mod requests;
mod truelayer;
mod understood;
mod vectors;
