//! A key set read once, for whoever looks at a captured request without a running gateway.

use payhook_net::Trust;
use payhook_provider::Key;
use url::Url;

use super::address::check;
use super::fetch;

/// The keys that stand at an address, asked for in the way the gateway asks.
///
/// # Errors
/// Why they cannot be read, in words.
pub async fn published_keys(url: &str) -> Result<Vec<Key>, String> {
    let url: Url = url.parse().map_err(|error: url::ParseError| error.to_string())?;
    check(&url).map_err(|error| error.to_string())?;
    let target = fetch::target(&url, &Trust::system()).map_err(|error| error.to_string())?;
    fetch::fetch(&target).await.map(|fetched| fetched.set.keys).map_err(|error| error.to_string())
}
