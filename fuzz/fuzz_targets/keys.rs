//! Keys as an operator may write them: whatever is taken as a key works as one, and no mistake shows the text.
#![no_main]

use libfuzzer_sys::fuzz_target;

/// Text shorter than this may stand in any message by chance.
const TELLING_LEN: usize = 16;

fuzz_target!(|text: &str| {
    for provider in payhook_provider::ALL {
        match provider.key("fuzz", text) {
            Ok(key) => {
                let _ = key.fingerprint();
            }
            Err(mistake) => {
                let shown = format!("{mistake} {mistake:?}");
                assert!(text.len() < TELLING_LEN || !shown.contains(text), "the mistake shows the key");
            }
        }
    }
});
