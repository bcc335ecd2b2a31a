//! How long what was received is kept.

use super::{WHOLE, check, loaded};

#[test]
fn retention_is_one_age_or_one_for_each_kind() {
    let ages = |line: &str| {
        let kept = loaded(&format!("{WHOLE}[store]\n{line}\n")).config.store.retention;
        [kept.bodies, kept.attempts, kept.events, kept.payments].map(|age| age.to_string())
    };
    assert_eq!(ages(""), ["90d", "90d", "775d", "775d"]);
    assert_eq!(ages("retention = \"30d\""), ["30d", "30d", "775d", "775d"]);
    assert_eq!(ages("retention = \"3 years\""), ["1098d", "1098d", "1098d", "1098d"]);
    assert_eq!(ages("retention = \"never\""), ["never", "never", "never", "never"]);
    let table = "retention = { bodies = \"1 month\", events = \"12 months\", payments = \"never\" }";
    assert_eq!(ages(table), ["31d", "90d", "372d", "never"]);
}

#[test]
fn what_retention_cannot_mean_is_a_mistake() {
    for (line, expected) in [
        ("retention = \"90\"", "14: `retention` of [store] has no unit that is known | 25 months"),
        ("retention = \"0d\"", "14: `retention` of [store] is nothing at all | never"),
        ("retention = 90", "14: `retention` in [store] is a whole number | a text in quotes, or a table"),
        (
            "retention = { bodies = \"3 years\", events = \"2 years\" }",
            "14: `bodies` of `retention` of [store] are kept longer than `events`",
        ),
        (
            "retention = { payments = \"90d\" }",
            "14: `events` of `retention` of [store] are kept longer than `payments`",
        ),
        ("retention = { bodys = \"90d\" }", "14: unknown key `bodys` in `retention` of [store] | `bodies`"),
    ] {
        check(&format!("{WHOLE}[store]\n{line}\n"), &[expected]);
    }
}

#[test]
fn a_source_has_ages_of_its_own_beside_those_of_the_store() {
    let of = |line: &str| {
        let source = loaded(&WHOLE.replace("[[destination]]", &format!("{line}\n[[destination]]"))).config.sources;
        let own = source.into_iter().next().expect("one").retention;
        own.map(|kept| [kept.bodies, kept.attempts, kept.events, kept.payments].map(|age| age.to_string()))
    };
    assert_eq!(of(""), None);
    let days = |days: [&str; 4]| Some(days.map(str::to_owned));
    assert_eq!(of("retention = \"7d\""), days(["7d", "7d", "775d", "775d"]));
    assert_eq!(of("retention = { bodies = \"12 months\" }"), days(["372d", "90d", "775d", "775d"]));
    assert_eq!(of("retention = { events = \"5 years\" }"), days(["90d", "90d", "1830d", "1830d"]));
    let file = |own: &str, kept: &str| {
        WHOLE.replace("[[destination]]", &format!("retention = {own}\n[[destination]]")) + &format!("[store]\n{kept}\n")
    };
    let kept = loaded(&file("{ attempts = \"1 month\" }", "retention = \"never\"")).config;
    let own = kept.sources[0].retention.expect("its own");
    assert_eq!((own.attempts.to_string(), own.bodies.to_string()), ("31d".to_owned(), "never".to_owned()));
    let wrong = file("{ bodies = \"3 years\", events = \"2 years\" }", "");
    check(&wrong, &["6: `bodies` of `retention` of source `adyen` are kept longer than `events`"]);
}
