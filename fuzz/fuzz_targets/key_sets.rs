//! Key sets as somebody on the way may write them: whatever is read of one is bounded, each key has a name of its own, and
//! none of them makes a signature that nobody signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::no_key_of_the_set_believes;

fuzz_target!(|set: &[u8]| no_key_of_the_set_believes(set));
