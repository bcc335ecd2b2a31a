//! Every bound of this crate, named, with its unit and its reason.

use std::time::Duration;

/// The bounds of one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections. One more gets 503 and is closed (over TLS: is closed, since a handshake is what would cost).
    pub connections_max: usize,
    /// Open connections of one peer address (of one /64 network in IPv6, which one subscriber has to itself); one more
    /// is answered like one beyond `connections_max`. So that nobody alone takes them all.
    pub connections_per_peer_max: usize,
    /// Bytes of a request's line and header fields together; more is 431.
    pub header_bytes_max: usize,
    /// Header fields of a request; more is 431.
    pub header_count_max: usize,
    /// From a request's first byte to its header's last, and for a TLS handshake; longer is 408.
    pub header_time_max: Duration,
    /// A connection between two requests; longer is closed without a word.
    pub idle_time_max: Duration,
    /// How long a peer may take no byte of an answer; longer is cut.
    pub write_time_max: Duration,
    /// From the stop signal to the cutting of what is still in flight.
    pub drain_time_max: Duration,
    /// After another server took its place: how long a connection may wait for its next request, which ends it.
    pub hand_over_time_max: Duration,
    /// Requests in flight on one HTTP/2 connection.
    pub streams_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            connections_per_peer_max: 512,
            header_bytes_max: 32 * 1024,
            header_count_max: 100,
            header_time_max: Duration::from_secs(10),
            idle_time_max: Duration::from_secs(75),
            write_time_max: Duration::from_secs(30),
            drain_time_max: Duration::from_secs(20),
            hand_over_time_max: Duration::from_secs(30),
            streams_max: 128,
        }
    }
}

/// The bounds of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientLimits {
    /// Name, connect and handshake together, for a new connection.
    pub connect_time_max: Duration,
    /// The whole exchange, from the call to the answer's last byte.
    pub time_max: Duration,
    /// Bytes of an answer's body that are kept.
    pub answer_bytes_max: usize,
    /// Bytes of an answer's body that are read, so that the connection can be used again; a longer answer is cut.
    pub answer_read_max: usize,
    /// Bytes of an answer's header.
    pub header_bytes_max: usize,
    /// Idle connections kept per scheme, host and port. Those in use are as many as the caller has calls in flight.
    pub idle_connections_max: usize,
    /// How long one is kept: shorter than the keep-alive of common servers (5 s Node, 60 s AWS, 75 s nginx), since one
    /// found closed costs a reconnect.
    pub idle_time_max: Duration,
    /// How long one is used, however busy it is: whoever moves a receiver changes where its name leads, and a connection to the old
    /// address may work for as long as something listens there.
    pub age_max: Duration,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            connect_time_max: Duration::from_secs(5),
            time_max: Duration::from_secs(10),
            answer_bytes_max: 1_024,
            answer_read_max: 64 * 1024,
            header_bytes_max: 32 * 1024,
            idle_connections_max: 32,
            idle_time_max: Duration::from_secs(30),
            age_max: Duration::from_secs(5 * 60),
        }
    }
}
