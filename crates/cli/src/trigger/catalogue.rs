//! The catalogue: what can be triggered, and the refusal of what cannot.

use payhook_provider::{Provider, sample};

use crate::complaint::Complaint;
use crate::output;
use crate::table::Table;

/// Refuses a provider whose signature is known and whose events are not.
pub(super) fn has_events(provider: &dyn Provider) -> anyhow::Result<()> {
    let name = provider.name();
    if !sample::samples(name).is_empty() || !provider.codes().is_empty() {
        return Ok(());
    }
    let what = format!("{name} can be verified, but its events are not known, so that none can be composed");
    let hint = "docs/guide/providers.md shows how to sign one of your own with openssl and send it with curl";
    Err(Complaint::usage(what, hint).into())
}

/// Refuses what is neither a sample nor a code of the provider.
pub(super) fn known_event(provider: &dyn Provider, event: &str) -> anyhow::Result<()> {
    let known = sample::samples(provider.name()).iter().any(|sample| sample.name == event)
        || provider.codes().iter().any(|row| row.code == event);
    if known {
        return Ok(());
    }
    let name = provider.name();
    let hint = format!("`payhook trigger {name} --list` shows what there is");
    Err(Complaint::usage(format!("{name} has no event `{event}`"), hint).into())
}

/// Shows what there is.
pub(super) fn list(provider: &dyn Provider, json: bool) {
    let samples = sample::samples(provider.name());
    if json {
        let samples =
            samples.iter().map(|one| serde_json::json!({ "name": one.name, "about": one.about, "code": one.code }));
        let codes = provider.codes().iter().map(|row| row.code);
        output::json(
            &serde_json::json!({ "samples": samples.collect::<Vec<_>>(), "codes": codes.collect::<Vec<_>>() }),
        );
        return;
    }
    let mut table = Table::new(["EVENT", "CODE", "WHAT"]);
    samples.iter().for_each(|one| table.row([one.name, one.code, one.about].map(str::to_owned)));
    output::line(&table.render());
    let codes: Vec<_> = provider.codes().iter().map(|row| row.code).collect();
    output::line(&format!("\nEvery code of the provider works as well: {}", codes.join(" ")));
}
