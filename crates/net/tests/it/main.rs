//! The server and the client over real sockets, against peers that behave and peers that do not.

mod calling;
mod calling_a_bad_peer;
mod draining;
mod guarding;
mod http1;
mod http2;
mod leniency;
mod slow_peers;
mod stage;
mod tls;
mod tower;
