//! Whose requests are still arriving: so many of each peer, so that one who sends no bodies keeps nobody out.
//!
//! A request whose body is not whole holds a seat of its source for as long as a body may take. One connection may begin a
//! hundred such requests, so the bound on connections is none on seats. A proxy near by speaks for everybody behind it, and is
//! not bound so: it is for the proxy to hear a request out before it passes it on.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use payhook_net::{is_public, subscriber};

/// What a proxy says of whom it speaks for.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

/// Whether a proxy sends this. Who comes from the public network and says so is not believed.
pub(super) fn is_forwarded(peer: IpAddr, headers: &HeaderMap) -> bool {
    !is_public(peer.to_canonical()) && FORWARDED.iter().any(|name| headers.contains_key(*name))
}

/// The peers with requests that are still arriving, and how many each has.
#[derive(Debug)]
pub(crate) struct Readers {
    of_peer: Mutex<HashMap<IpAddr, usize>>,
    of_peer_max: usize,
}

impl Readers {
    /// None yet; of each peer at most so many.
    pub(crate) fn of_each(most: usize) -> Self {
        Self { of_peer: Mutex::default(), of_peer_max: most }
    }

    /// Begins to read a request of `peer`, until what is returned is dropped; nothing when so many of it are still arriving.
    pub(super) fn begin(&self, peer: IpAddr) -> Option<Reading<'_>> {
        let peer = subscriber(peer);
        let mut of_peer = self.of_peer();
        let count = of_peer.entry(peer).or_default();
        if *count >= self.of_peer_max {
            return None;
        }
        *count += 1;
        Some(Reading { readers: self, peer })
    }

    fn of_peer(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.of_peer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is still arriving.
#[derive(Debug)]
pub(super) struct Reading<'r> {
    readers: &'r Readers,
    peer: IpAddr,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.readers.of_peer().entry(self.peer) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_one_that_is_near_and_says_so() {
        let (near, far): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [8, 8, 8, 8].into());
        let mut headers = HeaderMap::new();
        assert!(!is_forwarded(near, &headers));
        headers.insert("x-forwarded-for", http::HeaderValue::from_static("8.8.8.8"));
        assert!(is_forwarded(near, &headers) && !is_forwarded(far, &headers));
    }

    #[test]
    fn a_peer_that_has_enough_begins_no_more_and_keeps_out_no_other() {
        let readers = Readers::of_each(2);
        let (one, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let first = readers.begin(one).expect("the first");
        let _second = readers.begin(one).expect("the second");
        assert!(readers.begin(one).is_none());
        assert!(readers.begin(other).is_some());
        drop(first);
        assert!(readers.begin(one).is_some());
        assert_eq!(readers.of_peer().len(), 1, "who has none is forgotten");
    }
}
