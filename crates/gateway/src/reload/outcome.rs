//! What came of the last change that was asked for, and how it is told: a log line, a metric, an alert, the API.

use std::sync::{Mutex, PoisonError};

use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;
use serde::Serialize;

use crate::alerts::{Alert, HOUR, stretch};
use crate::config::{Finding, Mistakes, Warning};
use crate::gateway::Gateway;
use crate::telemetry::metrics::Reload;

/// Mistakes an alert tells in full; the log line and the API tell all.
const MISTAKES_IN_ALERT_MAX: usize = 3;

/// The last outcome, for the API.
#[derive(Default)]
pub(crate) struct Outcomes {
    last: Mutex<Option<Outcome>>,
    /// What the last refusal said and in which hour, so that a file that stays wrong alerts once.
    alerted: Mutex<Option<(String, i64)>>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Outcome {
    at: Timestamp,
    /// `taken`, `unchanged` or `refused`.
    outcome: &'static str,
    /// What changed, by name.
    changes: Vec<String>,
    /// Why it was refused: each mistake, as `payhook check` tells it.
    mistakes: Vec<Said>,
}

#[derive(Clone, Debug, Serialize)]
struct Said {
    what: String,
    hint: String,
}

impl From<&Finding> for Said {
    fn from(finding: &Finding) -> Self {
        Self { what: finding.to_string(), hint: finding.hint.clone() }
    }
}

impl Outcomes {
    /// The last one, when there was any.
    pub(crate) fn last(&self) -> Option<Outcome> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The digest as people see it.
pub(crate) fn shown(digest: [u8; 8]) -> String {
    data_encoding::HEXLOWER.encode(&digest)
}

/// Whether the last change that was asked for was refused.
pub(crate) fn last_was_refused(gateway: &Gateway) -> bool {
    gateway.reloads.last().is_some_and(|last| last.outcome == "refused")
}

/// How it runs, in a line.
pub(crate) fn status(gateway: &Gateway) -> String {
    let config = shown(gateway.plan.load().digest);
    match gateway.reloads.last() {
        Some(Outcome { outcome: "refused", at, .. }) => format!(
            "takes notifications, with configuration {config}; the one of {at} was refused: `payhook check` says why"
        ),
        _ => format!("takes notifications, with configuration {config}"),
    }
}

/// A changed configuration runs: what changed, under which digests.
pub(super) fn taken(gateway: &Gateway, before: [u8; 8], changes: Vec<String>, warnings: &[Warning]) {
    let now = shown(gateway.plan.load().digest);
    for warning in warnings {
        tracing::warn!(hint = warning.hint, "{warning}");
    }
    gateway.metrics.runs(&now);
    let (before, told) = (shown(before), changes.join("; "));
    tracing::info!(before, config = now, changes = told, "configuration changed");
    note(gateway, "taken", changes, Vec::new());
}

/// Nothing differs from what runs.
pub(super) fn unchanged(gateway: &Gateway, why: &str) {
    tracing::info!(config = shown(gateway.plan.load().digest), why, "configuration unchanged");
    note(gateway, "unchanged", Vec::new(), Vec::new());
}

/// It was refused, and the one before runs on.
pub(super) fn refused(gateway: &Gateway, mistakes: &Mistakes) {
    let config = shown(gateway.plan.load().digest);
    tracing::error!(config, mistakes = %mistakes, "the changed configuration is refused; the one before it runs on");
    note(gateway, "refused", Vec::new(), mistakes.0.iter().map(Said::from).collect());
    alert(gateway, mistakes);
}

fn note(gateway: &Gateway, outcome: &'static str, changes: Vec<String>, mistakes: Vec<Said>) {
    gateway.metrics.reloads.get_or_create(&Reload { outcome }).inc();
    let noted = Outcome { at: gateway.clock.now(), outcome, changes, mistakes };
    *gateway.reloads.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(noted);
}

/// Once an hour for the same mistakes.
fn alert(gateway: &Gateway, mistakes: &Mistakes) {
    let said = (mistakes.to_string(), stretch(gateway.clock.now(), HOUR));
    let mut alerted = gateway.reloads.alerted.lock().unwrap_or_else(PoisonError::into_inner);
    if alerted.as_ref() == Some(&said) {
        return;
    }
    let about = format!("{}/{}", said.1, said.0);
    *alerted = Some(said);
    drop(alerted);
    let first: Vec<String> = mistakes.0.iter().take(MISTAKES_IN_ALERT_MAX).map(ToString::to_string).collect();
    let further = mistakes.0.len().saturating_sub(first.len());
    let further = if further == 0 { String::new() } else { format!(", and {further} more") };
    let message = format!(
        "the changed configuration was refused and the one before it runs on: {}{further}. The log line and \
         /api/v1/status tell each, with what to do",
        first.join("; ")
    );
    gateway.alert(Alert::new(Kind::AlertReloadRefused, about, message));
}
