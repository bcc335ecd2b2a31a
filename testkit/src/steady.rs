//! An address for a process that is told where to listen, and comes back there when it was killed.
//!
//! Whoever asks for port 0 gets one of those that the kernel also gives to connections: while the process is down one of
//! these may take it, even the very connection that looks for the process, and it could not come back. So these are below.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Where they begin, and how many there are: up to 32768, where Linux begins with those of connections.
const FIRST: u16 = 20_000;
const NUMBER: u16 = 12_768;

/// A free address on loopback, another one at each call.
///
/// # Panics
/// When all are taken.
#[must_use]
pub fn address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test programs that run side by side begin in different places.
    let begin = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(NUMBER)).unwrap_or_default();
    let places = (0..NUMBER).map(|_| begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % NUMBER);
    let mut addresses = places.map(|place| SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST + place)));
    addresses.find(|address| TcpListener::bind(address).is_ok()).expect("one of twelve thousand ports is free")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_free_and_another_one_and_no_connections() {
        let (first, second) = (address(), address());
        assert_ne!(first, second);
        for address in [first, second] {
            assert!((20_000..32_768).contains(&address.port()), "{address}");
            assert!(TcpListener::bind(address).is_ok(), "{address}");
        }
    }
}
