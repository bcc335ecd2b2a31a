//! The watchman: keeps time for every connection of one server.
//!
//! A timer per request, set and cleared, costs more than all the rest of an idle request. So connections only note
//! *what they are doing and since when* (one relaxed store, no clock read, no timer), and one watchman goes round every
//! [`ROUND`] and tells those that are late. Lateness is therefore noticed up to one round late.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::pin;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::post::{Post, order};
use crate::limits::Limits;

/// Between two rounds: a hundredth of the default header time.
pub(super) const ROUND: Duration = Duration::from_millis(100);

/// Between two log lines about connections refused.
const COMPLAINT_EVERY_MS: u64 = 10_000;

/// All connections of one server.
pub(super) struct Watch {
    limits: Limits,
    started: Instant,
    now_ms: Arc<AtomicU64>,
    posts: Mutex<Posts>,
    next: AtomicU64,
    /// When it was last said that there is no room, plus one; 0 when never.
    complained: AtomicU64,
    emptied: Notify,
}

/// Every connection, and how many each peer has.
#[derive(Default)]
struct Posts {
    all: HashMap<u64, Arc<Post>>,
    of_peer: HashMap<IpAddr, usize>,
}

impl Watch {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            started: Instant::now(),
            now_ms: Arc::default(),
            posts: Mutex::default(),
            next: AtomicU64::default(),
            complained: AtomicU64::default(),
            emptied: Notify::new(),
        }
    }

    /// A post for a new connection of `peer`; nothing when `connections_max` are open, or `connections_per_peer_max` of
    /// this peer.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Posted> {
        self.read_clock();
        let peer = subscriber(peer);
        let mut posts = self.posts();
        let of_peer = posts.of_peer.get(&peer).copied().unwrap_or(0);
        if posts.all.len() >= self.limits.connections_max || of_peer >= self.limits.connections_per_peer_max {
            return None;
        }
        let id = self.next.fetch_add(1, Relaxed);
        let post = Arc::new(Post::new(Arc::clone(&self.now_ms)));
        posts.all.insert(id, Arc::clone(&post));
        posts.of_peer.insert(peer, of_peer + 1);
        Some(Posted { post, id, peer, watch: Arc::clone(self) })
    }

    /// Whether it is time to say that there is no room: at the first time, then every [`COMPLAINT_EVERY_MS`], so that
    /// a flood of connections is no flood of log lines.
    pub(super) fn may_complain(&self) -> bool {
        let (now, last) = (self.now_ms.load(Relaxed), self.complained.load(Relaxed));
        let may = last == 0 || now.saturating_sub(last - 1) >= COMPLAINT_EVERY_MS;
        if may {
            self.complained.store(now + 1, Relaxed);
        }
        may
    }

    pub(super) fn is_empty(&self) -> bool {
        self.posts().all.is_empty()
    }

    /// One round: reads the clock once, and tells whoever is late.
    pub(super) fn go_round(&self) {
        let now = self.read_clock();
        for post in self.posts().all.values() {
            if let Some(order) = post.order_due(now, &self.limits) {
                post.tell(order);
            }
        }
    }

    /// Tells everyone to finish what is in flight.
    pub(super) fn tell_finish(&self) {
        self.posts().all.values().for_each(|post| post.tell(order::FINISH));
    }

    /// Tells everyone to go with the next answer.
    pub(super) fn tell_leave(&self) {
        self.posts().all.values().for_each(|post| post.tell(order::LEAVE));
    }

    /// Tells everyone to go, and how many that were.
    pub(super) fn tell_cut(&self) -> usize {
        let posts = self.posts();
        posts.all.values().for_each(|post| post.tell(order::CUT));
        posts.all.len()
    }

    /// Completes when no connection is left.
    pub(super) async fn emptied(&self) {
        let mut notified = pin!(self.emptied.notified());
        while !self.is_empty() {
            notified.as_mut().await;
            notified.set(self.emptied.notified());
        }
    }

    fn read_clock(&self) -> u64 {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.now_ms.store(now, Relaxed);
        now
    }

    fn posts(&self) -> MutexGuard<'_, Posts> {
        self.posts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place in the watch, given up when dropped.
pub(super) struct Posted {
    post: Arc<Post>,
    id: u64,
    peer: IpAddr,
    watch: Arc<Watch>,
}

impl Posted {
    pub(super) fn post(&self) -> &Arc<Post> {
        &self.post
    }
}

impl Drop for Posted {
    fn drop(&mut self) {
        let mut posts = self.watch.posts();
        posts.all.remove(&self.id);
        if let Entry::Occupied(mut of_peer) = posts.of_peer.entry(self.peer) {
            *of_peer.get_mut() -= 1;
            if *of_peer.get() == 0 {
                of_peer.remove();
            }
        }
        if posts.all.is_empty() {
            self.watch.emptied.notify_one();
        }
    }
}

/// The address that stands for whoever is behind it: IPv4 as such, also when it came mapped; of IPv6 the /64 network,
/// whose addresses one subscriber picks from as it likes.
#[must_use]
pub fn subscriber(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_is_an_ipv4_address_or_an_ipv6_network() {
        let same = ["192.0.2.1", "::ffff:192.0.2.1"];
        let network = ["2001:db8::1", "2001:db8::ffff:1:2:3"];
        let others = ["192.0.2.2", "2001:db8:0:1::1"];
        let watch = Arc::new(Watch::new(Limits { connections_per_peer_max: 1, ..Limits::default() }));
        let admit = |peer: &str| watch.admit(peer.parse().expect("an address"));
        let held: Vec<_> = [same[0], network[0], others[0], others[1]].into_iter().map(admit).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(admit(same[1]).is_none() && admit(network[1]).is_none());
        drop(held);
        assert!(watch.posts().of_peer.is_empty(), "who is gone is forgotten");
    }
}
