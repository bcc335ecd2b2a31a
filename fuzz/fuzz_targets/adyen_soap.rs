//! Adyen's standard webhook as SOAP.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payhook_fuzz::{Suspect, headers};

fuzz_target!(init: { let _ = suspect(); }, |body: &[u8]| {
    let headers = headers(&[("content-type", b"text/xml")]);
    suspect().refuses(&headers, body);
    suspect().parses(&headers, body);
});

fn suspect() -> &'static Suspect {
    static SUSPECT: std::sync::LazyLock<Suspect> = std::sync::LazyLock::new(|| Suspect::new("adyen"));
    &SUSPECT
}
