//! One stranger with many connections and no bodies: it keeps itself out, and nobody else.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use payhook_testkit::gateway::Gateway;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::wire;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::stage::{SECRET, authorisation, setup, until};

const PATIENCE: Duration = Duration::from_secs(10);

/// Requests of one address that may be arriving at once.
const ARRIVING_MAX: usize = 256;

/// The stranger's address; everybody else comes from 127.0.0.1.
const STRANGER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 0);

async fn connect(gateway: &Gateway) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(STRANGER).expect("all of 127.0.0.0/8 is this machine");
    socket.connect(gateway.public()).await.expect("it listens")
}

/// What the stranger hears of a whole request.
async fn status(gateway: &Gateway, number: usize) -> u16 {
    let mut stream = connect(gateway).await;
    stream.write_all(&authorisation(number)).await.expect("sent");
    let mut answer = Vec::new();
    let listening = tokio::time::timeout(PATIENCE, async {
        while wire::answers(&answer).is_empty() && stream.read_buf(&mut answer).await.is_ok_and(|count| count > 0) {}
    });
    listening.await.expect("an answer in time");
    wire::answers(&answer)[0].status
}

#[test]
fn who_sends_requests_without_bodies_keeps_nobody_else_out() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let crowd: Vec<TcpStream> = runtime.block_on(async {
        let mut crowd = Vec::new();
        for _ in 0..ARRIVING_MAX {
            let mut stream = connect(&gateway).await;
            let head = b"POST /in/adyen HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n";
            stream.write_all(head).await.expect("sent");
            crowd.push(stream);
        }
        crowd
    });
    until(&gateway, PATIENCE, "an end to the stranger's requests", || runtime.block_on(status(&gateway, 1)) == 503);
    assert_eq!(gateway.send(&authorisation(2)).expect("an answer").status, 200, "everybody else is let in");
    drop(crowd);
    until(&gateway, PATIENCE, "room for the stranger", || runtime.block_on(status(&gateway, 3)) == 200);
}
