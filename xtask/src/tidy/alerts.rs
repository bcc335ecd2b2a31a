//! Whoever is woken by an alert finds its section in the guide: one for each alert, and each rule in the table.

use payhook_domain::kind::Kind;

use super::Problem;
use super::sources::Source;

/// What to do about each alert.
const GUIDE: &str = "docs/guide/alerts.md";
/// The rules that wake somebody.
const RULES: &str = "contrib/prometheus/payhook.rules.yml";

/// Everything that can wake a person and is not in the guide.
pub(crate) fn check(sources: &[Source]) -> Vec<Problem> {
    let text = |path: &str| sources.iter().find(|source| source.path == path).map_or("", |source| &source.text);
    let (guide, rules) = (text(GUIDE), text(RULES));
    let alerts = Kind::ALL.iter().filter_map(|kind| kind.as_str().strip_prefix("alert."));
    let sections =
        alerts.filter(|word| !guide.contains(&format!("\n## {word}\n"))).map(|word| format!("a section `{word}`"));
    let names = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    let rows =
        names.filter(|name| !guide.contains(&format!("`{name}`"))).map(|name| format!("a row for the rule `{name}`"));
    let missing = sections.chain(rows);
    missing.map(|what| Problem { file: GUIDE.to_owned(), line: 1, message: format!("needs {what}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_or_a_rule_without_a_word_of_what_to_do_is_found() {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let sections: String = Kind::ALL
            .iter()
            .filter_map(|kind| kind.as_str().strip_prefix("alert."))
            .fold("| `Known` |\n".to_owned(), |text, word| text + &format!("\n## {word}\n"));
        let rules = |names: &[&str]| {
            source(RULES, &names.iter().map(|name| format!("  - alert: {name}\n")).collect::<String>())
        };
        assert!(check(&[source(GUIDE, &sections), rules(&["Known"])]).is_empty());
        let lacking = sections.replace("\n## disk\n", "\n");
        assert_eq!(check(&[source(GUIDE, &lacking), rules(&["Known", "Unknown"])]).len(), 2);
    }
}
