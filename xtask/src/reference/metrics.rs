//! The page of metrics, from the descriptions the gateway itself gives on `/metrics`.

use std::fmt::Write;

use payhook_domain::id::NameId;
use payhook_domain::kind::Kind;
use payhook_domain::verdict::Standing;
use payhook_gateway::telemetry::metrics::{Answer, Metrics, Reload, Standings, Try, Verdict};
use payhook_store::{Extent, Health, Pruned, Tallies};

use super::figures;

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Metrics\n\n\
         `GET /metrics` on the admin listener, with the API token, in Prometheus' text form. Rules for alerts over them are in\n\
         [contrib/prometheus](../../contrib/prometheus/payhook.rules.yml); [what to do](../guide/alerts.md) when one fires.\n\n\
         | metric | type | what |\n|---|---|---|\n",
    );
    let text = one_of_each();
    for line in text.lines() {
        let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) else { continue };
        let sort = text.lines().find_map(|line| line.strip_prefix(&format!("# TYPE {name} "))).unwrap_or_default();
        let suffix = if sort == "counter" { "_total" } else { "" };
        // Writing into a String does not fail.
        let _ = writeln!(page, "| `{name}{suffix}` | {sort} | {} |", help.trim_end_matches('.'));
    }
    let alerts = Kind::ALL.iter().filter_map(|kind| kind.as_str().strip_prefix("alert."));
    let alerts: Vec<_> = alerts.map(|word| format!("`{word}`")).collect();
    page.push_str(&LABELS.replace("ALERTS", &alerts.join(", ")));
    figures::tables(&mut page, &text);
    page
}

/// What `/metrics` says when everything has happened once: what never happened is not described there.
fn one_of_each() -> String {
    let metrics = Metrics::default();
    metrics.received.get_or_create(&Answer { source: String::new(), status: 200 }).inc();
    metrics.verdicts.get_or_create(&Verdict { source: String::new(), verdict: "new" }).inc();
    metrics.attempts.get_or_create(&Try { destination: String::new(), outcome: "delivered" }).inc();
    metrics.alert("conflict");
    metrics.reloads.get_or_create(&Reload { outcome: "taken" }).inc();
    metrics.runs("");
    metrics.pruned(&Pruned::default());
    metrics.free(&Extent::default());
    metrics.route_when_failed("");
    let certificate = Some((Some(1), false));
    let standings = Standings { breakers: vec![("", false)], key_sets: vec![("", [0; 3])], certificate };
    let mut tallies = Tallies::default();
    tallies.deliveries.insert((NameId(1), "pending"), 1);
    tallies.events.extend(Standing::ALL.iter().map(|standing| (standing.as_str().to_owned(), 1)));
    metrics.backed_up(1);
    metrics.render(&tallies, &Health::default(), &standings, 0, |_| String::new())
}

const LABELS: &str = "
## Labels

| metric | label | is |
|---|---|---|
| `received` | `source`, `status` | the source's name, empty when none answers there; the HTTP status |
| `verdicts` | `source`, `verdict` | `new`, `duplicate`, `revision`, `conflict`, `aside`, or the [reason of a refusal](errors.md#reasons-in-the-quarantine) |
| `attempts` | `destination`, `outcome` | `delivered`, `failed` or `rejected` |
| `certificate` | `figure` | `valid_until_seconds`, when it ends, in seconds since 1970; `renewed_in_vain`, 1 while its files changed and cannot be used; nothing without `tls` |
| `breaker_open` | `destination` | 1 while it is left to rest, 0 otherwise |
| `deliveries` | `destination`, `state` | a state that nothing is in is not shown |
| `alerts` | `alert` | ALERTS |
| `reloads` | `outcome` | `taken`, `unchanged` or `refused` |
| `config` | `digest` | as `/api/v1/status` shows it |
| `pruned`, `pruned_bytes` | `what` | `bodies`, `attempts`, `events`, `payments`, or `pages` of the file that went back to the disk |
| `route_when_failed` | `route` | the route's name |
| `key_set` | `url`, `figure` | the set's address; `keys` that are known now, and how often since the start it was fetched (`fetched_total`) or could not be (`failed_total`) |
| `stored` | `what` | below |
| `store` | `figure` | below |
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sources::root;

    #[test]
    fn every_metric_that_is_registered_has_its_line() {
        let source = std::fs::read_to_string(root().join("crates/gateway/src/telemetry/metrics.rs")).unwrap();
        let registered = source.matches("registry.register").count();
        assert!(registered > 10, "registered elsewhere now?");
        assert_eq!(page().lines().filter(|line| line.starts_with("| `payhook_")).count(), registered);
    }
}
