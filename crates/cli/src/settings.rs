//! Where the configuration and the running gateway are.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;
use payhook_domain::time::{Clock, Timestamp};
use payhook_gateway::clock::SystemClock;
use payhook_gateway::config::{self, LoadOptions, Loaded, Store, TlsFiles, Variables};
use url::Url;

use crate::client::{Answering, Client};
use crate::complaint::Complaint;
use crate::output;

/// The configuration to use.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct ConfigArgs {
    /// Configuration file [default: payhook.toml; without one, the environment alone]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    /// Loads it and says what is doubtful about it.
    pub(crate) fn load(&self) -> anyhow::Result<config::Resolved> {
        let Loaded { config, warnings } = self.load_quietly()?;
        warnings.iter().for_each(output::warning);
        Ok(config)
    }

    /// Loads it; the caller says what is doubtful.
    pub(crate) fn load_quietly(&self) -> Result<Loaded, Complaint> {
        config::load(self.options()).map_err(Complaint::from)
    }

    /// Where it is read from.
    pub(crate) fn options(&self) -> LoadOptions {
        LoadOptions {
            file: self.config.clone(),
            directory: PathBuf::new(),
            variables: Variables::of_process(),
            now: now(),
        }
    }
}

/// The running gateway to ask.
#[derive(Args, Debug, Clone)]
pub(crate) struct GatewayArgs {
    /// Address of the admin API; the token is then read from PAYHOOK_TOKEN [default: found by the configuration]
    #[arg(long, value_name = "URL")]
    url: Option<Url>,

    #[command(flatten)]
    config: ConfigArgs,
}

impl GatewayArgs {
    /// A client of its API.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        let token = Variables::of_process().get("PAYHOOK_TOKEN").map(|token| token.trim().to_owned());
        if let Some(url) = &self.url {
            if !matches!(url.scheme(), "http" | "https") {
                let hint = "write http://HOST:PORT, where `admin` of that gateway's [server] listens";
                return Err(Complaint::usage("--url is no http address", hint).into());
            }
            let hint =
                "put the token of that gateway into PAYHOOK_TOKEN; it stands beside its store, in payhook.db.token";
            let token = token.ok_or_else(|| Complaint::usage("--url was given without a token", hint))?;
            return Client::new(url.clone(), &token);
        }
        let api = config::admin_api(self.config.options()).map_err(Complaint::from)?;
        let token = match token {
            Some(token) => token,
            None => std::fs::read_to_string(api.store.token_file()).map_err(|error| {
                let hint = match error.kind() {
                    ErrorKind::PermissionDenied => "run this as the user the gateway runs as, or as root",
                    _ => "a first `payhook serve` writes it; run this beside its configuration, or use --url and PAYHOOK_TOKEN",
                };
                let file = api.store.token_file();
                Complaint::failed(format!("the token of the gateway cannot be read: {}: {error}", file.display()), hint)
            })?,
        };
        if api.address.port() == 0 {
            let hint = "its `ready` line tells the port; name it with --url and PAYHOOK_TOKEN";
            return Err(Complaint::failed("`admin` of [server] leaves the port to the system", hint).into());
        }
        let url = Url::parse(&format!("http://{}", reachable(api.address))).expect("an address makes a URL");
        Client::of_own(url, token.trim())
    }
}

impl GatewayArgs {
    /// Whether it was named by its address: it may then run on another machine, at the end of a tunnel.
    pub(crate) fn is_named(&self) -> bool {
        self.url.is_some()
    }

    /// A client of the gateway if it runs, and otherwise the store it would run on. One that was named by its address must
    /// run.
    pub(crate) async fn running(&self) -> anyhow::Result<Result<Client, Store>> {
        match self.answering().await? {
            // Neither is there: say so as every other command does.
            Err(store) if !store.path.exists() => self.client().map(Ok),
            found => Ok(found),
        }
    }

    /// The same, where the store need not be there yet.
    pub(crate) async fn answering(&self) -> anyhow::Result<Result<Client, Store>> {
        if self.url.is_some() {
            return self.client().map(Ok);
        }
        let store = config::admin_api(self.config.options()).map_err(Complaint::from)?.store;
        let is_forbidden = |file: std::io::Error| file.kind() == std::io::ErrorKind::PermissionDenied;
        let client = match self.client() {
            Ok(client) => client,
            // A gateway of another user may well run.
            Err(error) if std::fs::File::open(store.token_file()).is_err_and(is_forbidden) => return Err(error),
            Err(_) => return Ok(Err(store)),
        };
        match client.answering().await? {
            Answering::Gateway => Ok(Ok(client)),
            Answering::Nobody(_) => Ok(Err(store)),
            Answering::Other => Err(client.is_other().into()),
        }
    }
}

/// What a configuration says of itself as it stands.
pub(crate) struct Configured {
    /// Mistakes as `problem`, doubts as `warning`, each with what to do.
    pub(crate) said: Vec<(&'static str, String, String)>,
    /// Files beside it that hold secrets.
    pub(crate) secrets: Vec<PathBuf>,
    /// Where its database is, where it can be read.
    pub(crate) store: Option<PathBuf>,
    /// The certificate to be served, if one is.
    pub(crate) tls: Option<TlsFiles>,
}

impl GatewayArgs {
    /// What the configuration says; nothing when the gateway was named by its address.
    pub(crate) fn configured(&self) -> Option<Configured> {
        if self.url.is_some() {
            return None;
        }
        Some(match self.config.load_quietly() {
            Ok(Loaded { config, warnings }) => {
                let said = warnings.iter().map(|warning| ("warning", warning.to_string(), warning.hint.clone()));
                let said = said.chain(refusals(&config));
                let is_secret = |file: &&PathBuf| config.file.as_ref() != Some(*file);
                let secrets = config.files.iter().filter(is_secret).cloned().collect();
                Configured {
                    said: said.collect(),
                    secrets,
                    store: Some(config.store.path.clone()),
                    tls: config.server.tls.clone(),
                }
            }
            Err(complaint) => {
                let said = complaint.said.into_iter().map(|(what, hint)| ("problem", what, hint));
                Configured { said: said.collect(), secrets: Vec::new(), store: None, tls: None }
            }
        })
    }
}

/// Why the next start would be refused, by what is stored; a file that cannot be asked is told of elsewhere.
fn refusals(config: &config::Resolved) -> Vec<(&'static str, String, String)> {
    let mistakes = payhook_gateway::prospect(config).map(|prospect| prospect.mistakes).unwrap_or_default();
    mistakes.into_iter().map(|mistake| ("problem", mistake.to_string(), mistake.hint)).collect()
}

/// The address to call for a listener: one that listens everywhere is called on loopback.
pub(crate) fn reachable(mut address: std::net::SocketAddr) -> std::net::SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            std::net::SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// Now, from the one clock.
pub(crate) fn now() -> Timestamp {
    SystemClock::default().now()
}
