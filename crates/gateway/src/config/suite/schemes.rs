//! Sources of declared providers, and schemes of one's own.

use payhook_provider::Tolerance;

use super::{WHOLE, folder, load_in, loaded, shown, variables};

/// A source of this provider behind the whole file's.
fn source(provider: &str, more: &str) -> String {
    format!("{WHOLE}[[source]]\nname = \"more\"\nprovider = \"{provider}\"\n{more}\n")
}

fn mistakes(toml: &str) -> Vec<String> {
    let mistakes = load_in(folder().path(), Some(toml), variables()).expect_err("a mistake");
    shown(&mistakes.0)
}

const ACME: &str = r#"
[[scheme]]
name = "acme-pay"
algorithm = "hmac-sha256"
signature = { source = "header:X-Acme", encoding = "hex" }
signed = "{body}"
"#;

#[test]
fn a_source_of_a_declared_provider_takes_what_its_signature_needs() {
    let config = loaded(&source("square", "keys = [\"s3cret\"]\nurl = \"https://h.example.com/in/more\"")).config;
    assert_eq!(config.sources[1].policy.url.as_deref(), Some("https://h.example.com/in/more"));
    let config = loaded(&source("dlocal", "keys = [\"s3cret\"]\nparameters = { x_login = \"abc\" }")).config;
    assert_eq!(config.sources[1].policy.parameters["x_login"], "abc");
    let config = loaded(&source("stripe", "keys = [\"whsec_abc\"]\ntolerance = \"off\"")).config;
    assert_eq!(config.sources[1].policy.tolerance, Tolerance::Off);
}

#[test]
fn what_a_declared_provider_needs_and_does_not_get_is_told() {
    for (provider, more, expected) in [
        ("square", "keys = [\"s3cret\"]", "has no `url`, which square signs"),
        ("square", "keys = [\"s3cret\"]\nurl = \"hooks\"", "`url` of source `more` is no address"),
        ("dlocal", "keys = [\"s3cret\"]", "has no `x_login`, which dlocal signs"),
        ("klarna", "keys = [\"s3cret\"]", "has a key without a name"),
        ("stripe", "keys = [\"whsec_abc\"]\ntolerance = \"soon\"", "`tolerance` of source `more`"),
        ("standard-webhooks", "keys = [\"whsec_not base64\"]", "is not base64 behind `whsec_`"),
        ("chargebee", "keys = [\"s3cret\"]", "has no colon"),
        ("strpe", "keys = [\"s3cret\"]", "did you mean `stripe`?"),
    ] {
        let told = mistakes(&source(provider, more));
        assert!(told.iter().any(|line| line.contains(expected)), "{provider}: {told:?}");
    }
}

#[test]
fn what_means_nothing_or_proves_little_is_warned_of() {
    for (provider, more, expected) in [
        ("github", "keys = [\"s3cret\"]\ntolerance = \"5m\"", "signs no time"),
        ("github", "keys = [\"s3cret\"]\nurl = \"https://h.example.com/\"", "does not sign it"),
        ("github", "keys = [\"s3cret\"]\nparameters = { x = \"y\" }", "does not sign it"),
        ("mercadopago", "keys = [\"s3cret\"]", "does not sign the body"),
    ] {
        let told = shown(&loaded(&source(provider, more)).warnings);
        assert!(told.iter().any(|line| line.contains(expected)), "{provider}: {told:?}");
    }
}

#[test]
fn a_scheme_of_ones_own_is_a_provider_for_sources() {
    let config = loaded(&format!("{}{ACME}", source("acme-pay", "keys = [\"s3cret\"]"))).config;
    assert_eq!(config.sources[1].provider.name(), "acme-pay");
    let other = ACME.replace("{body}", "{body}.");
    let changed = loaded(&format!("{}{other}", source("acme-pay", "keys = [\"s3cret\"]"))).config;
    assert_ne!(config.digest, changed.digest, "another scheme is another configuration");
}

#[test]
fn a_slip_in_a_scheme_is_told_once_and_at_its_line() {
    let scheme = ACME.replace("hmac-sha256", "md5");
    let told = mistakes(&format!("{}{scheme}", source("acme-pay", "keys = [\"s3cret\"]")));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("scheme `acme-pay`: `algorithm` is `md5`"), "{told:?}");
    for (scheme, expected) in [
        (ACME.replace("acme-pay", "stripe"), "is a provider of this release"),
        (ACME.replace("acme-pay", "Acme"), "lower-case"),
        (ACME.replace("signed", "singed"), "unknown key `singed`"),
        (format!("{ACME}{ACME}"), "acme-pay"),
        (ACME.replace("name = \"acme-pay\"", ""), "`name`"),
    ] {
        let told = mistakes(&format!("{WHOLE}{scheme}"));
        assert!(told.iter().any(|line| line.contains(expected)), "{expected}: {told:?}");
    }
}

#[test]
fn a_provider_that_signs_nothing_takes_no_keys_and_only_what_is_named_behind_a_guard() {
    let guard = "basic_auth = { username = \"mollie\", password = \"s3cret\" }";
    let named = "unsigned_events = [\"payment\"]";
    let config = loaded(&source("mollie-classic", &format!("{named}\n{guard}"))).config;
    assert!(config.sources[1].keys.is_empty());
    for (more, expected) in [
        (named.to_owned(), "without a signature from anybody"),
        (guard.to_owned(), "no `unsigned_events` are named"),
        (format!("{named}\n{guard}\nkeys = [\"s3cret\"]"), "`keys` of source `more` mean nothing"),
    ] {
        let told = mistakes(&source("mollie-classic", &more));
        assert!(told.iter().any(|line| line.contains(expected)), "{expected}: {told:?}");
    }
}
