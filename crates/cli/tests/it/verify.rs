//! `payhook verify`: why a captured notification does not verify.

use std::path::Path;

use tempfile::TempDir;

use crate::command::{Said, payhook};

const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const OTHER: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";

/// A folder with the request that `payhook trigger --print` shows in `request.txt`.
fn captured(words: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let printed = payhook(folder.path(), &format!("trigger {words} --print --seed 7 --key {KEY}")).run().fine();
    std::fs::write(folder.path().join("request.txt"), printed).expect("written");
    folder
}

fn verify(folder: &Path, words: &str) -> Said {
    payhook(folder, &format!("verify {words}")).run()
}

/// It is refused, and this is said of it; no key is.
#[track_caller]
fn refused(said: &Said, words: &[&str]) {
    assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
    assert!(words.iter().all(|words| said.out.contains(words)), "{said:?}");
    assert!(!said.out.contains(KEY) && !said.out.contains(OTHER), "a key is shown: {said:?}");
}

#[test]
fn what_trigger_prints_verifies_under_its_key_and_no_other() {
    for (words, provider) in [
        ("adyen authorised", "adyen"),
        ("adyen authorised --form", "adyen"),
        ("adyen authorised --soap", "adyen"),
        ("banked payment_sent", "banked"),
    ] {
        let folder = captured(words);
        let said = verify(folder.path(), &format!("{provider} request.txt --key {KEY}")).fine();
        assert!(said.starts_with("authentic") && said.contains("signed"), "{said}");
        let said = verify(folder.path(), &format!("{provider} request.txt --key {OTHER}"));
        refused(&said, &["signature_mismatch", "none of the usual mistakes", "hint:"]);
    }
}

#[test]
fn a_changed_value_and_a_key_that_is_none_are_named() {
    let folder = captured("adyen authorised --set merchantReference=a+b");
    let path = folder.path().join("request.txt");
    let text = std::fs::read_to_string(&path).expect("read");
    std::fs::write(&path, text.replace("a+b", "a b")).expect("written");
    refused(
        &verify(folder.path(), &format!("adyen request.txt --key {KEY}")),
        &["merchantReference with plus signs where spaces stand"],
    );
    let said = verify(folder.path(), &format!("adyen request.txt --key {}", &KEY[1..]));
    refused(&said, &["--key has 63 characters, not 64"]);
}

#[test]
fn a_body_alone_takes_its_headers_from_the_command_line_and_json_has_it_all() {
    let folder = captured("banked payment_sent");
    let text = std::fs::read_to_string(folder.path().join("request.txt")).expect("read");
    let (head, body) = text.split_once("\n\n").expect("a head and a body");
    let signature = head.lines().find_map(|line| line.strip_prefix("banked-signature: ")).expect("signed");
    std::fs::write(folder.path().join("body.json"), body.trim_end()).expect("written");
    let words = format!("banked body.json --header banked-signature:{signature} --json --key {KEY}");
    let json = verify(folder.path(), &words).json();
    assert_eq!((json["authentic"].as_bool(), json["items"][0]["key"].as_str()), (Some(true), Some("--key")));
    let signed = json["items"][0]["signed"].as_str().expect("text");
    assert_eq!(signed.split_once('.').map(|(_, body)| body), Some(body.trim_end()));
    let said = verify(folder.path(), &format!("banked body.json --json --key {KEY}"));
    let json: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!((said.code, json["items"][0]["findings"][0]["cause"].as_str()), (1, Some("signature_missing")));
}

#[test]
fn the_configured_source_lends_its_keys_and_another_sources_is_recognised() {
    let folder = captured("adyen authorised");
    let toml = format!(
        "version = 1\n[[source]]\nname = \"adyen\"\nprovider = \"adyen\"\nkeys = [\"{OTHER}\"]\n\
         [[source]]\nname = \"second\"\nprovider = \"adyen\"\nkeys = [\"{KEY}\"]\n"
    );
    std::fs::write(folder.path().join("payhook.toml"), toml).expect("written");
    let said = verify(folder.path(), "adyen request.txt");
    refused(&said, &["of the source second makes this signature"]);
    let said = verify(folder.path(), "adyen request.txt --source second").fine();
    assert!(said.starts_with("authentic"), "{said}");
    verify(folder.path(), "adyen request.txt --source third").complains(1, "no source `third` of adyen", "--key");
}

#[test]
fn a_dash_is_standard_input() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let said = verify(folder.path(), &format!("adyen - --key {KEY}"));
    assert!(said.code == 1 && said.out.contains("the body is empty"), "{said:?}");
}

#[test]
fn what_cannot_be_read_is_complained_of() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    verify(folder.path(), "adyen none.json --key x").complains(1, "none.json cannot be read", "captured body");
    verify(folder.path(), "nobody none.json").complains(2, "no provider is called `nobody`", "adyen, banked");
    std::fs::write(folder.path().join("b"), "{}").expect("written");
    verify(folder.path(), "banked b --key x --header nothing").complains(
        2,
        "--header: write it as NAME: VALUE",
        "Banked-Signature",
    );
}

#[test]
fn a_scheme_of_ones_own_shows_what_it_reads_and_where_nothing_stands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let toml = r#"version = 1
[[scheme]]
name = "acme-pay"
algorithm = "token"
signature = { source = "header:X-Acme-Token" }
event = { id = "json:/event_id", type = "json:/event", amount = "json:/total", currency = "json:/currency" }
[[source]]
name = "acme"
provider = "acme-pay"
keys = ["0123456789"]
"#;
    std::fs::write(folder.path().join("payhook.toml"), toml).expect("written");
    let body = r#"{"event":"paid","amount":1250,"currency":"EUR"}"#;
    let request = |token: &str| format!("POST /in/acme HTTP/1.1\nX-Acme-Token: {token}\n\n{body}\n");
    std::fs::write(folder.path().join("request.txt"), request("0123456789")).expect("written");
    let said = verify(folder.path(), "acme-pay request.txt").fine();
    for words in ["authentic", "reads      id: none, so that", "reads      type: paid", "reads      amount: nothing"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    std::fs::write(folder.path().join("request.txt"), request("another")).expect("written");
    refused(
        &verify(folder.path(), "acme-pay request.txt"),
        &["none of the usual mistakes", "hint: give the key itself"],
    );
    let said = verify(folder.path(), "acme-pay request.txt --key 0123456789");
    assert!(!said.out.contains("give the key itself"), "{said:?}");
}
