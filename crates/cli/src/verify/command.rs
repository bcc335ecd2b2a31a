//! What `payhook verify` takes, and the order of its work.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use payhook_domain::time::Timestamp;
use payhook_gateway::config::{Source, units};
use payhook_gateway::suspects;
use payhook_provider::doctor::{self, Case, Cause, Diagnosis, Suspect};
use payhook_provider::{KeyMistake, Policy, Provider, RawRequest, Tolerance};
use serde_json::json;

use super::captured::Captured;
use super::published::published;
use super::told::told;
use crate::complaint::{Complaint, Exit};
use crate::output;
use crate::providers;
use crate::settings::{ConfigArgs, now};

/// Largest capture that is read, in bytes; no notification is larger by default.
const CAPTURE_LEN_MAX: u64 = 4 << 20;

/// Say whether a captured notification verifies, and if not, why; it explains, and accepts nothing
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook verify adyen body.json --key 44782DEF...\n  payhook verify banked body.json --header 'Banked-Signature: 1572540334.60ec...'\n  payhook verify adyen request.txt --source adyen\n  payhook quarantine show qrn_3 --json | payhook verify adyen"
)]
pub(crate) struct Verify {
    /// Its name: a provider of this release, or a scheme of the configuration
    #[arg(value_name = "PROVIDER")]
    provider: String,

    /// The body, or a request with its head (`POST /path`, headers, an empty line, the body) [default: standard input]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// A header of the request, such as 'HmacSignature: 0tUn...'; can be given several times
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,

    /// A key to verify with; can be given several times [default: the keys of the configured source]
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,

    /// The configured source it came to, when several are of this provider
    #[arg(long, value_name = "NAME")]
    source: Option<String>,

    /// When it was received [default: what the capture says, or now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,

    /// How far the signed time may be from that, such as 5m [default: the source's own]
    #[arg(long, value_name = "DURATION", value_parser = tolerance)]
    tolerance: Option<Duration>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    config: ConfigArgs,
}

impl Verify {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let provider = providers::named(&self.provider, &self.config)?;
        let captured = self.captured()?;
        let mut known = if self.keys.is_empty() { self.configured(provider, &captured)? } else { self.typed(provider) };
        let request = RawRequest {
            target: captured.target.as_deref().unwrap_or("/"),
            headers: &captured.headers,
            body: &captured.body,
        };
        let mut policy = known.policy;
        known.suspects.extend(published(provider, &request, &known.suspects, &policy).await);
        policy.tolerance = self.tolerance.map_or(policy.tolerance, Tolerance::Within);
        let case = Case {
            request,
            suspects: &known.suspects,
            policy: &policy,
            now: self.at.or(captured.at).unwrap_or_else(now),
            environment: known.environment,
        };
        let diagnoses = provider.diagnose(&case);
        let is_authentic = known.mistakes.is_empty() && diagnoses.iter().all(Diagnosis::is_authentic);
        self.tell(&diagnoses, &known.mistakes, is_authentic);
        Ok(if is_authentic { ExitCode::SUCCESS } else { ExitCode::from(Exit::Failed as u8) })
    }

    fn tell(&self, diagnoses: &[Diagnosis], mistakes: &[(String, KeyMistake)], is_authentic: bool) {
        let said = serde_json::to_value(diagnoses).expect("a diagnosis is JSON");
        let said = masked(said, &self.keys);
        if self.json {
            let keys = mistakes
                .iter()
                .map(|(name, mistake)| json!({ "key": name, "problem": mistake.problem, "hint": mistake.hint }));
            output::json(
                &json!({ "authentic": is_authentic, "key_mistakes": keys.collect::<Vec<_>>(), "items": said }),
            );
            return;
        }
        for (name, mistake) in mistakes {
            output::line(&format!("{name} {}", mistake.problem));
            output::line(&format!("  hint: {}", mistake.hint));
        }
        output::line(&told(&said));
        let unexplained = diagnoses.iter().flat_map(|diagnosis| &diagnosis.findings);
        if self.keys.is_empty() && unexplained.into_iter().any(|finding| finding.cause == Cause::Unexplained) {
            output::line(
                "     hint: give the key itself with --key, and the ways to misread its text are tried as well",
            );
        }
    }

    fn captured(&self) -> anyhow::Result<Captured> {
        let mut captured = Captured::read(read(self.file.as_deref())?);
        for line in &self.headers {
            let hint = "--header 'Banked-Signature: 1572540334.60ec...'";
            captured.add(line).map_err(|what| Complaint::usage(format!("--header: {what}"), hint))?;
        }
        Ok(captured)
    }

    /// The keys that were typed, and whatever their texts may have been taken for.
    fn typed(&self, provider: &dyn Provider) -> Known {
        let mut known = Known::default();
        for (index, text) in self.keys.iter().enumerate() {
            let name = if self.keys.len() == 1 { "--key".to_owned() } else { format!("--key {}", index + 1) };
            let (suspects, mistake) = doctor::suspects(provider, &name, text);
            known.suspects.extend(suspects);
            known.mistakes.extend(mistake.map(|mistake| (name, mistake)));
        }
        known
    }

    /// The keys of the source it came to, and of the others of its provider.
    fn configured(&self, provider: &dyn Provider, captured: &Captured) -> anyhow::Result<Known> {
        let config = self.config.load_quietly()?.config;
        let of_provider: Vec<&Source> =
            config.sources.iter().filter(|source| source.provider.name() == provider.name()).collect();
        let path = captured.target.as_deref().map(|target| target.split('?').next().unwrap_or_default());
        let came_to = |source: &&&Source| match (&self.source, path) {
            (Some(name), _) => source.name == *name,
            (None, Some(path)) => source.paths.iter().any(|known| known == path),
            (None, None) => false,
        };
        let first = of_provider.first().filter(|_| self.source.is_none());
        let Some(source) = of_provider.iter().find(came_to).or(first) else {
            let named = self.source.as_deref().map(|name| format!(" `{name}`")).unwrap_or_default();
            let what = format!("the configuration has no source{named} of {}", provider.name());
            return Err(Complaint::failed(what, "give the key with --key, or the source with --source").into());
        };
        Ok(Known {
            suspects: suspects(source, config.sources.iter()),
            mistakes: Vec::new(),
            policy: source.policy.clone(),
            environment: source.environment,
        })
    }
}

/// What is known of the source.
#[derive(Default)]
struct Known {
    suspects: Vec<Suspect>,
    /// What is wrong with the keys that were typed.
    mistakes: Vec<(String, KeyMistake)>,
    policy: Policy,
    environment: Option<payhook_domain::identity::Environment>,
}

fn read(file: Option<&Path>) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = file.filter(|path| *path != Path::new("-"));
    let read = match file {
        Some(path) => std::fs::File::open(path).and_then(|file| file.take(CAPTURE_LEN_MAX + 1).read_to_end(&mut bytes)),
        None => std::io::stdin().take(CAPTURE_LEN_MAX + 1).read_to_end(&mut bytes),
    };
    let name = file.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
    read.map_err(|error| {
        Complaint::failed(format!("{name} cannot be read: {error}"), "name a file with the captured body")
    })?;
    if bytes.len() as u64 > CAPTURE_LEN_MAX {
        let hint = "one request at a time";
        return Err(Complaint::failed(format!("{name} has more than {CAPTURE_LEN_MAX} bytes"), hint).into());
    }
    Ok(bytes)
}

/// Without the keys that were typed, should one stand in what was signed.
fn masked(said: serde_json::Value, keys: &[String]) -> serde_json::Value {
    let shows = |text: &str| keys.iter().any(|key| !key.trim().is_empty() && text.contains(key.trim()));
    match said {
        serde_json::Value::String(text) if shows(&text) => {
            let mask = |text: String, key: &String| text.replace(key.trim(), "[key]");
            serde_json::Value::String(keys.iter().filter(|key| !key.trim().is_empty()).fold(text, mask))
        }
        serde_json::Value::Array(all) => all.into_iter().map(|one| masked(one, keys)).collect(),
        serde_json::Value::Object(all) => all.into_iter().map(|(name, one)| (name, masked(one, keys))).collect(),
        other => other,
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| "write 2026-11-21T10:00:00Z".to_owned())
}

fn tolerance(text: &str) -> Result<Duration, String> {
    units::duration(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_in_what_was_signed_is_not_shown() {
        let keys = ["secret".to_owned(), String::new()];
        let said = masked(json!([{ "signed": "1.a secret b", "about": "x" }]), &keys);
        assert_eq!(said, json!([{ "signed": "1.a [key] b", "about": "x" }]));
    }
}
