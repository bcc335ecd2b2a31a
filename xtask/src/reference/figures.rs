//! What the store's figures on `/metrics` say: the tables below the list of metrics.

use std::fmt::Write;

/// `payhook_stored`, by `what`.
const STORED: &[(&str, &str)] = &[
    ("notifications", "requests that were acknowledged and kept"),
    ("duplicates", "repeats that were absorbed"),
    ("quarantined", "refused requests that are kept for a while"),
    ("events_routed", "events as first recorded, or released since"),
    ("events_revision", "the same event again with other unsigned details"),
    ("events_aside", "authentic, but set aside: `payhook aside list`"),
    (
        "events_conflict",
        "the same event again with other signed details, for a person to decide: `payhook conflicts list`",
    ),
    ("events_rejected", "conflicts that a person refused"),
    ("events_superseded", "set aside once, understood later and recorded anew"),
];

/// `payhook_store`, by `figure`.
const STORE: &[(&str, &str)] = &[
    ("writable", "1 while it can be written; 0: providers hear 503 and come again"),
    ("below_reserve", "1 while less than `reserve` is free on its disk: providers hear 503"),
    ("disk_free_bytes", "free on its disk"),
    ("file_bytes", "the file `payhook.db`"),
    ("free_bytes", "what of it holds nothing, and is used again by what comes next"),
    ("wal_bytes", "its log, `payhook.db-wal`: about 16 MiB under load, more while a backup runs"),
    ("queue", "jobs that wait for the writer"),
    ("commits_total", "commits, each with one sync"),
    ("commit_items_total", "jobs in them; divided by `commits_total`: how many share a sync"),
    ("commit_micros_total", "time spent in them; divided by `commits_total`: how long one takes, the disk above all"),
    ("quarantine_dropped_total", "refused requests that the bounds of the quarantine did not let in"),
    ("oldest_pending_seconds", "how long the oldest delivery that is due to a configured destination has waited"),
    (
        "last_backup_seconds",
        "when the newest backup was made, in seconds since 1970; absent while none is known, or the one known is dated later than now",
    ),
];

/// Adds the tables; `shown` is what `/metrics` says.
///
/// # Panics
/// When `/metrics` shows a figure that is not explained here.
pub(super) fn tables(page: &mut String, shown: &str) {
    for (metric, label, figures) in [("payhook_stored", "what", STORED), ("payhook_store", "figure", STORE)] {
        let start = format!("{metric}{{{label}=\"");
        for line in shown.lines().filter_map(|line| line.strip_prefix(&start)) {
            let name = line.split('"').next().unwrap_or_default();
            assert!(
                figures.iter().any(|(known, _)| *known == name),
                "xtask/src/reference/figures.rs: say what {name} is"
            );
        }
        // Writing into a String does not fail.
        let _ = write!(
            page,
            "\n## `{metric}`, by `{label}`\n\nExact, as of the moment of asking.\n\n| {label} | says |\n|---|---|\n"
        );
        for (name, meaning) in figures {
            let _ = writeln!(page, "| `{name}` | {meaning} |");
        }
    }
}
