//! Braintree: the input as a form that nobody signed, and as a document that somebody did.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::{Suspect, headers};

fuzz_target!(|body: &[u8]| {
    let form = headers(&[("content-type", b"application/x-www-form-urlencoded".as_slice())]);
    let suspect = Suspect::new("braintree");
    suspect.refuses(&form, body);
    suspect.parses(&form, body);
});
