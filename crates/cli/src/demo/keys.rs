//! The keys and secrets of a demo, which a folder that is kept keeps: a second run goes on with the same webhooks.

use std::path::{Path, PathBuf};

use anyhow::Context;
use data_encoding::{BASE64, HEXLOWER};
use payhook_gateway::keyfile;
use payhook_gateway::standard_webhooks::Secret;
use serde::{Deserialize, Serialize};

use super::configuration::write_private;

/// The file they are kept in.
const FILE: &str = "demo.json";

/// What a folder has of a gateway that is no demo's: a demo keeps its keys before it writes any of these.
pub(super) fn another_gateways(folder: &Path) -> Option<PathBuf> {
    let is_demos = folder.join(FILE).exists();
    let found =
        ["payhook.toml", ".env", "payhook.db"].map(|name| folder.join(name)).into_iter().find(|file| file.exists());
    found.filter(|_| !is_demos)
}

/// What the parts of a demo share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Keys {
    /// Adyen's webhook and its HMAC key; empty until it was registered.
    pub(super) adyen_webhook: String,
    pub(super) adyen_key: String,
    /// Banked's signature key, which the merchant chooses.
    pub(super) banked_key: String,
    /// What the gateway signs with, and the shop checks.
    pub(super) signing_secret: String,
}

impl Keys {
    /// Those of the folder, or fresh ones.
    pub(super) fn of(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| format!("{} is not a demo's", path.display())),
            Err(_) => Ok(Self {
                banked_key: HEXLOWER.encode(&random()?),
                signing_secret: format!("{}{}", Secret::PREFIX, BASE64.encode(&random()?)),
                ..Self::default()
            }),
        }
    }

    /// Writes them down.
    pub(super) fn keep(&self, folder: &Path) -> anyhow::Result<()> {
        write_private(&folder.join(FILE), &serde_json::to_string_pretty(self)?)
    }
}

fn random() -> anyhow::Result<[u8; 32]> {
    let random = keyfile::random().context("the operating system gave no random bytes")?;
    Ok(*random)
}
