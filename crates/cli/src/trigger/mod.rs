//! `payhook trigger`: signs and sends what a provider would.
//!
//! - `plan`: which notification is sent at which place of the sequence.
//! - `compose`: one notification, signed, and with the faults asked for.
//! - `aim`: where it goes, and the key it is signed with.
//! - `send`: sends the plan and tells the answers.

mod aim;
mod compose;
mod plan;
mod send;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use payhook_gateway::config::units;
use payhook_gateway::keyfile;
use payhook_provider::{Provider, sample};
use url::Url;

use crate::complaint::Complaint;
use crate::output;
use crate::settings::ConfigArgs;
use crate::table::Table;

/// Sign and send simulated notifications, good ones and bad ones
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook trigger adyen authorised\n  payhook trigger adyen authorised captured refunded --set amount.value=2500\n  payhook trigger banked payment_sent --duplicate\n  payhook trigger adyen CHARGEBACK --bad-signature\n  payhook trigger adyen authorised --to https://hooks.example.com/in/adyen --key 44782DEF...\n  payhook trigger adyen --list"
)]
pub(crate) struct Trigger {
    /// adyen or banked
    #[arg(value_name = "PROVIDER")]
    provider: String,

    /// What happened: a sample's name or the provider's own code; several are about one payment
    #[arg(value_name = "EVENT", required_unless_present = "list")]
    events: Vec<String>,

    /// List the samples and codes there are
    #[arg(long)]
    list: bool,

    /// Where to send [default: the local gateway's source of this provider]
    #[arg(long, value_name = "URL")]
    to: Option<Url>,

    /// The key to sign with [default: the key of the local gateway's source]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    /// The source of the local gateway, when several are of this provider
    #[arg(long, value_name = "NAME")]
    source: Option<String>,

    /// Set a field, such as amount.value=2500 or merchantReference=order-7; can be given several times
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,

    /// How many times over, each time about another payment
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,

    /// At most this many in a second [default: one after the other]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: Option<u32>,

    /// Makes the same references again: what was sent with this seed before is a repeat
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Send as Adyen's form instead of JSON
    #[arg(long)]
    form: bool,

    #[command(flatten)]
    faults: Faults,

    /// Print the requests instead of sending them
    #[arg(long)]
    print: bool,

    /// Print JSON, one object per line
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    config: ConfigArgs,
}

/// What goes wrong on the way.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Faults")]
pub(crate) struct Faults {
    /// Send each twice
    #[arg(long)]
    duplicate: bool,

    /// Send in the reverse order
    #[arg(long)]
    reorder: bool,

    /// Sign with a key that nobody knows
    #[arg(long)]
    bad_signature: bool,

    /// Cut the body in half after signing
    #[arg(long)]
    truncate: bool,

    /// Wait before each, such as 2s
    #[arg(long, value_name = "DURATION", value_parser = delay)]
    delay: Option<Duration>,
}

impl Faults {
    /// Whether a receiver should refuse what is sent.
    fn forged(&self) -> bool {
        self.bad_signature || self.truncate
    }
}

impl Trigger {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let provider = provider(&self.provider)?;
        if self.list {
            list(provider, self.json);
            return Ok(ExitCode::SUCCESS);
        }
        for event in &self.events {
            known_event(provider, event)?;
        }
        let aim = aim::take(&self, provider)?;
        let seed = match self.seed {
            Some(seed) => seed,
            None => fresh_seed()?,
        };
        let plan = plan::Plan { events: self.events.len(), count: self.count, seed, faults: self.faults.clone() };
        let composer = compose::Composer {
            provider,
            key: aim.key,
            events: &self.events,
            set: &self.set,
            form: self.form,
            faults: &self.faults,
        };
        if self.print {
            for step in plan.steps() {
                compose::print(&composer.request(step)?, &aim.to, self.json);
            }
            return Ok(ExitCode::SUCCESS);
        }
        send::all(&plan, &composer, &send::Manner { to: aim.to, rate: self.rate, json: self.json }).await
    }
}

fn provider(name: &str) -> anyhow::Result<&'static dyn Provider> {
    let names: Vec<_> = payhook_provider::ALL.iter().map(|provider| provider.name()).collect();
    let unknown =
        || Complaint::usage(format!("no provider is called `{name}`"), format!("known: {}", names.join(", ")));
    Ok(payhook_provider::by_name(name).ok_or_else(unknown)?)
}

fn known_event(provider: &dyn Provider, event: &str) -> anyhow::Result<()> {
    let known = sample::samples(provider.name()).iter().any(|sample| sample.name == event)
        || provider.codes().iter().any(|row| row.code == event);
    if known {
        return Ok(());
    }
    let name = provider.name();
    let hint = format!("`payhook trigger {name} --list` shows what there is");
    Err(Complaint::usage(format!("{name} has no event `{event}`"), hint).into())
}

fn list(provider: &dyn Provider, json: bool) {
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

fn fresh_seed() -> anyhow::Result<u64> {
    let random = keyfile::random().context("the operating system gave no random bytes")?;
    Ok(u64::from_le_bytes(random[..8].try_into().expect("eight of 32 bytes")))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("write FIELD=VALUE")?;
    if field.is_empty() { Err("write FIELD=VALUE".to_owned()) } else { Ok((field.to_owned(), value.to_owned())) }
}

fn delay(text: &str) -> Result<Duration, String> {
    units::duration(text).map_err(|error| error.to_string())
}
