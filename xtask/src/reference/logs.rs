//! The page of log lines, from the source that writes them. Each field needs a meaning here.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::log_lines::{LogLine, in_source};
use crate::tidy::sources;

/// What each field says. A field that is not here is an error of the page.
const FIELDS: &[(&str, &str)] = &[
    ("admin", "the address of the API"),
    ("age_s", "how long the keys are used before they are fetched again, in seconds"),
    ("alert", "which alert: the kind without `alert.`; [what to do](../guide/alerts.md)"),
    ("at", "the event a replay goes on from, by its place in the order of receipt"),
    ("attempt", "which try of this delivery, from 1"),
    ("before", "the digest of the configuration that ran before"),
    ("begun_at", "when what was interrupted was begun"),
    ("bytes", "of the request's body; of the backup's file"),
    ("certificate", "the file it was read from"),
    ("changes", "what changed, by name; never a secret"),
    ("code", "why it was refused: [the error's code](errors.md)"),
    ("config", "the digest of the configuration that runs, as `/api/v1/status` has it"),
    ("connections_cut", "connections whose request was not done when the time to stop was over"),
    ("connections_max", "the most connections there may be"),
    ("connections_per_peer_max", "the most of them one address may have"),
    ("copy", "the file that was made before the change"),
    ("deliveries", "how many deliveries the replay made"),
    ("delivery", "the delivery's id, `dlv_…`"),
    ("descriptors", "how many files and connections the process may have open"),
    ("destination", "the destination's name"),
    ("error", "what went wrong"),
    ("event", "the event's id, `evt_…`; of a request the first"),
    ("events", "how many events the replay, or the backup, holds"),
    ("file", "the backup"),
    ("final", "why no try follows: `exhausted` or `rejected`; absent when it was taken or one follows"),
    ("found", "the schema that was found"),
    ("free", "bytes free on the store's disk"),
    ("hint", "what to do"),
    ("id", "the backup's id, as the API has it"),
    ("index", "which index of the store"),
    ("keys", "how many keys of the set can judge a signature"),
    ("last", "the event a replay ends with, by its place in the order of receipt"),
    ("last_received_at", "when the newest notification in the store was received"),
    ("mistakes", "everything that is wrong with the file, in the words of `payhook check`"),
    ("ours", "the schema this release writes"),
    ("outcome", "`delivered`, `failed` or `rejected`"),
    ("owed", "how many deliveries wait for it"),
    ("path", "the store's file"),
    ("peer", "the address the request, or the connection, came from"),
    ("place", "where in the program; worth a report"),
    (
        "proof",
        "how far an event of the request is proved, where no signature was made over what it says: `unsigned`, `body_not_covered`",
    ),
    ("public", "the address providers post to"),
    ("reason", "why the store cannot be written"),
    ("removed", "files of another database that lay beside it"),
    ("replay", "the replay's id"),
    ("reserve", "bytes that have to stay free"),
    ("retry_at", "when it is tried again; absent when it is not"),
    ("route", "the route's name"),
    ("schema", "the schema the file has now"),
    ("skipped", "how many others stand in it, of another sort"),
    ("source", "the source's name; empty when none answers there"),
    ("state", "how the replay ended"),
    ("status", "the HTTP status that was answered, or that the destination answered"),
    ("template", "which of the sandbox's pages could not be made"),
    ("took_ms", "how long it took, in milliseconds"),
    ("took_us", "how long it took, in microseconds: from the request's last byte to the answer, or the whole try"),
    ("until", "how long the destination is left to rest"),
    ("url", "the address of the key set"),
    ("verdicts", "what each item was: `new`, `duplicate`, `revision`, `conflict`, `aside`, or the reason of a refusal"),
    ("why", "why nothing changed; what a condition failed on"),
];

const HEAD: &str = "# Log lines

The gateway logs to standard error: text on a terminal, one JSON object per line otherwise. `PAYHOOK_LOG` sets how much: `error`,
`warn`, `info` (the default), `debug`. Every line has its time, in UTC (`ts` on `request` and `attempt`, `timestamp` on all others),
`level` and `message`. Under load at most 4 MiB of lines wait to be written; what does not fit is dropped, and `log lines dropped` says
how many, in `count`.

Keys, signatures, header values and bodies are never logged. Fields are added, never renamed; messages may change: alert on
[metrics](metrics.md), or on the field `alert`.

## One line for each request and each try

They are `WARN` when the request was refused or the try was not taken, `INFO` otherwise.
";

/// The page.
///
/// # Errors
/// When a field has no meaning here, or a meaning no field.
pub(super) fn page() -> anyhow::Result<String> {
    let mut lines: Vec<LogLine> = Vec::new();
    for source in sources::tracked()?.iter().filter(|source| source.is_rust() && source.is_product()) {
        lines.extend(in_source(source));
    }
    agree(&lines)?;
    let (wide, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.level == "info or warn");
    let mut page = HEAD.to_owned();
    table(&mut page, wide);
    let about = [
        ("error", "Somebody should look: something does not work."),
        ("warn", "Alerts, which say what to do and have the field `alert`, and what is worth knowing."),
        ("info", "What happened."),
        ("debug", "For whoever looks for a fault; shown with `PAYHOOK_LOG=debug`."),
    ];
    for (level, what) in about {
        // Writing into a String does not fail.
        let _ = write!(page, "\n## {level}\n\n{what}\n");
        table(&mut page, others.iter().filter(|line| line.level == level).cloned().collect());
    }
    page.push_str("\n## Fields\n\n| field | says |\n|---|---|\n");
    for (name, meaning) in FIELDS {
        let _ = writeln!(page, "| `{name}` | {meaning} |");
    }
    Ok(page)
}

fn table(page: &mut String, mut lines: Vec<LogLine>) {
    lines.sort();
    lines.dedup();
    page.push_str("\n| message | fields |\n|---|---|\n");
    for LogLine { message, fields, .. } in lines {
        let fields: Vec<_> = fields.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "| {message} | {} |", fields.join(", "));
    }
}

fn agree(lines: &[LogLine]) -> anyhow::Result<()> {
    let logged: BTreeSet<&str> = lines.iter().flat_map(|line| &line.fields).map(String::as_str).collect();
    let told: BTreeSet<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    let (untold, unknown): (Vec<_>, Vec<_>) = (logged.difference(&told).collect(), told.difference(&logged).collect());
    anyhow::ensure!(
        untold.is_empty() && unknown.is_empty(),
        "xtask/src/reference/logs.rs: say what these fields are: {untold:?}; and take out what nothing logs: {unknown:?}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_nobody_explained_is_found() {
        let line = |name: &str| LogLine { level: "info", message: String::new(), fields: vec![name.to_owned()] };
        let told: Vec<_> = FIELDS.iter().map(|(name, _)| line(name)).collect();
        assert!(agree(&told).is_ok());
        assert!(agree(&[told.as_slice(), &[line("secret")]].concat()).is_err());
        assert!(agree(&told[1..]).is_err());
    }
}
