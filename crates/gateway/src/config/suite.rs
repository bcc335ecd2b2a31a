//! The suite: configurations in, mistakes with their lines and hints out.

mod backup;
mod delivery;
mod key_set;
mod retention;
mod schemes;
mod slips;
mod unsigned;
mod vain;

use std::path::{Path, PathBuf};

use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Format, LoadOptions, Loaded, Mistakes, Variables, admin_api, load};

const ADYEN_KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The shortest file that can be run, on lines 1 to 14; tests add to it.
const WHOLE: &str = r#"version = 1
[[source]]
name = "adyen"
provider = "adyen"
keys = ["${ADYEN_HMAC_KEY}"]
[[destination]]
name = "shop"
type = "http"
url = "https://shop.example.com/hook"
secret = "${SECRET}"
[[route]]
to = ["shop"]
"#;

fn variables() -> Variables {
    Variables::given([("ADYEN_HMAC_KEY", ADYEN_KEY), ("SECRET", SECRET)])
}

fn load_in(folder: &Path, toml: Option<&str>, variables: Variables) -> Result<Loaded, Mistakes> {
    if let Some(toml) = toml {
        std::fs::write(folder.join("payhook.toml"), toml).expect("written");
    }
    let now = Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").expect("valid");
    load(LoadOptions { file: None, directory: folder.to_path_buf(), variables, now })
}

/// One that nobody else looks into, as files of the tests hold keys.
fn folder() -> TempDir {
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    tempfile::Builder::new().permissions(own).tempdir().expect("a temporary folder")
}

fn loaded(toml: &str) -> Loaded {
    load_in(folder().path(), Some(toml), variables()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// Findings as `line: what | hint`, or `NAME: …` for a variable.
fn shown(findings: &[super::Finding]) -> Vec<String> {
    let short = |finding: &super::Finding| {
        let at = finding.place.to_string();
        let at = at.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
        format!("{at}: {} | {}", finding.what, finding.hint)
    };
    findings.iter().map(short).collect()
}

/// Loads `toml` and compares its mistakes, in order: each expected one is `line: what | hint`, of which both halves may
/// be cut short.
#[track_caller]
fn check(toml: &str, expected: &[&str]) {
    let found = match load_in(folder().path(), Some(toml), variables()) {
        Ok(_) => Vec::new(),
        Err(mistakes) => shown(&mistakes.0),
    };
    compare(&found, expected, toml);
}

#[track_caller]
fn compare(found: &[String], expected: &[&str], context: &str) {
    let alike = |found: &String, expected: &&str| {
        let (what, hint) = expected.split_once(" | ").unwrap_or((expected, ""));
        let (found_what, found_hint) = found.split_once(" | ").expect("shown with a hint");
        found_what.starts_with(what) && found_hint.contains(hint)
    };
    let all =
        found.len() == expected.len() && found.iter().zip(expected).all(|(found, expected)| alike(found, expected));
    assert!(all, "{context}\nfound:    {found:#?}\nexpected: {expected:#?}");
}

#[test]
fn the_shortest_file_means_the_defaults() {
    let Loaded { config, warnings } = loaded(WHOLE);
    assert_eq!(warnings, []);
    assert_eq!(config.server.public.to_string(), "0.0.0.0:8080");
    assert_eq!(config.server.admin.to_string(), "127.0.0.1:8081");
    assert_eq!(config.store.reserve_bytes, 512 << 20);
    assert_eq!(config.store.path.file_name(), Some("payhook.db".as_ref()));
    let source = &config.sources[0];
    assert_eq!((source.name.as_str(), source.provider.name()), ("adyen", "adyen"));
    assert_eq!((source.paths.as_slice(), source.max_body_bytes), (["/in/adyen".to_owned()].as_slice(), 1 << 20));
    assert_eq!((source.environment, source.scope_environment()), (None, Environment::Live));
    assert_eq!(source.keys[0].name, "key-1");
    let shop = &config.destinations[0];
    assert_eq!((shop.format, shop.concurrency, shop.timeout.as_secs()), (Format::Payhook, 32, 10));
    let route = &config.routes[0];
    assert_eq!(
        (route.name.as_str(), route.sources.as_slice(), route.to.as_slice()),
        ("1", [0].as_slice(), [0].as_slice())
    );
    assert_eq!(route.events[0].as_str(), "*");
}

#[test]
fn everything_wrong_is_told_at_once_by_line() {
    check(
        r#"[sever]
[server]
pubilc = "0.0.0.0:80"
public_url = "https://x"
admin = 8081
[[source]]
name = "Adyen!"
provider = "ayden"
[[source]]
name = "banked"
provider = "banked"
keys = ["${NOT_SET}"]
[[route]]
to = ["shp"]
"#,
        &[
            "payhook.toml: there is no `version` | write version = 1",
            "1: unknown key `sever` in the file | did you mean `server`?",
            "3: unknown key `pubilc` in [server] | did you mean `public`?",
            "4: `public_url` in [server] is not built yet | remove it",
            "5: `admin` in [server] is a whole number | it takes a text",
            "7: the name of source `Adyen!` has a wrong shape | lower-case",
            "8: source `Adyen!` has an unknown provider `ayden` | did you mean `adyen`?",
            "12: `${NOT_SET}` is not set | .env",
            "14: route 1 names an unknown destination `shp` | there is none yet",
        ],
    );
}

#[test]
fn what_is_not_toml_is_told_by_line_without_showing_it() {
    let toml = "version = 1\n[[source]]\nkeys = [\"s3cret\nname = \n";
    let mistakes = load_in(folder().path(), Some(toml), variables()).expect_err("not TOML");
    assert!(mistakes.0.iter().any(|finding| finding.place.to_string().ends_with(":3")), "{mistakes}");
    assert!(!mistakes.to_string().contains("s3cret"), "{mistakes}");
}

/// Lines added to `[[source]]`, after line 5.
#[track_caller]
fn check_source(lines: &str, expected: &[&str]) {
    check(&WHOLE.replace("[[destination]]", &format!("{lines}\n[[destination]]")), expected);
}

#[test]
fn a_source_says_what_is_wrong_with_it() {
    for (lines, expected) in [
        (
            "unsigned_events = [\"REPORT_AVAILABLE\"]",
            "6: source `adyen` takes events without a signature from anybody | basic_auth",
        ),
        ("enviroment = \"test\"", "6: unknown key `enviroment` in source `adyen` | did you mean `environment`?"),
        ("environment = \"prod\"", "6: `environment` of source `adyen` is neither test nor live | \"test\""),
        ("responses = { bad_signature = 200 }", "6: `bad_signature` is 200, which does not refuse | 401"),
        ("responses = { bad_signature = 70000 }", "6: `bad_signature` is 70000, which does not refuse | 401"),
        ("max_body = \"1 MB/s\"", "6: `max_body` of source `adyen` has no unit that is known | MiB"),
        ("max_body = \"17179869185 GiB\"", "6: `max_body` of source `adyen` is too large | MiB"),
        ("max_body = \"1 GiB\"", "6: `max_body` of source `adyen` is not between | 1 MiB"),
        ("tolerance = \"5\"", "6: `tolerance` of source `adyen` has no unit that is known | 10s"),
        ("tolerance = \"0s\"", "6: `tolerance` of source `adyen` is not between | off"),
        (
            "unsigned_events = [\"REPORT_AVAILABLE\"]\nallow_ips = [\"0.0.0.0/0\"]",
            "6: source `adyen` takes events without a signature from anybody | allow_ips",
        ),
        ("merchant_accounts = []", "6: `merchant_accounts` of source `adyen` is empty | remove it"),
        ("merchant_accounts = [\"\"]", "6: `merchant_accounts` of source `adyen` has an empty text"),
        (
            "merchant_accounts = [\"Shop \"]",
            "6: `merchant_accounts` of source `adyen` has a text with white space around it | remove the spaces",
        ),
        ("basic_auth = { username = \"u\" }", "6: `basic_auth` of source `adyen` has no `password` | both"),
        (
            "basic_auth = { username = \"u\", password = \"\" }",
            "6: `password` of `basic_auth` of source `adyen` is empty",
        ),
        ("allow_ips = [\"10.0.0.0/33\"]", "6: `allow_ips` of source `adyen` has a text that is no address range"),
        ("paths = [\"/healthz\"]", "6: the path /healthz of source `adyen` is payhook's own"),
        ("paths = [\"/in/other\"]", "6: the path /in/other of source `adyen` is where"),
        ("paths = [\"hooks\"]", "6: a path of source `adyen` does not begin with /"),
        ("paths = [\"/a\", \"/a/\"]", "6: the path /a/ of source `adyen` is taken by source `adyen`"),
    ] {
        check_source(lines, &[expected]);
    }
}

#[test]
fn keys_say_what_is_wrong_with_them_and_are_never_shown() {
    let with = |keys: &str| WHOLE.replace("keys = [\"${ADYEN_HMAC_KEY}\"]", keys);
    for (keys, expected) in [
        ("", "2: source `adyen` has no `keys` | keys = ["),
        ("keys = []", "5: `keys` of source `adyen` is empty"),
        ("keys = [\"\"]", "5: the key `key-1` of source `adyen` is empty"),
        ("keys = [\"zz\"]", "5: the key `key-1` of source `adyen` "),
        ("keys = [{ name = \"old\" }]", "5: key 1 of source `adyen` has no `key`"),
        ("keys = [{ key = \"${ADYEN_HMAC_KEY}\", retired = true }]", "5: every key of source `adyen` is retired"),
        ("keys = [{ key = \"${ADYEN_HMAC_KEY}\", valid_until = \"soon\" }]", "5: `valid_until` of key 1"),
        (
            "keys = [\"${ADYEN_HMAC_KEY}\", { key = \"${ADYEN_HMAC_KEY}\", name = \"key-1\" }]",
            "5: source `adyen` has two keys",
        ),
        ("keys = \"${ADYEN_HMAC_KEY}\"", "5: `keys` in source `adyen` is text | a list"),
    ] {
        check(&with(keys), &[expected]);
    }
    let wrong = &ADYEN_KEY[..63];
    let mistakes = load_in(folder().path(), Some(&with(&format!("keys = [\"{wrong}\"]"))), variables());
    assert!(!format!("{mistakes:?}").contains(&wrong[..8]));
}

#[test]
fn a_key_past_its_time_warns_and_still_works() {
    let keys = "keys = [{ key = \"${ADYEN_HMAC_KEY}\", name = \"old\", valid_until = 2026-01-31 }]";
    let Loaded { config, warnings } = loaded(&WHOLE.replace("keys = [\"${ADYEN_HMAC_KEY}\"]", keys));
    compare(&shown(&warnings), &["5: key 1 of source `adyen` was valid until 2026-01-31 | retired"], keys);
    assert!(!config.sources[0].keys[0].retired);
}

#[test]
fn a_destination_says_what_is_wrong_with_it() {
    let with = |from: &str, to: &str| WHOLE.replace(from, to);
    let url = "url = \"https://shop.example.com/hook\"";
    for (toml, expected) in [
        (with("type = \"http\"", "type = \"kafka\""), "8: type `kafka` of destination `shop` is not built yet"),
        (with("type = \"http\"", "type = \"htpt\""), "8: destination `shop` has an unknown type `htpt` | `http`"),
        (
            with(url, "url = \"http://127.0.0.1:3000\""),
            "9: `url` of destination `shop` points to a private | add allow = [\"127.0.0.0/8\"]",
        ),
        (
            with(url, "url = \"http://localhost\""),
            "9: `url` of destination `shop` points to a private | add allow = [\"127.0.0.0/8\"]",
        ),
        (with(url, "url = \"ftp://x\""), "9: `url` of destination `shop` is neither http nor https"),
        (with(url, "url = \"https://u:p@x\""), "9: `url` of destination `shop` carries a user"),
        (with("secret = \"${SECRET}\"", "secret = \"abc\""), "10: `secret` of destination `shop`"),
        (with("secret = \"${SECRET}\"", ""), "6: destination `shop` has no `secret` | keys generate"),
        (
            with("secret = \"${SECRET}\"", "secret = \"${SECRET}\"\nformat = \"cloudevents\""),
            "11: format `cloudevents`",
        ),
        (
            with("secret = \"${SECRET}\"", "secret = \"${SECRET}\"\nconcurrency = 0"),
            "11: `concurrency` of destination `shop`",
        ),
        (with("secret = \"${SECRET}\"", "secret = \"${SECRET}\"\nretry = { jitter = 2 }"), "11: `jitter` of `retry`"),
        (
            with("secret = \"${SECRET}\"", "secret = \"${SECRET}\"\nretry = { schedule = [\"25h\"] }"),
            "11: `schedule` of `retry`",
        ),
    ] {
        check(&toml, &[expected]);
    }
}

#[test]
fn a_private_destination_is_taken_once_it_is_allowed() {
    let toml = WHOLE.replace("https://shop.example.com/hook", "http://127.0.0.1:3000/hook");
    let Loaded { config, warnings } = loaded(&toml.replace("[[route]]", "allow = [\"127.0.0.0/8\"]\n[[route]]"));
    assert_eq!(warnings, []);
    assert_eq!(config.destinations[0].allow.len(), 1);
}

#[test]
fn routes_name_things_that_exist_and_patterns_that_can_fit() {
    check(
        &WHOLE.replace("to = [\"shop\"]", "to = [\"shops\"]"),
        &["12: route 1 names an unknown destination | did you mean `shop`?"],
    );
    check(
        &WHOLE.replace("to = [\"shop\"]", "to = [\"shop\"]\nsources = [\"adyn\"]"),
        &["13: route 1 names an unknown source | did you mean `adyen`?"],
    );
    check(&WHOLE.replace("to = [\"shop\"]", "to = [\"shop\"]\nevents = []"), &["13: `events` of route 1 is empty"]);
    check(&WHOLE.replace("to = [\"shop\"]", ""), &["11: route 1 leads nowhere"]);
    let misspelt = WHOLE
        .replace("to = [\"shop\"]", "to = [\"shop\"]\nevents = [\"payment.*\", \"payment.authorized\", \"CHARGEBAK\"]");
    compare(
        &shown(&loaded(&misspelt).warnings),
        &["13: `payment.authorized` in route 1 | `payment.authorised`", "13: `CHARGEBAK` in route 1 | `CHARGEBACK`"],
        &misspelt,
    );
}

#[test]
fn names_and_paths_are_nobodys_twice() {
    let second = "[[source]]\nname = \"adyen\"\nprovider = \"adyen\"\nkeys = [\"${ADYEN_HMAC_KEY}\"]\n";
    check(&format!("{WHOLE}{second}"), &["14: source `adyen` is there twice"]);
    let second = second.replace("\"adyen\"\nprovider", "\"two\"\nprovider");
    check(
        &format!("{WHOLE}{second}paths = [\"/in/adyen\"]"),
        &["17: the path /in/adyen of source `two` is taken by source `adyen`"],
    );
    check(&format!("{WHOLE}{}", second.replace("\"two\"", "\"payhook\"")), &["14: the source name `payhook` is kept"]);
}

#[test]
fn two_listeners_on_one_socket_are_refused_however_spelt() {
    for (public, admin) in [
        ("0.0.0.0:9000", "127.0.0.1:9000"),
        ("[::]:9000", "127.0.0.1:9000"),
        ("[::ffff:127.0.0.1]:9000", "127.0.0.1:9000"),
    ] {
        let toml = format!("{WHOLE}[server]\npublic = \"{public}\"\nadmin = \"{admin}\"\n");
        check(&toml, &["15: `public` and `admin` listen on the same socket | different ports"]);
    }
}

#[test]
fn the_environment_lies_over_the_file() {
    let with = |name: &'static str, value: &'static str| {
        let variables = Variables::given([("ADYEN_HMAC_KEY", ADYEN_KEY), ("SECRET", SECRET), (name, value)]);
        load_in(folder().path(), Some(WHOLE), variables)
    };
    let config = |name, value| with(name, value).unwrap_or_else(|mistakes| panic!("{mistakes}")).config;
    assert_eq!(config("PAYHOOK__SERVER__PUBLIC", "127.0.0.1:9999").server.public.port(), 9999);
    assert_eq!(config("PAYHOOK__STORE__RESERVE", "0").store.reserve_bytes, 0);
    assert_eq!(config("PAYHOOK__STORE__RESERVE", "1 GiB").store.reserve_bytes, 1 << 30);
    assert_eq!(config("PAYHOOK__STORE__RETENTION", "30d").store.retention.bodies.to_string(), "30d");
    assert_eq!(config("PAYHOOK__STORE__RETENTION__EVENTS", "3 years").store.retention.bodies.to_string(), "90d");
    assert_eq!(config("PAYHOOK__SOURCE__ADYEN__MERCHANT_ACCOUNTS", "A, B").sources[0].merchant_accounts, ["A", "B"]);
    assert_eq!(config("PAYHOOK__SOURCE__ADYEN__PATHS", "[\"/x\"]").sources[0].paths, ["/in/adyen", "/x"]);
    assert_eq!(config("PAYHOOK__DESTINATION__SHOP__CONCURRENCY", "5").destinations[0].concurrency, 5);
    assert_eq!(config("PAYHOOK__DESTINATION__SHOP__RETRY__JITTER", "0").destinations[0].retry.jitter().to_bits(), 0);
    for (name, value, expected) in [
        ("PAYHOOK__SERVER__PUBILC", "x", "PAYHOOK__SERVER__PUBILC: there is no key `pubilc` | did you mean `public`?"),
        ("PAYHOOK__SOURCE__OTHER__KEYS", "x", "PAYHOOK__SOURCE__OTHER__KEYS: there is no source `other`"),
        ("PAYHOOK__SOURCE", "x", "PAYHOOK__SOURCE: `source` needs a name | PAYHOOK__SOURCE__NAME__KEY"),
        ("PAYHOOK__SERVER", "x", "PAYHOOK__SERVER: `server` is a table | public"),
        ("PAYHOOK__SERVER__PUBLIC__PORT", "1", "PAYHOOK__SERVER__PUBLIC__PORT: `public` has no key `port`"),
        (
            "PAYHOOK__SERVER__PUBLIC_URL",
            "https://x.example",
            "PAYHOOK__SERVER__PUBLIC_URL: `public_url` in [server] is not built yet",
        ),
        (
            "PAYHOOK__DESTINATION__SHOP__CONCURRENCY",
            "many",
            "PAYHOOK__DESTINATION__SHOP__CONCURRENCY: `concurrency` in destination `shop` is text",
        ),
    ] {
        let mistakes = with(name, value).expect_err(name);
        compare(&shown(&mistakes.0), &[expected], name);
    }
}

#[test]
fn a_dot_env_beside_the_file_is_read() {
    let folder = folder();
    std::fs::write(folder.path().join(".env"), format!("ADYEN_HMAC_KEY={ADYEN_KEY}\nSECRET={SECRET}\n"))
        .expect("written");
    let loaded = load_in(folder.path(), Some(WHOLE), Variables::default());
    assert!(loaded.is_ok(), "{loaded:?}");
}

#[test]
fn without_a_file_the_environment_is_enough() {
    let variables = Variables::given([
        ("ADYEN_HMAC_KEY", &*format!("{ADYEN_KEY}, {}", ADYEN_KEY.to_lowercase().replace('4', "5"))),
        ("ADYEN_MERCHANT_ACCOUNT", "TestMerchant"),
        ("ADYEN_ENVIRONMENT", "TEST"),
        ("BANKED_SIGNATURE_KEY", "f063a7029d6b959d8cc11e23148a3029"),
        ("PAYHOOK_FORWARD_URL", "http://127.0.0.1:3000/hook"),
        ("PAYHOOK_SIGNING_SECRET", SECRET),
        ("PORT", "9090"),
        ("PAYHOOK__STORE__RESERVE", "0"),
    ]);
    let config = load_in(folder().path(), None, variables).unwrap_or_else(|mistakes| panic!("{mistakes}")).config;
    assert_eq!((config.server.public.port(), config.store.reserve_bytes), (9090, 0));
    let [adyen, banked] = config.sources.as_slice() else { panic!("two sources") };
    assert_eq!((adyen.keys.len(), adyen.environment), (2, Some(Environment::Test)));
    assert_eq!(
        (adyen.merchant_accounts[0].as_str(), adyen.paths[1].as_str()),
        ("TestMerchant", "/api/webhooks/notifications")
    );
    assert_eq!(banked.paths, ["/in/banked", "/webhooks/banked"]);
    assert_eq!(config.routes[0].sources, [0, 1]);
    assert_eq!(config.file, None);
}

#[test]
fn without_a_file_each_missing_variable_is_named() {
    for (variables, expected) in [
        (
            vec![],
            "environment: there is no payhook.toml, and neither ADYEN_HMAC_KEY nor BANKED_SIGNATURE_KEY is set | payhook init",
        ),
        (vec![("ADYEN_HMAC_KEY", "")], "ADYEN_HMAC_KEY: the key `key-1` of source `adyen` is empty"),
        (vec![("ADYEN_HMAC_KEY", ADYEN_KEY), ("PORT", "web")], "PORT: is not a port"),
        (
            vec![("ADYEN_HMAC_KEY", ADYEN_KEY), ("PAYHOOK_FORWARD_URL", "http://app:3000")],
            "PAYHOOK_SIGNING_SECRET: `secret` of destination `forward` is empty | whsec_",
        ),
    ] {
        let mistakes = load_in(folder().path(), None, Variables::given(variables)).expect_err(expected);
        compare(&shown(&mistakes.0), &[expected], expected);
    }
}

#[test]
fn the_digest_tells_every_change_apart_and_shows_no_order_of_reading() {
    let base = loaded(WHOLE).config.digest;
    let folder = folder();
    let again = |toml: &str| load_in(folder.path(), Some(toml), variables()).expect("valid").config.digest;
    let here = again(WHOLE);
    assert_ne!(base, [0; 8]);
    assert_eq!(here, again(&format!("# a comment\n{WHOLE}")));
    for (from, to) in [
        ("shop.example.com", "shop.example.org"),
        ("\"${SECRET}\"", "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx\""),
        ("[[destination]]", "basic_auth = { username = \"u\", password = \"p\" }\n[[destination]]"),
        ("to = [\"shop\"]", "to = [\"shop\"]\nevents = [\"payment.*\"]"),
    ] {
        assert_ne!(here, again(&WHOLE.replace(from, to)), "{to}");
    }
}

#[test]
fn the_admin_api_is_found_though_a_key_is_missing() {
    let folder = folder();
    std::fs::write(folder.path().join("payhook.toml"), format!("{WHOLE}[server]\nadmin = \"127.0.0.1:9\""))
        .expect("written");
    let options = LoadOptions {
        file: Some(folder.path().join("payhook.toml")),
        directory: PathBuf::new(),
        variables: Variables::default(),
        now: Timestamp::default(),
    };
    let api = admin_api(options).expect("found");
    assert_eq!(api.address.to_string(), "127.0.0.1:9");
    assert_eq!(api.store.token_file(), folder.path().join("payhook.db.token"));
}

/// Lines that are nearly a configuration, so that arbitrary files get past the TOML reader.
fn line() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("version"),
        Just("name"),
        Just("keys"),
        Just("paths"),
        Just("url"),
        Just("retry"),
        Just("to"),
        Just("responses"),
        Just("events"),
        Just("reserve"),
        Just("public"),
        Just("type"),
        Just("source"),
    ];
    let value = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| n.to_string()),
        "[a-z0-9.:/${}*_ -]{0,20}".prop_map(|text| format!("\"{text}\"")),
        Just("[]".to_owned()),
        Just("[1, \"a\", {}]".to_owned()),
        Just("{ schedule = [\"9h\"] }".to_owned()),
        Just("2026-01-01".to_owned()),
        Just("{ key = \"${X\" }".to_owned()),
    ];
    let header =
        prop_oneof![Just("[[source]]"), Just("[server]"), Just("[[route]]"), Just("[[destination]]"), Just("[store]")];
    prop_oneof![(key, value).prop_map(|(key, value)| format!("{key} = {value}")), header.prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,400}") {
        let _ = load_in(folder().path(), Some(&text), variables());
    }

    #[test]
    fn nearly_a_configuration_never_panics(lines in prop::collection::vec(line(), 0..20)) {
        let _ = load_in(folder().path(), Some(&lines.join("\n")), variables());
    }
}
