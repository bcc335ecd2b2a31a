//! What reads well and would be used in vain: a certificate that cannot be served, a condition that says nothing.

use payhook_domain::time::Timestamp;

use super::*;

#[test]
fn a_certificate_that_cannot_be_served_is_a_mistake_and_hides_no_api() {
    let folder = folder();
    std::fs::write(folder.path().join("cert.pem"), "no certificate").expect("written");
    std::fs::write(folder.path().join("key.pem"), "no key").expect("written");
    let text = format!("{WHOLE}\n[server]\ntls = {{ cert = \"cert.pem\", key = \"key.pem\" }}\n");
    let mistakes = load_in(folder.path(), Some(&text), variables()).expect_err("refused").to_string();
    assert!(mistakes.contains("cert.pem holds no readable PEM certificate"), "{mistakes}");
    let now = Timestamp::from_seconds(0);
    let options = LoadOptions { file: None, directory: folder.path().to_owned(), variables: variables(), now };
    assert!(admin_api(options).is_ok(), "whoever asks the gateway what is wrong is not kept from it");
}

#[test]
fn a_certificate_whose_time_is_not_now_is_doubtful() {
    let warned = |(first, last): (i32, i32)| {
        let folder = folder();
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        params.not_before = rcgen::date_time_ymd(first, 1, 1);
        params.not_after = rcgen::date_time_ymd(last, 1, 1);
        let key = rcgen::KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        std::fs::write(folder.path().join("cert.pem"), certificate.pem()).expect("written");
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).expect("written");
        let text = format!("{WHOLE}\n[server]\ntls = {{ cert = \"cert.pem\", key = \"key.pem\" }}\n");
        shown(&load_in(folder.path(), Some(&text), variables()).expect("it runs").warnings).join("; ")
    };
    assert_eq!(warned((2026, 2027)), "");
    let over = warned((2024, 2025));
    assert!(over.starts_with("15: ") && over.contains("was valid until 2025-01-01T00:00:00.000Z"), "{over}");
    let early = warned((2027, 2028));
    assert!(early.contains("is valid from 2027-01-01T00:00:00.000Z only"), "{early}");
}

#[test]
fn a_condition_that_nothing_can_be_said_of_is_doubtful() {
    let warned = |when: &str| {
        let text = WHOLE.replace("[[route]]\n", &format!("[[route]]\nwhen = '{when}'\n"));
        assert_ne!(text, WHOLE);
        loaded(&text).warnings.iter().any(|warning| warning.to_string().contains("can be said of no event"))
    };
    for doubtful in [r#"event.amount.value >= "1000""#, "event.reference", "event.amount.value + 1", "event.live > 3"] {
        assert!(warned(doubtful), "{doubtful}");
    }
    for fine in [
        "event.amount.value >= 1000",
        r#"event.reference.startsWith("A") && event.checks.avs.code == 1"#,
        r#"event.original.reason == "x""#,
        "int(event.reference) > 5",
        r#"event.reference.matches("^A")"#,
        "has(event.account)",
    ] {
        assert!(!warned(fine), "{fine}");
    }
}

#[test]
fn a_condition_that_asks_for_a_source_or_a_provider_that_is_not_there_is_a_mistake() {
    let read = |when: &str| {
        let text = WHOLE.replace("[[route]]\n", &format!("[[route]]\nwhen = \"{when}\"\n"));
        load_in(folder().path(), Some(&text), variables())
    };
    for (when, what, hint) in [
        ("event.source == 'adyn'", "asks for the source `adyn`, which is not configured", "did you mean `adyen`?"),
        (
            "event.provider in ['adyen', 'Adyen']",
            "asks for the provider `Adyen`, which is not",
            "did you mean `adyen`?",
        ),
    ] {
        let mistakes = read(when).expect_err("refused").to_string();
        assert!(mistakes.contains(what) && mistakes.contains(hint), "{mistakes}");
    }
    for fine in ["event.source == 'adyen' || event.source == 'payhook'", "event.provider == 'adyen'"] {
        assert!(read(fine).is_ok(), "{fine}");
    }
    let doubts = |when: &str| shown(&read(when).expect("it runs").warnings).join("; ");
    let doubt = doubts("event.code == 'AUTHORIZATION'");
    assert!(doubt.contains("asks for the code `AUTHORIZATION`, which is not known"), "{doubt}");
    assert!(!doubts("event.code == 'CAPTURE' || event.code == 'SOMETHING_OF_NEXT_YEAR'").contains("code"));
}

#[test]
fn a_variable_without_braces_is_no_key_and_a_key_of_another_shape_is_doubtful() {
    let stripe = |key: &str| {
        let text = format!("{WHOLE}\n[[source]]\nname = \"stripe\"\nprovider = \"stripe\"\nkeys = [\"{key}\"]\n");
        load_in(folder().path(), Some(&text), variables())
    };
    let mistakes = stripe("$STRIPE_SECRET").expect_err("refused").to_string();
    assert!(mistakes.contains("is the name of a variable") && mistakes.contains("\"${STRIPE_SECRET}\""), "{mistakes}");
    let doubts = |key: &str| shown(&stripe(key).expect("it runs").warnings).join("; ");
    let doubt = doubts("sk_live_51abcdefgh");
    assert!(
        doubt.contains("does not begin with whsec_, as those of stripe do") && !doubt.contains("sk_live"),
        "{doubt}"
    );
    assert!(!doubts("whsec_abcdefgh$1").contains("begin"));
}

#[test]
fn addresses_from_which_nobody_can_come_are_doubtful_behind_a_proxy_on_this_machine() {
    let doubted = |public: &str, allow: &str| {
        let text = WHOLE.replace("provider = \"adyen\"\n", &format!("provider = \"adyen\"\nallow_ips = [{allow}]\n"));
        let text = format!("{text}\n[server]\npublic = \"{public}\"\n");
        loaded(&text).warnings.iter().any(|warning| warning.to_string().contains("turns everything away"))
    };
    assert!(doubted("127.0.0.1:8080", "\"192.0.2.0/24\"") && doubted("[::1]:8080", "\"192.0.2.0/24\""));
    assert!(!doubted("0.0.0.0:8080", "\"192.0.2.0/24\""), "the proxy may be on another machine, or there is none");
    for fine in ["\"192.0.2.0/24\", \"127.0.0.1/32\"", "\"0.0.0.0/0\""] {
        assert!(!doubted("127.0.0.1:8080", fine), "{fine}");
    }
}

/// Two sources of a provider, each with its settings.
fn two_sources(provider: &str, [one, other]: [&str; 2]) -> String {
    let source = |name: &str, more: &str| {
        format!("[[source]]\nname = \"{name}\"\nprovider = \"{provider}\"\nkeys = [\"k\"]\n{more}\n")
    };
    format!("{WHOLE}\n{}{}", source("one", one), source("other", other))
}

#[test]
fn that_two_sources_may_be_two_merchants_is_asked_where_notifications_do_not_say() {
    let asked = |provider: &str, settings: [&str; 2]| {
        let warnings = loaded(&two_sources(provider, settings)).warnings;
        warnings.iter().any(|warning| warning.to_string().contains("taken for one merchant's"))
    };
    assert!(asked("stripe", ["", ""]) && asked("checkout-com", ["", ""]));
    assert!(!asked("checkout-com", [r#"account = "uk""#, r#"account = "de""#]));
    assert!(!asked("checkout-com", [r#"account = """#, r#"account = """#]), "they are one's");
    assert!(!asked("checkout-com", [r#"environment = "live""#, r#"environment = "test""#]));
    let three =
        two_sources("stripe", ["", ""]) + "[[source]]\nname = \"third\"\nprovider = \"stripe\"\nkeys = [\"k\"]\n";
    let told: Vec<_> = loaded(&three).warnings.iter().map(ToString::to_string).collect();
    let told: Vec<_> = told.iter().filter(|told| told.contains("taken for one merchant's")).collect();
    assert!(told.len() == 1 && told[0].contains("`one`, `other`, `third`"), "{told:?}");
    let vain = WHOLE.replace("provider = \"adyen\"\n", "provider = \"adyen\"\naccount = \"ShopEU\"\n");
    let vain = shown(&loaded(&vain).warnings).join("; ");
    assert!(
        vain.contains("`account` of source `adyen` says nothing") && vain.contains("`merchant_accounts`"),
        "{vain}"
    );
}

#[test]
fn two_merchants_may_both_hear_of_one_platforms_customer_and_then_agree_on_who_captures() {
    let of = |own: &str, captures: &str| {
        format!("account = \"{own}\"\nmerchant_accounts = [\"acct_1\"]\ncapture = {{ acct_1 = \"{captures}\" }}")
    };
    let toml = two_sources("stripe", [&of("uk", "manual"), &of("de", "automatic")]);
    check(
        &toml,
        &[
            "payhook.toml: the sources `one` and `other` both route the account `acct_1` and differ in `capture` | write the same",
        ],
    );
    let own = |own: &str, captures: &str| format!("account = \"{own}\"\ncapture = {{ {own} = \"{captures}\" }}");
    for fine in [
        [of("uk", "manual"), of("de", "manual")],
        [own("uk", "manual"), own("de", "automatic")],
        ["uk\"\ncapture = \"manual", "de\"\ncapture = \"automatic"].map(|own| format!("account = \"{own}\"")),
    ] {
        let warnings = loaded(&two_sources("stripe", [&fine[0], &fine[1]])).warnings;
        assert!(!warnings.iter().any(|warning| warning.what.contains("capture")), "{warnings:?}");
    }
}

#[test]
fn an_account_has_few_letters() {
    let mistake = "18: `account` of source `one` has a wrong shape | at most 64";
    for wrong in ["a shop", "a@b", "a#b", "ä", &"a".repeat(65)] {
        check(
            &two_sources("checkout-com", [&format!("account = \"{wrong}\""), "account = \"Shop_2.uk:a-b\""]),
            &[mistake],
        );
    }
}

#[test]
fn a_secret_in_a_file_that_everybody_can_read_is_doubtful() {
    use std::os::unix::fs::PermissionsExt;
    // Everybody may look into /tmp; the temporary folder may be one of the user's own.
    let told_in = |outer_mode: u32, toml: &str, folder_mode: u32, mode: u32| {
        let outer = tempfile::tempdir_in("/tmp").expect("a temporary folder");
        let folder = outer.path().join("payhook");
        let chmod = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("owned");
        std::fs::create_dir(&folder).expect("made");
        std::fs::write(folder.join("payhook.toml"), toml).expect("written");
        chmod(&folder.join("payhook.toml"), mode);
        chmod(&folder, folder_mode);
        chmod(outer.path(), outer_mode);
        shown(&load_in(&folder, None, variables()).expect("it runs").warnings).join("; ")
    };
    let told = |toml: &str, folder_mode: u32, mode: u32| told_in(0o755, toml, folder_mode, mode);
    let plain = WHOLE.replace("\"${ADYEN_HMAC_KEY}\"", &format!("{{ key = \"{ADYEN_KEY}\", name = \"first\" }}"));
    let one = told(&plain, 0o755, 0o644);
    assert!(one.starts_with("5: a secret stands in a file that everybody") && one.contains("${NAME}"), "{one}");
    let both = told(&plain.replace("${SECRET}", SECRET), 0o755, 0o644);
    assert!(both.starts_with("5: 2 secrets"), "{both}");
    let closed_above = told_in(0o750, &plain, 0o755, 0o644);
    for fine in [told(&plain, 0o755, 0o640), told(&plain, 0o700, 0o644), told(WHOLE, 0o755, 0o644), closed_above] {
        assert_eq!(fine, "");
    }
    let public = r#"[[source]]
name = "one"
provider = "standard-webhooks-v1a"
keys = ["whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]
"#;
    let public = format!("{WHOLE}\n{public}");
    assert_eq!(told(&public, 0o755, 0o644), "", "a public key is no secret");
}

#[test]
fn a_variable_that_sets_nothing_for_want_of_an_underscore_is_doubtful() {
    let folder = folder();
    std::fs::write(folder.path().join(".env"), "PAYHOOK_SERVER__PUBLIC=127.0.0.1:9999\n").expect("written");
    let loaded = load_in(folder.path(), Some(WHOLE), variables()).expect("it runs");
    let told = "PAYHOOK_SERVER__PUBLIC: it sets nothing: two underscores stand before each part | write PAYHOOK__SERVER__PUBLIC";
    assert_eq!(shown(&loaded.warnings), [told]);
    let asks = format!("{WHOLE}\n[server]\npublic = \"${{PAYHOOK_SERVER__PUBLIC}}\"\n");
    let loaded = load_in(folder.path(), Some(&asks), variables()).expect("it runs");
    assert_eq!(shown(&loaded.warnings), [""; 0], "the file asks for it");
}
