//! The command: what can be typed, and the sandbox it starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use payhook_gateway::clock::SystemClock;
use payhook_gateway::config::Variables;
use payhook_gateway::telemetry;
use payhook_sandbox::{Accounts, BookError, Pace, Settings};
use url::Url;

use super::greeting::Greeting;
use super::pace;
use crate::complaint::Complaint;
use crate::{output, stop};

/// Be the provider: a pretend Adyen and Banked with their APIs, payment pages, webhooks and a customer area
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook sandbox\n  payhook sandbox --data sandbox.db --seed 7\n  payhook sandbox --time-scale leap\n\nWithout the flags, ADYEN_MERCHANT_ACCOUNT, ADYEN_API_KEY and BANKED_API_KEY say what it takes. PAYHOOK_LOG sets what is logged (warn, debug, ...). SIGTERM or Ctrl-C stops it."
)]
pub(crate) struct Sandbox {
    /// Where it listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090", overrides_with = "listen")]
    listen: SocketAddr,

    /// Let it listen beyond this machine; whoever reaches it can do everything
    #[arg(long)]
    public: bool,

    /// Where it is reached, for the links it gives out [default: where it listens]
    #[arg(long, value_name = "URL")]
    base_url: Option<Url>,

    /// Keep payments, webhooks and what was sent in this file [default: in memory]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Makes the same references again; a file keeps the seed it began with
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// How fast its time goes by: so many times the world's, or `leap` to whatever comes next
    #[arg(long, value_name = "N|leap", default_value = "1", value_parser = pace::parse)]
    time_scale: Pace,

    /// Merchant accounts at Adyen, separated by commas [default: ADYEN_MERCHANT_ACCOUNT, or SandboxMerchant]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    merchant_account: Vec<String>,

    /// What Adyen's `x-API-key` has to be [default: ADYEN_API_KEY, or one that is printed]
    #[arg(long, value_name = "KEY")]
    adyen_api_key: Option<String>,

    /// Banked's API key, with its secret behind a colon [default: BANKED_API_KEY, or one that is printed]
    #[arg(long, value_name = "KEY:SECRET")]
    banked_api_key: Option<String>,
}

impl Sandbox {
    /// Runs until it is told to stop.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        self.refuse_strangers()?;
        let variables = Variables::of_process();
        let log = telemetry::setup::start_quiet(variables.get("PAYHOOK_LOG"), "warn");
        let log = log.context("the log cannot be started")?;
        let accounts = self.accounts(&variables);
        let listener = payhook_net::bind(self.listen).map_err(|error| cannot_listen(self.listen, &error))?;
        let base = self.base_url.clone().map_or_else(|| reached_at(listener.local_addr()?), Ok)?;
        let greeting = Greeting { base: &base, accounts: &accounts, file: self.data.as_deref(), pace: self.time_scale };
        let greeting = greeting.text();
        let (file, seed, pace, clock) = (self.data, self.seed, self.time_scale, Arc::new(SystemClock::default()));
        let sandbox =
            payhook_sandbox::Sandbox::open(Settings { file, seed, pace, base, accounts, clock, weather: Vec::new() });
        let sandbox = sandbox.map_err(cannot_open)?;
        let mut stopped = stop::signalled()?;
        output::line(&greeting);
        // The sender lives in a task of its own and outlasts this one; an error says that it is gone.
        let stop = async move { drop(stopped.wait_for(|stop| *stop).await) };
        sandbox.serve(listener, stop).await;
        log.sink.flush();
        Ok(ExitCode::SUCCESS)
    }

    /// Its keys are public and its pages ask for none: it is for this machine, unless somebody says otherwise.
    fn refuse_strangers(&self) -> Result<(), Complaint> {
        payhook_sandbox::may_listen(self.listen, self.public).map_err(|_| {
            let what =
                format!("{} can be reached from elsewhere, and the sandbox asks nobody who they are", self.listen);
            Complaint::usage(what, "listen on 127.0.0.1, or add --public where only you can reach it")
        })
    }

    /// What was typed, else the environment's, else what every fresh sandbox has.
    fn accounts(&self, variables: &Variables) -> Accounts {
        let given = |typed: &Option<String>, name: &str| {
            typed.clone().or_else(|| variables.get(name).map(str::to_owned)).filter(|value| !value.is_empty())
        };
        let mut accounts = Accounts::default();
        let typed = (!self.merchant_account.is_empty()).then(|| self.merchant_account.join(","));
        if let Some(names) = given(&typed, "ADYEN_MERCHANT_ACCOUNT") {
            accounts.merchants = names.split(',').map(|name| name.trim().to_owned()).collect();
        }
        if let Some(key) = given(&self.adyen_api_key, "ADYEN_API_KEY") {
            accounts.adyen_api_key = key;
        }
        if let Some(pair) = given(&self.banked_api_key, "BANKED_API_KEY") {
            let (key, secret) = pair.split_once(':').unwrap_or((&pair, &accounts.banked_secret));
            (accounts.banked_api_key, accounts.banked_secret) = (key.to_owned(), secret.to_owned());
        }
        accounts
    }
}

/// A browser cannot go to "everywhere": of a wildcard, this machine's own address is said.
fn reached_at(listening: SocketAddr) -> anyhow::Result<Url> {
    let mut address = listening;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    Ok(Url::parse(&format!("http://{address}"))?)
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Complaint {
    let hint = "is another sandbox running? --listen takes another address; port 0 is any that is free";
    Complaint::failed(format!("cannot listen on {address}: {error}"), hint)
}

fn cannot_open(error: BookError) -> Complaint {
    let hint = match error {
        BookError::Engine(_) => "--data names a file that can be written, or one that an earlier sandbox wrote",
        BookError::Foreign | BookError::Content(_) => "--data takes a new file, or leave it out",
    };
    Complaint::failed(error.to_string(), hint)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        sandbox: Sandbox,
    }

    fn typed(words: &str) -> Sandbox {
        Typed::try_parse_from(["sandbox"].into_iter().chain(words.split_whitespace()))
            .expect("it is understood")
            .sandbox
    }

    fn set(variables: &[(&str, &str)]) -> Variables {
        Variables::given(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn only_loopback_is_listened_on_unless_public_is_said() {
        assert!(typed("").refuse_strangers().is_ok());
        assert!(typed("--listen [::1]:0").refuse_strangers().is_ok());
        let refused = typed("--listen 0.0.0.0:8090").refuse_strangers().expect_err("strangers are refused");
        assert!(refused.said[0].1.contains("--public"));
        assert!(typed("--listen 0.0.0.0:8090 --public").refuse_strangers().is_ok());
    }

    #[test]
    fn what_is_typed_goes_before_the_environment_and_that_before_the_usual() {
        let environment = [("ADYEN_API_KEY", "from-environment"), ("ADYEN_MERCHANT_ACCOUNT", "One, Two")];
        let accounts = typed("").accounts(&set(&environment));
        assert_eq!(accounts.adyen_api_key, "from-environment");
        assert_eq!(accounts.merchants, ["One", "Two"]);
        assert_eq!(accounts.banked_api_key, Accounts::default().banked_api_key);
        let accounts =
            typed("--adyen-api-key mine --merchant-account A,B --banked-api-key pk:sk").accounts(&set(&environment));
        assert_eq!((accounts.adyen_api_key.as_str(), accounts.merchants.len()), ("mine", 2));
        assert_eq!((accounts.banked_api_key.as_str(), accounts.banked_secret.as_str()), ("pk", "sk"));
    }

    #[test]
    fn a_wildcard_is_reached_at_this_machine() {
        let base = |address: &str| reached_at(address.parse().expect("an address")).expect("a URL").to_string();
        assert_eq!(base("0.0.0.0:8090"), "http://127.0.0.1:8090/");
        assert_eq!(base("[::1]:8090"), "http://[::1]:8090/");
    }
}
