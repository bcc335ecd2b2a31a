//! Which addresses may be called: public ones, and those an operator allowed.
//!
//! A URL that a user may set is a way to make this machine call its own neighbours (server-side request forgery). So a
//! URL is checked when it is configured, where a mistake is loud, and every address is checked again after each look-up
//! of its name, since the owner of a name can point it anywhere at any time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// What IANA's registry of special-purpose IPv4 addresses does not call globally reachable, and multicast.
const NOT_PUBLIC_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),       // this network
    v4([10, 0, 0, 0], 8),      // private
    v4([100, 64, 0, 0], 10),   // shared by carriers (CGNAT)
    v4([127, 0, 0, 0], 8),     // loopback
    v4([169, 254, 0, 0], 16),  // link-local, cloud metadata
    v4([172, 16, 0, 0], 12),   // private
    v4([192, 0, 0, 0], 24),    // protocol assignments
    v4([192, 0, 2, 0], 24),    // documentation
    v4([192, 88, 99, 0], 24),  // 6to4 relays
    v4([192, 168, 0, 0], 16),  // private
    v4([198, 18, 0, 0], 15),   // benchmarks
    v4([198, 51, 100, 0], 24), // documentation
    v4([203, 0, 113, 0], 24),  // documentation
    v4([224, 0, 0, 0], 4),     // multicast
    v4([240, 0, 0, 0], 4),     // reserved, broadcast
];

/// The one block from which public IPv6 addresses are given out: loopback, unique local, link-local, multicast and the
/// rest lie outside it.
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0], 3);

/// What within [`PUBLIC_V6`] is not public.
const NOT_PUBLIC_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0], 23),     // protocol assignments, Teredo
    v6([0x2001, 0xdb8], 32), // documentation
    v6([0x2002, 0], 16),     // 6to4: carries any IPv4 address
    v6([0x3fff, 0], 20),     // documentation
];

/// NAT64's well-known prefix (RFC 6052): the last four bytes are the IPv4 address that is really called.
const NAT64: Ipv6Net = v6([0x64, 0xff9b], 96);

/// Why an address is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Neither `http` nor `https`.
    #[error("the URL's scheme is {0}, not http or https")]
    Scheme(String),
    /// A URL without a host.
    #[error("the URL names no host")]
    NoHost,
    /// A user name or password in the URL, which would end up in logs.
    #[error("the URL carries a user name or password")]
    Credentials,
    /// Not a public address, and not in an allowed range.
    #[error("{} is not a public address and not in an allowed range", named(host, address))]
    NotAllowed {
        /// The host as the URL names it.
        host: String,
        /// The address.
        address: IpAddr,
    },
}

/// `10.0.0.5`, or `db.internal (10.0.0.5)`.
fn named(host: &str, address: &IpAddr) -> String {
    let is_literal = host.trim_matches(['[', ']']).parse() == Ok(*address);
    if is_literal { address.to_string() } else { format!("{host} ({address})") }
}

/// Says which addresses may be called. By default: public ones only.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allow: Vec<IpNet>,
}

impl Guard {
    /// Allows public addresses and those in `allow`.
    #[must_use]
    pub fn new(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// Checks what can be checked before any look-up: scheme, credentials, and a host that is an address itself.
    /// `localhost` counts as loopback without being looked up.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_url(&self, url: &Url) -> Result<(), Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        match url.host().ok_or(Refused::NoHost)? {
            Host::Ipv4(address) => self.check_address(url.host_str().unwrap_or_default(), address.into()),
            Host::Ipv6(address) => self.check_address(url.host_str().unwrap_or_default(), address.into()),
            Host::Domain(name) if is_localhost(name) => self.loopback(name).map(drop),
            Host::Domain(_) => Ok(()),
        }
    }

    /// Checks one address, which `host` has resolved to.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let called = really_called(address);
        let allowed = |address: IpAddr| self.allow.iter().any(|net| net.contains(&address));
        if is_public(called) || allowed(called) || allowed(address) {
            return Ok(());
        }
        Err(Refused::NotAllowed { host: host.to_owned(), address })
    }

    /// The loopback addresses allowed, for a name that means loopback. IPv4 first, as servers bind.
    pub(super) fn loopback(&self, host: &str) -> Result<Vec<IpAddr>, Refused> {
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let allowed: Vec<_> = loopback.into_iter().filter(|ip| self.check_address(host, *ip).is_ok()).collect();
        if allowed.is_empty() {
            return Err(Refused::NotAllowed { host: host.to_owned(), address: Ipv4Addr::LOCALHOST.into() });
        }
        Ok(allowed)
    }
}

/// Names that mean this machine whatever a resolver says (RFC 6761, section 6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || name.len() > 10 && name.as_bytes()[name.len() - 10..].eq_ignore_ascii_case(b".localhost")
}

/// The address a packet ends up at: IPv4 mapped into IPv6, or behind NAT64, is IPv4.
fn really_called(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if NAT64.contains(&v6) => {
            let [.., a, b, c, d] = v6.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        canonical => canonical,
    }
}

/// Whether the address belongs to the public network: neither this machine's, nor a private or reserved one.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !NOT_PUBLIC_V4.iter().any(|net| net.contains(&v4)),
        IpAddr::V6(v6) => PUBLIC_V6.contains(&v6) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(&v6)),
    }
}

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6([a, b]: [u16; 2], bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(guard: &Guard, url: &str) -> bool {
        guard.check_url(&url.parse().expect("a URL")).is_ok()
    }

    #[test]
    fn public_addresses_pass() {
        for host in
            ["8.8.8.8", "[2606:4700::1111]", "[::ffff:8.8.8.8]", "[64:ff9b::808:808]", "172.15.0.1", "100.128.0.1"]
        {
            assert!(allows(&Guard::default(), &format!("https://{host}/")), "{host}");
        }
    }

    #[test]
    fn addresses_that_are_not_public_are_refused_however_they_are_written() {
        for host in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "017700000001",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::127.0.0.1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b::a00:1]",
            "[64:ff9b:1::1]",
            "[100::1]",
            "[2001::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[2002:808:808::]",
            "[3fff::1]",
            "[5f00::1]",
            "[fc00::1]",
            "[fd00::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "app.localhost",
        ] {
            assert!(!allows(&Guard::default(), &format!("http://{host}/")), "{host}");
        }
    }

    #[test]
    fn an_allowed_range_passes_and_its_neighbours_do_not() {
        let guard = Guard::new(vec!["127.0.0.0/8".parse().expect("a net"), "fd00::/8".parse().expect("a net")]);
        for (host, expected) in [
            ("127.0.0.1", true),
            ("[::ffff:127.0.0.1]", true),
            ("[fd00::1]", true),
            ("localhost", true),
            ("10.0.0.1", false),
            ("[fe80::1]", false),
            ("[::1]", false),
        ] {
            assert_eq!(allows(&guard, &format!("http://{host}:3000/")), expected, "{host}");
        }
    }

    #[test]
    fn localhost_is_only_what_is_allowed_of_it() {
        let guard = Guard::new(vec!["::1/128".parse().expect("a net")]);
        assert_eq!(guard.loopback("localhost"), Ok(vec![Ipv6Addr::LOCALHOST.into()]));
        assert!(!is_localhost("localhost.example.com") && !is_localhost("notlocalhost"));
    }

    #[test]
    fn what_is_not_http_or_carries_credentials_is_refused() {
        let refusal = |url: &str| Guard::default().check_url(&url.parse().expect("a URL"));
        assert_eq!(refusal("ftp://example.com/"), Err(Refused::Scheme("ftp".to_owned())));
        assert_eq!(refusal("unix:/run/x.sock"), Err(Refused::Scheme("unix".to_owned())));
        assert_eq!(refusal("https://user:secret@example.com/"), Err(Refused::Credentials));
        assert_eq!(refusal("https://example.com/"), Ok(()));
    }
}
