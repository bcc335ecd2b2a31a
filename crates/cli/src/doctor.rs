//! `payhook doctor`: what goes wrong slowly, what it means, and what to do. The running gateway looks at itself; what can be seen
//! without one, the files and the configuration, is looked at here.

use std::process::ExitCode;

use clap::Args;
use payhook_gateway::config::{Store, TlsFiles};
use payhook_gateway::doctor::{self, Finding};
use serde_json::{Value, json};

use crate::client::Client;
use crate::complaint::Exit;
use crate::output;
use crate::settings::{Configured, GatewayArgs, now};
use crate::table::{printable, text};

/// Look at disk, clock, queue, keys, certificate, sources, files and backups, and say what to do
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook doctor\n  payhook doctor --json\n\nEnds with 1 when there is a problem, with 0 when there are warnings at most. Without a running gateway it looks at the files alone."
)]
pub(crate) struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Words of severity, the worst first.
const SEVERITIES: [&str; 3] = ["problem", "warning", "ok"];

impl Doctor {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let configured = self.gateway.configured();
        let mut findings = match self.gateway.answering().await? {
            Ok(client) => asked(&client).await?,
            Err(store) => alone(&store, configured.as_ref().and_then(|configured| configured.tls.as_ref()))?,
        };
        if let Some(configured) = configured {
            findings.extend(of_configuration(configured)?);
        }
        findings.sort_by_key(place);
        let worst = findings.first().map_or(SEVERITIES.len() - 1, place);
        if self.json {
            output::json(&json!({ "worst": SEVERITIES[worst], "findings": findings }));
        } else {
            findings.iter().for_each(show);
            output::line(&sum(&findings));
        }
        Ok(if worst == 0 { ExitCode::from(Exit::Failed as u8) } else { ExitCode::SUCCESS })
    }
}

/// What the running gateway finds.
async fn asked(client: &Client) -> anyhow::Result<Vec<Value>> {
    let mut report = client.get("/api/v1/doctor", &[]).await?;
    match report["findings"].take() {
        Value::Array(findings) => Ok(findings),
        _ => Ok(Vec::new()),
    }
}

/// What the files say where no gateway runs.
fn alone(store: &Store, tls: Option<&TlsFiles>) -> anyhow::Result<Vec<Value>> {
    let not_running = json!({
        "check": "ready",
        "severity": "problem",
        "about": null,
        "what": "no gateway answers: nothing is received; only the files are looked at",
        "hint": "start it with `payhook serve`, or name its admin address with --url",
    });
    let mut findings = vec![not_running];
    findings.extend(values(&doctor::alone(store))?);
    if let Some(files) = tls {
        findings.extend(values(&doctor::look_at_certificate(files, now()))?);
    }
    Ok(findings)
}

/// What is wrong or doubtful in the configuration as it stands, and who may read the secrets beside it.
fn of_configuration(configured: Configured) -> anyhow::Result<Vec<Value>> {
    let Configured { said, secrets, store, tls: _ } = configured;
    let told = said.into_iter().map(|(severity, what, hint)| {
        json!({ "check": "configuration", "severity": severity, "about": null, "what": what, "hint": hint })
    });
    let mut findings: Vec<Value> = told.collect();
    if let Some(store) = store.filter(|_| secrets.iter().any(|file| file.exists())) {
        findings.extend(values(&doctor::look_at_secrets(&secrets, &store))?);
    }
    Ok(findings)
}

fn values(findings: &[Finding]) -> anyhow::Result<Vec<Value>> {
    Ok(findings.iter().map(serde_json::to_value).collect::<Result<_, _>>()?)
}

/// Its place among the severities. A word of a newer gateway counts as a warning.
fn place(finding: &Value) -> usize {
    SEVERITIES.iter().position(|word| finding["severity"] == *word).unwrap_or(1)
}

fn show(finding: &Value) {
    let (what, hint) = (printable(&text(&finding["what"])), printable(&text(&finding["hint"])));
    output::finding(&text(&finding["severity"]), &text(&finding["check"]), &what, &hint);
}

fn sum(findings: &[Value]) -> String {
    let count = |place_of: usize| findings.iter().filter(|finding| place(finding) == place_of).count();
    let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}, {} fine", counted(count(0), "problem"), counted(count(1), "warning"), count(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_by_severity_and_an_unknown_word_is_no_reason_to_be_calm() {
        let of = |severity: &str| json!({ "severity": severity });
        let findings = ["ok", "problem", "ok", "ok", "alarming"].map(of);
        assert_eq!(sum(&findings), "1 problem, 1 warning, 3 fine");
        assert_eq!(findings.iter().map(place).min(), Some(0));
    }
}
