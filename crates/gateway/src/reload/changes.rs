//! What changed between two configurations, by name: tables, keys, check values. Never a value that may be secret.

use crate::config::Fact;

/// One line for each table that changed: ``destination `shop`: url, secret``.
pub(super) fn between(before: &[Fact], after: &[Fact]) -> Vec<String> {
    let (old, new) = (tables(before), tables(after));
    let gone = old.iter().filter(|table| !new.contains(table)).map(|table| format!("{table} removed"));
    let rest = new.iter().filter_map(|table| {
        if !old.contains(table) {
            return Some(format!("{table} added"));
        }
        let (before, after) = (within(before, table), within(after, table));
        let keys: Vec<String> =
            keys(&before, &after).into_iter().filter_map(|key| of_key(key, &before, &after)).collect();
        (!keys.is_empty()).then(|| format!("{table}: {}", keys.join(", ")))
    });
    gone.chain(rest).collect()
}

fn tables(facts: &[Fact]) -> Vec<&str> {
    let mut tables: Vec<&str> = Vec::new();
    for fact in facts {
        if !tables.contains(&fact.table.as_str()) {
            tables.push(&fact.table);
        }
    }
    tables
}

fn within<'f>(facts: &'f [Fact], table: &str) -> Vec<&'f Fact> {
    facts.iter().filter(|fact| fact.table == table && fact.is_told).collect()
}

fn keys<'f>(before: &[&'f Fact], after: &[&'f Fact]) -> Vec<&'f str> {
    let mut keys: Vec<&str> = Vec::new();
    for fact in before.iter().chain(after) {
        if !keys.contains(&fact.key.as_str()) {
            keys.push(&fact.key);
        }
    }
    keys
}

/// The key, when what stands behind it differs. A signing key is told by its name and what may be shown of it.
fn of_key(key: &str, before: &[&Fact], after: &[&Fact]) -> Option<String> {
    let values = |facts: &[&Fact]| -> Vec<Vec<u8>> {
        facts.iter().filter(|fact| fact.key == key).map(|fact| fact.value().to_vec()).collect()
    };
    let (old, new) = (values(before), values(after));
    if old == new {
        return None;
    }
    if !key.starts_with("key `") {
        return Some(key.to_owned());
    }
    let what = match (old.is_empty(), new.is_empty()) {
        (true, _) => "added",
        (_, true) => "removed",
        _ => "changed",
    };
    let shown = if new.is_empty() { before } else { after };
    let note = shown.iter().find(|fact| fact.key == key).and_then(|fact| fact.note.as_ref());
    Some(note.map_or_else(|| format!("{key} {what}"), |note| format!("{key} {what} ({note})")))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::config::{Resolved, sample};

    const BASE: &str = r#"version = 1
[store]
url = "sqlite:/var/lib/payhook/payhook.db"
[[source]]
name = "adyen"
provider = "adyen"
keys = [{ name = "2026", key = "4444444444444444444444444444444444444444444444444444444444444444" }]
[[destination]]
name = "shop"
type = "http"
url = "https://shop.example.com/hook"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
[[route]]
name = "all"
to = ["shop"]
"#;

    fn resolved(toml: &str) -> Resolved {
        let folder = tempfile::tempdir().expect("a folder");
        sample::resolved(folder.path(), toml)
    }

    /// What is told when `from` becomes `to` in the base.
    fn check(from: &str, to: &str, told: &[&str]) {
        assert!(BASE.contains(from), "{from}");
        let (before, after) = (resolved(BASE), resolved(&BASE.replacen(from, to, 1)));
        let changes = between(&before.facts, &after.facts);
        assert_eq!(changes, told, "{to}");
        assert!(!changes.concat().contains("whsec_") && !changes.concat().contains("hunter2"), "{changes:?}");
    }

    #[test]
    fn a_value_that_changed_is_told_by_its_key_and_not_shown() {
        check("[store]", "[store]", &[]);
        check("shop.example.com", "other.example.com", &["destination `shop`: url"]);
        check("whsec_MfKQ9r8GKY", "whsec_MfKQ9r8GKZ", &["destination `shop`: secret"]);
        let basic = "basic_auth = { username = \"u\", password = \"hunter2\" }\nkeys = [";
        check("keys = [", basic, &["source `adyen`: basic_auth"]);
        check("4444\" }", "4444\", valid_until = 2099-01-01 }", &["source `adyen`: valid_until"]);
        check("to = [", "events = [\"payment.*\"]\nto = [", &["route `all`: events"]);
        check("[store]", "[server]\npublic = \"127.0.0.1:1\"\n[store]", &["server: public"]);
        check("version = 1", "version = 1\nabandon = [\"old\"]", &["the file: abandon"]);
    }

    #[test]
    fn tables_come_and_go_by_name_and_what_only_moved_is_not_told() {
        let another = "[[destination]]\nname = \"audit\"\ntype = \"http\"\nurl = \"https://a.example.com/\"\n\
                       format = \"original\"\n[[route]]\nname = \"more\"\nto = [\"audit\"]\n[[destination]]";
        check("[[destination]]", another, &["destination `audit` added", "route `more` added"]);
        check("name = \"all\"", "name = \"every\"", &["route `all` removed", "route `every` added"]);
    }

    #[test]
    fn keys_are_told_by_name_and_check_value() {
        let toml =
            BASE.replacen("keys = [", &format!("keys = [{{ name = \"2027\", key = \"{}\" }}, ", "5".repeat(64)), 1);
        let (before, after) = (resolved(BASE), resolved(&toml));
        let told = |before: &Resolved, after: &Resolved| between(&before.facts, &after.facts).join("; ");
        let added = told(&before, &after);
        assert!(added.starts_with("source `adyen`: key `2027` added (check value "), "{added}");
        assert!(!added.contains("5555") && !added.contains("2026"), "{added}");
        let retired = told(&after, &resolved(&toml.replacen("4444\" }", "4444\", retired = true }", 1)));
        assert!(retired.starts_with("source `adyen`: key `2026` changed (check value "), "{retired}");
        assert!(retired.ends_with(", retired)"), "{retired}");
        let removed = told(&after, &before);
        assert!(removed.starts_with("source `adyen`: key `2027` removed (check value "), "{removed}");
    }
}
