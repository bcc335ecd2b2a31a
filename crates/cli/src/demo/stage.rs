//! Everything that stands while the demo runs: a folder, the sandbox, the gateway, the shop.

use std::net::{Ipv4Addr, SocketAddr, TcpListener as Held};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use payhook_domain::time::Clock;
use payhook_example_shop::{Adyen, Banked, Shop};
use payhook_gateway::boot::{self, Environs, Service};
use payhook_gateway::clock::{SystemClock, TokioSleeper};
use payhook_gateway::config::{self, LoadOptions, Variables};
use payhook_gateway::{keyfile, telemetry};
use payhook_sandbox::{Accounts, Fault, Pace, Sandbox};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use super::configuration::{self, Addresses};
use super::keys::{self, Keys};
use super::register::Merchant;
use crate::client::Client;
use crate::complaint::Complaint;

/// Only what is wrong is logged over the story.
const LOG_FILTER: &str = "error";
/// Where people expect gateway, its API, sandbox and shop.
const PORTS: [u16; 4] = [8080, 8081, 8090, 3000];

/// How the provider behaves.
pub(super) struct Manner {
    pub(super) seed: u64,
    pub(super) pace: Pace,
    /// What goes wrong with notifications on their way.
    pub(super) weather: Vec<Fault>,
}

/// What stands.
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    pub(super) addresses: Addresses,
    pub(super) shop: Arc<Shop>,
    /// The folder, where it is taken away with the stage.
    temporary: Option<TempDir>,
    token: String,
    stop: watch::Sender<bool>,
    parts: Vec<JoinHandle<()>>,
}

impl Stage {
    /// Sets everything up, in `data` or in a temporary folder.
    pub(super) async fn set(data: Option<PathBuf>, manner: &Manner) -> anyhow::Result<Self> {
        if let Some(folder) = data {
            if let Some(file) = keys::another_gateways(&folder) {
                let what = format!("{} is there, and {} is no demo's folder", file.display(), folder.display());
                let hint = "name a folder of its own, such as ./demo-data; nothing was written";
                return Err(Complaint::failed(what, hint).into());
            }
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
            return Self::set_in(&folder, None, manner).await;
        }
        // New, and its owner's alone: in a folder that everybody writes to, a name that can be guessed may be somebody's
        // already, with links to files of ours in it.
        let made = tempfile::Builder::new().prefix("payhook-demo-").tempdir();
        let made = made.with_context(|| format!("cannot make a folder in {}", std::env::temp_dir().display()))?;
        let folder = made.path().to_owned();
        Self::set_in(&folder, Some(made), manner).await
    }

    /// What it could not set up it does not leave behind either, since dropping `temporary` takes the folder away.
    async fn set_in(folder: &Path, temporary: Option<TempDir>, manner: &Manner) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let addresses = free_addresses(PORTS)?;
        let accounts = Accounts::default();
        let mut parts = vec![start_sandbox(folder, &addresses, &accounts, manner, stopped.clone())?];
        let mut keys = Keys::of(folder)?;
        let base = url_of(addresses.sandbox)?;
        Merchant::new(&base, &accounts).register(&mut keys, &format!("http://{}", addresses.public)).await?;
        keys.keep(folder)?;
        configuration::write(folder, &keys, &addresses, &accounts.merchants[0])?;
        let (gateway, token) = start_gateway(folder, stopped.clone()).await?;
        parts.push(gateway);
        let (shop, shop_part) = start_shop(folder, &addresses, &accounts, &keys, stopped)?;
        parts.push(shop_part);
        Ok(Self { folder: folder.to_owned(), temporary, addresses, shop, token, stop, parts })
    }

    /// Whether the folder stays.
    pub(super) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// A client of the gateway's API.
    pub(super) fn api(&self) -> anyhow::Result<Client> {
        Client::new(url_of(self.addresses.admin)?, &self.token)
    }

    /// The shop's front door.
    pub(super) fn shop_url(&self) -> anyhow::Result<Url> {
        url_of(self.addresses.shop)
    }

    /// Stops everything and takes a temporary folder away.
    pub(super) async fn strike(self) {
        // A part may have stopped by itself; then there is nobody to tell.
        let _ = self.stop.send(true);
        for part in self.parts {
            let _ = part.await;
        }
        drop(self.shop);
        drop(self.temporary);
    }
}

fn start_sandbox(
    folder: &Path,
    addresses: &Addresses,
    accounts: &Accounts,
    manner: &Manner,
    mut stopped: watch::Receiver<bool>,
) -> anyhow::Result<JoinHandle<()>> {
    let sandbox = Sandbox::open(payhook_sandbox::Settings {
        file: Some(folder.join("sandbox.db")),
        seed: Some(manner.seed),
        pace: manner.pace,
        base: url_of(addresses.sandbox)?,
        accounts: accounts.clone(),
        clock: Arc::new(SystemClock::default()),
        weather: manner.weather.clone(),
    })?;
    let listener = payhook_net::bind(addresses.sandbox)?;
    Ok(tokio::spawn(async move {
        let stop = async move { drop(stopped.wait_for(|stop| *stop).await) };
        sandbox.serve(listener, stop).await;
    }))
}

async fn start_gateway(folder: &Path, stopped: watch::Receiver<bool>) -> anyhow::Result<(JoinHandle<()>, String)> {
    let clock = SystemClock::default();
    let loaded = config::load(LoadOptions {
        file: None,
        directory: folder.to_owned(),
        variables: Variables::given(Vec::<(String, String)>::new()),
        now: clock.now(),
    })?;
    let store = loaded.config.store.path.clone();
    let environs = Environs {
        clock: Arc::new(clock),
        sleeper: Arc::new(TokioSleeper),
        log: telemetry::setup::start_quiet(None, LOG_FILTER)?,
        service: Service::default(),
        unsafe_no_sync: false,
    };
    let ready = boot::start(loaded.config, environs).await?;
    let token = keyfile::token(&store)?.to_string();
    Ok((tokio::spawn(ready.serve(stopped)), token))
}

fn start_shop(
    folder: &Path,
    addresses: &Addresses,
    accounts: &Accounts,
    keys: &Keys,
    mut stopped: watch::Receiver<bool>,
) -> anyhow::Result<(Arc<Shop>, JoinHandle<()>)> {
    let provider = url_of(addresses.sandbox)?;
    let shop = Shop::open(&payhook_example_shop::Settings {
        file: folder.join("shop.db"),
        base_url: url_of(addresses.shop)?,
        signing_secret: keys.signing_secret.clone(),
        adyen: Some(Adyen {
            base_url: provider.join("adyen/checkout/v71")?,
            api_key: accounts.adyen_api_key.clone(),
            merchant_account: accounts.merchants[0].clone(),
            client_key: None,
            theme_id: None,
        }),
        banked: Some(Banked {
            base_url: provider.join("banked/v2")?,
            api_key: format!("{}:{}", accounts.banked_api_key, accounts.banked_secret),
        }),
        admin_password: None,
    })?;
    let shop = Arc::new(shop);
    let listener = payhook_net::bind(addresses.shop)?;
    let serving = Arc::clone(&shop);
    let part = tokio::spawn(async move {
        let stop = async move { drop(stopped.wait_for(|stop| *stop).await) };
        if let Err(error) = serving.serve(listener, stop).await {
            tracing::error!(%error, "the shop");
        }
    });
    Ok((shop, part))
}

/// The ports people expect where nobody has them, any free ones otherwise.
fn free_addresses(wanted: [u16; 4]) -> std::io::Result<Addresses> {
    // Held together, so that no two are the same.
    let mut held = Vec::with_capacity(wanted.len());
    for port in wanted {
        let listener = Held::bind((Ipv4Addr::LOCALHOST, port));
        held.push(listener.or_else(|_| Held::bind((Ipv4Addr::LOCALHOST, 0)))?);
    }
    let address = |place: usize| held[place].local_addr();
    Ok(Addresses { public: address(0)?, admin: address(1)?, sandbox: address(2)?, shop: address(3)? })
}

fn url_of(address: SocketAddr) -> anyhow::Result<Url> {
    Ok(Url::parse(&format!("http://{address}/"))?)
}
