//! The stage: a folder, a configuration with fresh keys, a receiver, and a running gateway.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use data_encoding::BASE64;
use payhook_domain::time::{Clock, Timestamp};
use payhook_gateway::boot::{self, Environs, Service};
use payhook_gateway::clock::{SystemClock, TokioSleeper};
use payhook_gateway::config::{self, LoadOptions, Variables};
use payhook_gateway::standard_webhooks::Secret;
use payhook_gateway::{keyfile, telemetry};
use payhook_provider::Provider;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::receiver::Receiver;

/// Only what is wrong is logged over the story.
const LOG_FILTER: &str = "error";

/// Everything that stands on loopback while the demo runs.
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    kept: bool,
    pub(super) public: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) token: String,
    pub(super) receiver: Receiver,
    /// The signing keys of the two sources, as their providers would hold them.
    pub(super) adyen_key: String,
    pub(super) banked_key: String,
    clock: SystemClock,
    stop: watch::Sender<bool>,
    gateway: JoinHandle<()>,
}

impl Stage {
    /// Sets everything up, in `data` or in a temporary folder.
    pub(super) async fn set(data: Option<PathBuf>) -> anyhow::Result<Self> {
        let kept = data.is_some();
        let folder = data.unwrap_or_else(|| std::env::temp_dir().join(format!("payhook-demo-{}", std::process::id())));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let secret = new_secret()?;
        let (receiver, shop) = Receiver::listen(secret.0)?;
        let keys = existing_or_new_keys(&folder, &secret.1, shop)?;
        let clock = SystemClock::default();
        let loaded = config::load(LoadOptions {
            file: None,
            directory: folder.clone(),
            variables: Variables::given(Vec::<(String, String)>::new()),
            now: clock.now(),
        })?;
        let store = loaded.config.store.path.clone();
        let log = telemetry::setup::start_quiet(LOG_FILTER)?;
        let environs = Environs {
            clock: Arc::new(clock),
            sleeper: Arc::new(TokioSleeper),
            log,
            service: Service::default(),
            unsafe_no_sync: false,
        };
        let ready = boot::start(loaded.config, environs).await?;
        let (public, admin) = (ready.public_address()?, ready.admin_address()?);
        let token = keyfile::token(&store)?.to_string();
        let (stop, stopped) = watch::channel(false);
        let gateway = tokio::spawn(ready.serve(stopped));
        Ok(Self {
            folder,
            kept,
            public,
            admin,
            token,
            receiver,
            adyen_key: keys.adyen,
            banked_key: keys.banked,
            clock,
            stop,
            gateway,
        })
    }

    /// What is up, before anything happens.
    pub(super) fn introduction(&self) -> String {
        format!(
            "payhook demo: a gateway on this machine only. It takes webhooks at http://{public}/in/adyen and\n\
             /in/banked, writes them to {folder}/payhook.db, and delivers them to a small shop.\n",
            public = self.public,
            folder = self.folder.display(),
        )
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Stops the gateway and takes a temporary folder away.
    pub(super) async fn strike(self) {
        // The gateway may have stopped by itself; then there is nobody to tell.
        let _ = self.stop.send(true);
        let _ = self.gateway.await;
        if !self.kept {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

struct Keys {
    adyen: String,
    banked: String,
}

/// Fresh keys and the configuration that uses them. A folder that was used before keeps its database, not its keys:
/// the receiver is a new one each time.
fn existing_or_new_keys(folder: &Path, secret: &str, shop: SocketAddr) -> anyhow::Result<Keys> {
    let keys = Keys { adyen: new_key("adyen")?, banked: new_key("banked")? };
    let [public, admin] = free_ports([8080, 8081])?;
    let text = format!(
        r#"# Written by `payhook demo`. `payhook init` writes one to keep.
version = 1

[server]
public = "127.0.0.1:{public}"
admin = "127.0.0.1:{admin}"

[store]
reserve = "16 MiB"

[[source]]
name = "adyen"
provider = "adyen"
keys = ["{adyen}"]

[[source]]
name = "banked"
provider = "banked"
keys = ["{banked}"]

[[destination]]
name = "shop"
type = "http"
url = "http://{shop}/webhooks/payhook"
secret = "{secret}"
allow = ["127.0.0.0/8"]
retry = {{ schedule = ["1s", "2s", "5s"] }}

[[route]]
events = ["*"]
to = ["shop"]
"#,
        adyen = keys.adyen,
        banked = keys.banked,
    );
    write_private(&folder.join(config::FILE_NAME), &text)?;
    Ok(keys)
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// The ports people expect where nobody has them, any free ones otherwise. They stand in the file, so that questions from
/// another terminal find the gateway.
fn free_ports<const N: usize>(wanted: [u16; N]) -> std::io::Result<[u16; N]> {
    // Held together, so that no two are the same.
    let mut held = Vec::with_capacity(N);
    let mut ports = wanted;
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port));
        let listener = listener.or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

fn new_key(provider: &str) -> anyhow::Result<String> {
    provider_named(provider)?.key_text(&random()?).context("a key of the receiver's making")
}

fn new_secret() -> anyhow::Result<(Secret, String)> {
    let text = format!("{}{}", Secret::PREFIX, BASE64.encode(&random()?));
    Ok((Secret::parse(&text)?, text))
}

fn random() -> anyhow::Result<[u8; 32]> {
    let random = keyfile::random().context("the operating system gave no random bytes")?;
    Ok(*random)
}

/// A provider of this release.
pub(super) fn provider_named(name: &str) -> anyhow::Result<&'static dyn Provider> {
    payhook_provider::by_name(name).with_context(|| format!("no provider is called {name}"))
}
