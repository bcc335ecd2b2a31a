//! `payhook keys`: signing keys.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use payhook_gateway::keyfile;
use payhook_gateway::standard_webhooks::Secret;
use serde_json::json;

use crate::complaint::Complaint;
use crate::output;

/// Make signing keys
#[derive(Args, Debug)]
pub(crate) struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    Generate(Generate),
}

/// Make a fresh key as the provider would issue it; `payhook` makes a destination's secret
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  payhook keys generate banked\n  payhook keys generate payhook >> secret.txt")]
struct Generate {
    /// Its name: adyen, banked, stripe, or another of this release; or payhook
    #[arg(value_name = "PROVIDER")]
    provider: String,
    /// Print JSON, with the key's check value where the provider defines one
    #[arg(long)]
    json: bool,
}

/// The word for secrets of our own deliveries.
const OURS: &str = "payhook";

impl Keys {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Action::Generate(generate) = self.action;
        generate.run()
    }
}

impl Generate {
    fn run(self) -> anyhow::Result<ExitCode> {
        let made = make(&self.provider)?;
        if self.json {
            output::json(&json!({ "provider": self.provider, "key": made.text, "check_value": made.check_value }));
        } else {
            output::line(&made.text);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A key and how to recognise it without seeing it.
pub(crate) struct Made {
    pub(crate) text: String,
    check_value: Option<String>,
}

/// Makes a key for a provider, or a secret for `payhook`.
pub(crate) fn make(provider: &str) -> anyhow::Result<Made> {
    let random = keyfile::random().context("the operating system gave no random bytes")?;
    if provider == OURS {
        return Ok(Made { text: Secret::text(&random), check_value: None });
    }
    let known = payhook_provider::by_name(provider).ok_or_else(|| {
        let names: Vec<_> = payhook_provider::all().map(|provider| provider.name()).chain([OURS]).collect();
        Complaint::usage(format!("no provider is called `{provider}`"), format!("known: {}", names.join(", ")))
    })?;
    let text = known.key_text(&random).ok_or_else(|| {
        let hint = "copy the public key from the provider's documentation or dashboard";
        Complaint::usage(format!("{provider} signs with a key of its own, and gives out the public half"), hint)
    })?;
    let key = known.key("generated", &text).context("a generated key is a key")?;
    Ok(Made { text, check_value: key.check_value })
}
