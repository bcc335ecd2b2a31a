//! The listening socket.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

/// Connections the kernel holds until they are accepted: one burst of senders, not a queue to live in.
const BACKLOG: i32 = 4_096;

/// Binds a listening socket whose port can be taken again at once after a restart (`SO_REUSEADDR`).
///
/// An IPv6 wildcard takes IPv4 as well, where the system allows it. Call it inside a tokio runtime.
///
/// # Errors
/// What the system says: the port is taken, the address is not ours, no permission.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Another handle on the same listening socket: who waits to be accepted is accepted through either, and the socket
/// stays open until the last is dropped.
///
/// # Errors
/// When the system has no descriptor left.
pub fn twin(listener: &TcpListener) -> io::Result<TcpListener> {
    TcpListener::from_std(std::net::TcpListener::from(listener.as_fd().try_clone_to_owned()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_an_error() {
        let first = bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let taken = bind(first.local_addr().expect("bound"));
        assert_eq!(taken.expect_err("taken").kind(), io::ErrorKind::AddrInUse);
    }

    #[tokio::test]
    async fn a_port_can_be_taken_again_while_old_connections_linger() {
        let first = bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let address = first.local_addr().expect("bound");
        let client = tokio::net::TcpStream::connect(address).await.expect("connects");
        let (accepted, _) = first.accept().await.expect("accepts");
        drop((accepted, first, client));
        bind(address).expect("free again");
    }
}
