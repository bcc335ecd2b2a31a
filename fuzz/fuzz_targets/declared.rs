//! Declared providers: the input's first line is the value of every header that one of them signs in, the rest the body.
//! Nobody is believed without a key, and what is signed is believed and can be parsed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::{Declared, value_and_body};

fuzz_target!(|input: &[u8]| {
    let (value, body) = value_and_body(input);
    for provider in Declared::all() {
        provider.refuses(value, body);
        provider.parses(body);
    }
});
