//! Where a source looks its keys up, as configured.

use super::{check, loaded};

const LIVE: &str = "https://webhooks.truelayer.com/.well-known/jwks";
const SANDBOX: &str = "https://webhooks.truelayer-sandbox.com/.well-known/jwks";
const KEY: &str = r#"{ name = "k", key = '{"kty":"EC","crv":"P-521","x":"AKC7luJxaqFLkfHexVbFKCOtpYm2HUJVhrS0rZ6nbnS2Pdm0NK2uXmQG5Lp6xk0ffsPZq-KNhLcm-qQu2Advtt1j","y":"AX1cjkGMiltikPrkX49qwuJDdcETaTsj-kyFP8jsF9W5XAB3Z4tBiQtc72DQnJYeKyAV_T6qZTtFKFr-Tp4iu-j7"}' }"#;

fn source(lines: &str) -> String {
    format!("version = 1\n[[source]]\nname = \"tl\"\nprovider = \"truelayer\"\n{lines}\n")
}

/// Where the source looks into, and how many keys it has of its own.
fn looked_into(lines: &str) -> (Option<String>, usize) {
    let mut config = loaded(&source(lines)).config;
    let source = config.sources.remove(0);
    (source.policy.key_set, source.keys.len())
}

#[test]
fn a_source_without_keys_looks_into_the_set_of_its_environment_and_one_with_keys_into_none() {
    let (keys, own) = (format!("keys = [{KEY}]"), "jwks_url = \"http://127.0.0.1:9/jwks\"");
    for (lines, expected) in [
        (String::new(), (Some(LIVE), 0)),
        ("environment = \"live\"".to_owned(), (Some(LIVE), 0)),
        ("environment = \"test\"".to_owned(), (Some(SANDBOX), 0)),
        (keys.clone(), (None, 1)),
        (own.to_owned(), (Some("http://127.0.0.1:9/jwks"), 0)),
        (format!("{keys}\n{own}"), (Some("http://127.0.0.1:9/jwks"), 1)),
        (format!("{keys}\njwks_url = \"{LIVE}\""), (Some(LIVE), 1)),
        (format!("{}\n{own}", keys.replace(" }]", ", retired = true }]")), (Some("http://127.0.0.1:9/jwks"), 1)),
    ] {
        let (url, count) = looked_into(&lines);
        assert_eq!((url.as_deref(), count), expected, "{lines}");
    }
}

#[test]
fn a_set_that_anybody_could_change_on_the_way_or_that_is_nowhere_is_a_mistake() {
    for (url, problem) in [
        ("http://keys.example.com/jwks", "it is not https"),
        ("https://10.0.0.7/jwks", "10.0.0.7 is not a public address"),
        ("https://user:secret@keys.example.com/jwks", "the URL carries a user name or password"),
        ("file:///etc/passwd", "the URL's scheme is file"),
        ("jwks", "relative URL without a base"),
    ] {
        let expected = format!("5: `jwks_url` of source `tl` cannot be used: {problem} | write {LIVE}");
        check(&source(&format!("jwks_url = \"{url}\"")), &[&expected]);
    }
    check(&source("keys = []"), &["5: `keys` of source `tl` is empty"]);
    let retired = format!("keys = [{}]", KEY.replace(" }", ", retired = true }"));
    check(&source(&retired), &["5: every key of source `tl` is retired"]);
}

#[test]
fn a_set_means_nothing_to_a_provider_that_publishes_none() {
    let toml = source("keys = [\"k\"]\njwks_url = \"https://keys.example.com/jwks\"").replace("truelayer", "banked");
    let loaded = loaded(&toml);
    assert_eq!(loaded.config.sources[0].policy.key_set, None);
    let warnings = format!("{:?}", loaded.warnings);
    assert!(warnings.contains("banked publishes no keys"), "{warnings}");
}
