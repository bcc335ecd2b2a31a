//! What `payhook trigger` takes, and the order of its work.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use payhook_domain::time::Timestamp;
use payhook_gateway::config::units;
use payhook_gateway::keyfile;
use url::Url;

use super::script::When;
use super::{aim, catalogue, compose, plan, send};
use crate::output;
use crate::providers;
use crate::settings::{ConfigArgs, now};

/// Sign and send simulated notifications, good ones and bad ones
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook trigger adyen authorised\n  payhook trigger adyen authorised captured refunded --set amount.value=2500\n  payhook trigger adyen won-dispute --reorder\n  payhook trigger banked payment_sent --duplicate\n  payhook trigger adyen CHARGEBACK --bad-signature\n  payhook trigger adyen authorised --to https://hooks.example.com/in/adyen --key 44782DEF...\n  payhook trigger adyen --list\n  payhook trigger adyen --secret-only"
)]
pub(crate) struct Trigger {
    /// Its name: adyen, banked, stripe, or another whose events are understood
    #[arg(value_name = "PROVIDER")]
    provider: String,

    /// A story, which is told whole; or what happened: a sample's name or the provider's own code, several about one payment
    #[arg(value_name = "STORY|EVENT", required_unless_present_any = ["list", "secret_only"])]
    asked: Vec<String>,

    /// List the stories, samples and codes there are
    #[arg(long)]
    list: bool,

    /// Where to send [default: the local gateway's source of this provider]
    #[arg(long, value_name = "URL")]
    pub(super) to: Option<Url>,

    /// The key to sign with [default: the key of the local gateway's source]
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<String>,

    /// The source of the local gateway, when several are of this provider
    #[arg(long, value_name = "NAME")]
    pub(super) source: Option<String>,

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

    /// The moment it happens at, and a story begins at, such as 2026-11-28T10:00:00Z; with a seed, the same bytes again
    /// [default: now, and a story ends now]
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<Timestamp>,

    /// Send as Adyen's form instead of JSON
    #[arg(long, conflicts_with = "soap")]
    form: bool,

    /// Send as Adyen's SOAP instead of JSON
    #[arg(long)]
    soap: bool,

    #[command(flatten)]
    faults: Faults,

    /// Print the requests instead of sending them
    #[arg(long)]
    pub(super) print: bool,

    /// Print the key or secret that would sign, and nothing else
    #[arg(long, conflicts_with_all = ["list", "print", "json"])]
    secret_only: bool,

    /// Print JSON, one object per line
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

/// What goes wrong on the way.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Faults")]
pub(crate) struct Faults {
    /// Send each twice
    #[arg(long)]
    pub(super) duplicate: bool,

    /// Send in the reverse order
    #[arg(long)]
    pub(super) reorder: bool,

    /// Sign with a key that nobody knows
    #[arg(long)]
    pub(super) bad_signature: bool,

    /// Cut the body in half after signing
    #[arg(long)]
    pub(super) truncate: bool,

    /// Wait before each, such as 2s
    #[arg(long, value_name = "DURATION", value_parser = delay)]
    pub(super) delay: Option<Duration>,
}

impl Faults {
    /// Whether a receiver should refuse what is sent.
    pub(super) fn forged(&self) -> bool {
        self.bad_signature || self.truncate
    }
}

impl Trigger {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let provider = providers::named(&self.provider, &self.config)?;
        catalogue::has_events(provider)?;
        if self.list {
            catalogue::list(provider, self.json);
            return Ok(ExitCode::SUCCESS);
        }
        if self.secret_only {
            output::line(&aim::secret(&self, provider)?);
            return Ok(ExitCode::SUCCESS);
        }
        // What is dated in the future looks as if the gateway's clock were behind.
        let (at, when) = match self.at {
            Some(at) => (at, When::Begins(at)),
            None => {
                let now = now();
                (now, When::Ends(now))
            }
        };
        let script = catalogue::script(provider, &self.asked, when)?;
        let aim = aim::take(&self, provider)?;
        let seed = match self.seed {
            Some(seed) => seed,
            None => fresh_seed()?,
        };
        let events = script.length(seed)?;
        let plan = plan::Plan { events, count: self.count, seed, faults: self.faults.clone() };
        let composer = compose::Composer {
            provider,
            key: aim.key,
            policy: &aim.policy,
            account: aim.account.as_deref(),
            script,
            at,
            set: &self.set,
            form: self.form,
            soap: self.soap,
            faults: &self.faults,
        };
        if self.print {
            for step in plan.steps() {
                compose::print(&composer.request(step)?.1, &aim.to, self.json);
            }
            return Ok(ExitCode::SUCCESS);
        }
        send::all(&plan, &composer, &send::Manner { to: aim.to, rate: self.rate, json: self.json }).await
    }
}

fn fresh_seed() -> anyhow::Result<u64> {
    let random = keyfile::random().context("the operating system gave no random bytes")?;
    Ok(u64::from_le_bytes(random[..8].try_into().expect("eight of 32 bytes")))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("write FIELD=VALUE")?;
    if field.is_empty() { Err("write FIELD=VALUE".to_owned()) } else { Ok((field.to_owned(), value.to_owned())) }
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| "write a moment such as 2026-11-28T10:00:00Z".to_owned())
}

fn delay(text: &str) -> Result<Duration, String> {
    units::duration(text).map_err(|error| error.to_string())
}
