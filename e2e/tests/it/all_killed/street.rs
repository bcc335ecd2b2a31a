//! The three processes: `payhook serve`, `payhook sandbox` and the example shop, each with its file, each always at the same
//! address.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use payhook_domain::time::Timestamp;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::program::Program;
use payhook_testkit::sandbox::Sandbox;
use payhook_testkit::{binary, steady};
use tempfile::TempDir;
use url::Url;

use super::merchant::{self, BANKED_KEYS};
use super::{books, ledger};
use crate::sandbox::provider::API_KEY;
use crate::stage::SECRET;

/// How fast the provider's time goes by: its waits of seconds, minutes and hours become bearable, and a session of an hour
/// is still open when a person comes to it after some kills.
const TIME_SCALE: &str = "20";
/// What is due at the provider within so long is waited for, in its own time. Later ones are ends of what nobody pays.
const SOON: Duration = Duration::from_secs(60);
/// Longest until nothing is owed by anybody after the last kill.
const SETTLED_IN: Duration = Duration::from_secs(120);
/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Lines of the shop's log that a failure shows.
const LOG_LINES: usize = 40;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Process {
    Gateway,
    Sandbox,
    Shop,
}

impl Process {
    pub(super) const ALL: [Self; 3] = [Self::Gateway, Self::Sandbox, Self::Shop];
}

/// All of them.
pub(super) struct Street {
    pub(super) gateway: Gateway,
    pub(super) sandbox: Sandbox,
    webhooks: [String; 2],
    shop: Option<Program>,
    shop_address: SocketAddr,
    folder: TempDir,
}

impl Street {
    /// Starts them, and has the provider tell the gateway, and that the shop.
    pub(super) fn open(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (public, sandbox, shop) = (steady::address(), steady::address(), steady::address());
        let (listen, seed, book) = (sandbox.to_string(), seed.to_string(), folder.path().join("sandbox.db"));
        let book = book.to_str().expect("a folder of plain letters");
        let arguments = ["--listen", &listen, "--data", book, "--seed", &seed, "--time-scale", TIME_SCALE];
        let sandbox = Sandbox::start(&arguments);
        let registered = merchant::register(&sandbox, public);
        let configuration = merchant::configuration(&registered.adyen_key, shop);
        let setup = Setup::new(&configuration).variable("PAYHOOK__SERVER__PUBLIC", public.to_string());
        let gateway = setup.store("reserve = 0").start();
        let webhooks = registered.webhooks;
        let mut street = Self { gateway, sandbox, webhooks, shop: None, shop_address: shop, folder };
        street.restart(Process::Shop);
        street
    }

    /// Where people buy.
    pub(super) fn shop_url(&self) -> Url {
        format!("http://{}/", self.shop_address).parse().expect("a URL")
    }

    /// SIGKILL. Who was killed already stays so.
    pub(super) fn kill(&mut self, process: Process) {
        match process {
            Process::Gateway => self.gateway.kill(),
            Process::Sandbox => self.sandbox.kill(),
            Process::Shop => self.shop = None,
        }
    }

    /// Starts it on what it left.
    pub(super) fn restart(&mut self, process: Process) {
        match process {
            Process::Gateway => self.gateway.restart(),
            Process::Sandbox => self.sandbox.restart(),
            Process::Shop => self.shop = Some(self.open_shop()),
        }
    }

    /// Has the provider send again what it could not: nobody waits for its own patience. All have to run.
    pub(super) fn hurry(&self) {
        merchant::hurry(&self.sandbox, &self.webhooks);
    }

    fn open_shop(&self) -> Program {
        let log =
            OpenOptions::new().create(true).append(true).open(self.shop_log()).expect("the folder can be written");
        let mut command = Command::new(binary::shop());
        command
            .env_clear()
            .env("PORT", self.shop_address.port().to_string())
            .env("SHOP_DATABASE", self.shop_file())
            .env("PAYHOOK_SIGNING_SECRET", SECRET)
            .env("ADYEN_API_KEY", API_KEY)
            .env("ADYEN_MERCHANT_ACCOUNT", "SandboxMerchant")
            .env("ADYEN_BASE_URL", self.sandbox.url("/adyen/checkout/v71"))
            .env("BANKED_API_KEY", BANKED_KEYS)
            .env("BANKED_BASE_URL", self.sandbox.url("/banked/v2"))
            .stderr(log);
        let program = Program::start(&mut command);
        assert_eq!(program.listens_on(), self.shop_address);
        program
    }

    /// The shop's database.
    pub(super) fn shop_file(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    /// The provider's book.
    pub(super) fn sandbox_file(&self) -> PathBuf {
        self.folder.path().join("sandbox.db")
    }

    fn shop_log(&self) -> PathBuf {
        self.folder.path().join("shop.log")
    }

    /// What a failure is looked for in: what is owed, and the last words of gateway and shop.
    pub(super) fn told(&self) -> String {
        let tail = |text: String| {
            let lines: Vec<_> = text.lines().collect();
            lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
        };
        let shop = read(&self.shop_log());
        let waits = books::waits(self);
        let (gateway, owed) = (tail(self.gateway.log_text()), self.owed());
        format!("owed: {owed:?}\nto be sent: {waits:#?}\nthe gateway:\n{gateway}\nthe shop:\n{}", tail(shop))
    }

    /// Waits until nobody owes anybody anything: nothing is due at the provider or waits to be sent, nothing is to be delivered,
    /// and the shop wants nothing any more.
    pub(super) fn wait_until_settled(&self) {
        let began = Instant::now();
        loop {
            let owed = self.owed();
            if owed.iter().all(|(_, number)| *number == 0) {
                return;
            }
            assert!(began.elapsed() < SETTLED_IN, "still owed: {owed:?}\n{}", self.told());
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn owed(&self) -> [(&'static str, i64); 4] {
        let time = self.sandbox.get("/sandbox/v1/time").json();
        let now = Timestamp::parse_rfc3339(&ledger::text(&time["now"])).expect("a moment");
        [
            ("due", books::due_before(self, now.plus(SOON))),
            ("to be sent", books::to_be_sent(self)),
            ("to be delivered", books::to_be_delivered(self)),
            ("wanted", books::wanted(self)),
        ]
    }
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}
