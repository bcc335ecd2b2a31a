//! Where a key set may stand: at a public address over HTTPS, or on this machine.

use std::net::{Ipv4Addr, Ipv6Addr};

use payhook_net::{Guard, Refused};
use url::{Host, Url};

/// Why a key set is not fetched from an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadAddress {
    /// Whoever is on the way could put his own keys into it.
    #[error("it is not https, which only an address of this machine may leave out")]
    Plain,
    /// What the guarded client says of it.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Checks an address as far as can be without calling it.
pub(crate) fn check(url: &Url) -> Result<(), BadAddress> {
    guard(url).check_url(url)?;
    if url.scheme() == "https" || is_this_machine(url) { Ok(()) } else { Err(BadAddress::Plain) }
}

/// What may be called for it: public addresses, or loopback alone where that is what the URL names. A name that resolves to
/// a private address is refused at each connect.
pub(super) fn guard(url: &Url) -> Guard {
    let loopback = [(Ipv4Addr::new(127, 0, 0, 0).into(), 8), (Ipv6Addr::LOCALHOST.into(), 128)];
    let loopback = loopback.map(|(address, bits)| ipnet::IpNet::new_assert(address, bits));
    Guard::new(if is_this_machine(url) { loopback.to_vec() } else { Vec::new() })
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_stands_behind_https_or_on_this_machine() {
        for (url, is_taken) in [
            ("https://webhooks.truelayer.com/.well-known/jwks", true),
            ("https://keys.example.com:8443/set", true),
            ("https://127.0.0.1:8443/jwks", true),
            ("http://127.0.0.1:8090/jwks", true),
            ("http://[::1]:8090/jwks", true),
            ("http://localhost:8090/jwks", true),
            ("http://keys.example.com/jwks", false),
            ("http://localhost.example.com/jwks", false),
            ("https://10.0.0.7/jwks", false),
            ("http://169.254.169.254/latest", false),
            ("https://user:secret@keys.example.com/jwks", false),
            ("ftp://keys.example.com/jwks", false),
        ] {
            let url: Url = url.parse().expect("a URL");
            assert_eq!(check(&url).is_ok(), is_taken, "{url}");
        }
    }
}
