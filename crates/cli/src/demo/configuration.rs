//! The gateway's configuration, written into the folder, so that questions from another terminal find it.

use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use payhook_gateway::config;

use super::keys::Keys;

/// Where the gateway listens, and what it delivers to.
pub(super) struct Addresses {
    pub(super) public: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) sandbox: SocketAddr,
    pub(super) shop: SocketAddr,
}

/// Writes it.
pub(super) fn write(folder: &Path, keys: &Keys, addresses: &Addresses, account: &str) -> anyhow::Result<()> {
    let text = format!(
        r#"# Written by `payhook demo`. `payhook init` writes one to keep.
version = 1

[server]
public = "{public}"
admin = "{admin}"

[store]
reserve = "16 MiB"

[[source]]
name = "adyen"
provider = "adyen"
keys = ["{adyen}"]
merchant_accounts = ["{account}"]
environment = "test"
capture = "automatic"

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
retry = {{ schedule = ["1s", "2s", "5s", "10s", "30s"] }}

[[route]]
events = ["*"]
to = ["shop"]

# Bad news waits for better news: another card, say.
[[route]]
events = ["payment.refused", "payment.failed"]
hold = "3s"
to = ["shop"]
"#,
        public = addresses.public,
        admin = addresses.admin,
        adyen = keys.adyen_key,
        banked = keys.banked_key,
        shop = addresses.shop,
        secret = keys.signing_secret,
    );
    write_private(&folder.join(config::FILE_NAME), &text)
}

/// A file that only its owner can read.
pub(super) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}
