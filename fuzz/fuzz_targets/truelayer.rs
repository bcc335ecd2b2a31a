//! TrueLayer: the input's first line is the header of its signature, the rest the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::{headers, refused_by_truelayer, value_and_body};

fuzz_target!(|input: &[u8]| {
    let (signature, body) = value_and_body(input);
    let time = ("x-tl-webhook-timestamp", b"2026-09-21T13:33:20Z".as_slice());
    refused_by_truelayer(&headers(&[("tl-signature", signature), time]), body);
});
