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
