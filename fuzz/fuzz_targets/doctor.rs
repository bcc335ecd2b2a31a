//! The doctor over a refused request: the input's first line is the signature's header, the rest the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::{headers, is_explained, value_and_body};

fuzz_target!(|input: &[u8]| {
    let (signature, body) = value_and_body(input);
    let kind = ("content-type", b"application/json".as_slice());
    is_explained(&headers(&[kind, ("banked-signature", signature), ("hmacsignature", signature)]), body);
    is_explained(&headers(&[kind]), body);
});
