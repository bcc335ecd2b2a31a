//! The sandbox's APIs: each line of the input is a request. Nothing panics it, and what it refuses it refuses as its provider does.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::asks_sandbox;

fuzz_target!(|input: &[u8]| asks_sandbox(input));
