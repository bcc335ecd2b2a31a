//! Banked, both versions: the input's first line is the header, the rest the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::{Suspect, headers, value_and_body};

fuzz_target!(init: { let _ = suspect(); }, |input: &[u8]| {
    let (signature, body) = value_and_body(input);
    suspect().refuses(&headers(&[("banked-signature", signature)]), body);
    suspect().parses(&headers(&[]), body);
});

fn suspect() -> &'static Suspect {
    static SUSPECT: std::sync::LazyLock<Suspect> = std::sync::LazyLock::new(|| Suspect::new("banked"));
    &SUSPECT
}
