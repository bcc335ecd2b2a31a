//! The page of metrics, from the descriptions the gateway itself gives on `/metrics`.

use std::fmt::Write;

use payhook_domain::id::NameId;
use payhook_gateway::telemetry::metrics::{Answer, Metrics, Reload, Try, Verdict, Where};
use payhook_store::{Extent, Health, Pruned, Tallies};

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Metrics and logs\n\n\
         `GET /metrics` on the admin listener, with the API token, in Prometheus' text form.\n\n\
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
    page.push_str(LABELS);
    page
}

/// What `/metrics` says when everything has happened once: what never happened is not described there.
fn one_of_each() -> String {
    let metrics = Metrics::default();
    metrics.received.get_or_create(&Answer { source: String::new(), status: 200 }).inc();
    metrics.verdicts.get_or_create(&Verdict { source: String::new(), verdict: "new" }).inc();
    metrics.attempts.get_or_create(&Try { destination: String::new(), outcome: "delivered" }).inc();
    metrics.breaker_open.get_or_create(&Where { destination: String::new() }).set(0);
    metrics.alert("conflict");
    metrics.reloads.get_or_create(&Reload { outcome: "taken" }).inc();
    metrics.runs("");
    metrics.pruned(&Pruned::default());
    metrics.free(&Extent::default());
    metrics.route_when_failed("");
    let mut tallies = Tallies::default();
    tallies.deliveries.insert((NameId(1), "pending"), 1);
    metrics.render(&tallies, &Health::default(), 0, |_| String::new())
}

const LABELS: &str = "
Labels: `received` has `source` and `status`; `verdicts` has `source` and `verdict` (`new`, `duplicate`, `revision`, `conflict`,
`aside`, or the reason of a refusal); `attempts` has `destination` and `outcome`; `deliveries` has `destination` and `state`;
`route_when_failed` has `route`; `pruned` and `pruned_bytes` have `what` (`bodies`, `attempts`, `events`, `payments`, and `pages`
of the file that went back to the disk);
`breaker_open` has `destination`; `alerts` has `alert` (`source_blocked`, `set_aside`, `conflict`, `original_withheld`,
`breaker_open`, `dead_letters`, `disk`, `reload_refused`, `clock`, `backup`); `reloads` has `outcome` (`taken`, `unchanged`, `refused`);
`config` has `digest`, as `/api/v1/status` shows it. `stored` and `store` are exact figures of the store at the
moment of asking, by `what` and `figure`: among them `queue`, `commits_total`, `commit_items_total` and `commit_micros_total` (mean
size and time of a commit), `quarantine_dropped_total`, `oldest_pending_seconds`, `disk_free_bytes`, `file_bytes` and `free_bytes` (what of
it holds nothing), `writable`, `below_reserve`, and `last_backup_seconds` (when the newest backup was made, in seconds since 1970; absent while none is known).

## Log lines

Text on a terminal, one JSON object per line otherwise. `PAYHOOK_LOG=debug` says more.

| message | fields |
|---|---|
| `request` | `source`, `status`, `code` (of a refusal), `verdicts`, `event` (the first), `bytes`, `took_us`, `peer` |
| `attempt` | `destination`, `outcome`, `event`, `delivery`, `attempt`, `status`, `retry_at` or `final`, `error`, `took_us` |
| `configuration changed` | `before` and `config` (digests), `changes` |
| `configuration unchanged` | `config`, `why` |
| `the changed configuration is refused; …` | `config` (which runs on), `mistakes` |
| `backup` | `id`, `file`, `bytes`, `events`, `took_ms` |
| `no backup was made` | `id`, `error` |
| `a backup was put in place` and what that means | `last_received_at`, `removed` (files of the database before it) |

A line with `alert` wants a person; it says what to do. Keys, signatures, header values and bodies are never logged.
";
