//! A scheme as an operator may write it, in JSON: whatever is taken as one can judge a request; a mistake is told in one line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::takes_scheme;

fuzz_target!(|text: &[u8]| takes_scheme(text));
