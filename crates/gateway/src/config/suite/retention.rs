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
