//! The shop's process: started, killed, started again on the same file and port.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use payhook_testkit::program::Program;
use rusqlite::{Connection, OpenFlags};

use crate::provider::Provider;
use crate::webhook::SECRET;

/// A shop, running or not.
pub(crate) struct Shop {
    folder: tempfile::TempDir,
    provider: SocketAddr,
    variables: Vec<(&'static str, String)>,
    pub(crate) address: SocketAddr,
    running: Option<Program>,
}

impl Shop {
    /// Starts one that asks `provider`.
    pub(crate) fn start(provider: &Provider) -> Self {
        Self::start_with(provider, &[])
    }

    /// The same, with further variables.
    pub(crate) fn start_with(provider: &Provider, variables: &[(&'static str, &str)]) -> Self {
        // A free port, named from the start so that a restart is found where the first one was.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut shop = Self {
            folder: tempfile::tempdir().expect("a folder"),
            provider: provider.address(),
            variables: variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            address: free,
            running: None,
        };
        shop.restart();
        shop
    }

    /// SIGKILL, and a start on what it left.
    pub(crate) fn restart(&mut self) {
        self.running = None;
        let mut command = Command::new(env!("CARGO_BIN_EXE_payhook-example-shop"));
        command
            .env_clear()
            .env("PORT", self.address.port().to_string())
            .env("SHOP_DATABASE", self.file())
            .env("PAYHOOK_SIGNING_SECRET", SECRET)
            .env("ADYEN_API_KEY", "test-key")
            .env("ADYEN_MERCHANT_ACCOUNT", "TestMerchant")
            .env("ADYEN_BASE_URL", format!("http://{}/adyen/v71", self.provider))
            .env("BANKED_API_KEY", "pk_test:sk_test")
            .env("BANKED_BASE_URL", format!("http://{}/banked/v2", self.provider))
            .stderr(std::process::Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (*name, value.as_str())));
        let program = Program::start(&mut command);
        assert_eq!(program.listens_on(), self.address);
        self.running = Some(program);
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    /// One number of the shop's file.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.ask(sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// One text of the shop's file.
    pub(crate) fn text(&self, sql: &str) -> String {
        self.ask(sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Waits until a number of the shop's file is that.
    pub(crate) fn wait_for(&self, sql: &str, expected: i64) {
        let began = Instant::now();
        while self.count(sql) != expected {
            assert!(began.elapsed() < Duration::from_secs(60), "{sql} is {}, not {expected}", self.count(sql));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn ask<T: rusqlite::types::FromSql>(&self, sql: &str) -> rusqlite::Result<T> {
        let file = Connection::open_with_flags(self.file(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        file.busy_timeout(Duration::from_secs(10))?;
        file.query_row(sql, [], |row| row.get(0))
    }
}
