//! What a source takes without a signature, as configured.

use super::super::Loaded;
use super::{WHOLE, folder, load_in, loaded, variables};

#[test]
fn events_without_a_signature_are_named_and_asked_for_something_else() {
    const GUARDS: [&str; 2] = ["basic_auth = { username = \"u\", password = \"p\" }", "allow_ips = [\"192.0.2.0/24\"]"];
    let with = |lines: &str| WHOLE.replace("[[destination]]", &format!("{lines}\n[[destination]]"));
    for guard in GUARDS {
        let toml = with(&format!("unsigned_events = [\"REPORT_AVAILABLE\"]\n{guard}"));
        let Loaded { config, warnings } = loaded(&toml);
        assert_eq!(config.sources[0].policy.unsigned_events, ["REPORT_AVAILABLE"]);
        assert_eq!(warnings, []);
        for (codes, expected) in [
            ("\"REPORT_AVAILBLE\"", "did you mean `REPORT_AVAILABLE`?"),
            ("\"*\"", "none stands for all"),
            ("\"AUTHORISATION\"", "is about a payment's money"),
        ] {
            let toml = with(&format!("unsigned_events = [{codes}]\n{guard}"));
            let warnings = format!("{:?}", loaded(&toml).warnings);
            assert!(warnings.contains(expected), "{codes}: {warnings}");
        }
    }
    let near = with("unsigned_events = [\"REPORT_AVAILABLE\"]\nallow_ips = [\"10.0.0.7\"]");
    let warnings = format!("{:?}", loaded(&near).warnings);
    assert!(warnings.contains("behind a proxy there, from anybody"), "{warnings}");
    let none = with("unsigned_events = []");
    let config = loaded(&none).config;
    assert!(config.sources[0].policy.unsigned_events.is_empty());
    let banked = format!("unsigned_events = [\"payment_sent\"]\n{}", GUARDS[0]);
    let banked = with(&banked).replace("provider = \"adyen\"", "provider = \"banked\"");
    let mistakes = load_in(folder().path(), Some(&banked), variables()).expect_err("it signs everything");
    assert!(mistakes.to_string().contains("its provider signs everything"), "{mistakes}");
}
