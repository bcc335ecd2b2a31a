//! The end of a server.

use std::time::Duration;

use payhook_net::Limits;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::stage::{Echo, PATIENCE, Raw, Running, SHORT};

const BEGUN: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_stopping_server_finishes_what_is_in_flight_and_takes_nothing_new() {
    let server = Running::echo();
    let address = server.address;
    let (mut busy, mut idle) = (Raw::to(&server).await, Raw::to(&server).await);
    idle.say("GET /a HTTP/1.1\r\nhost: x\r\n\r\n").await;
    idle.hear("GET /a ").await;
    busy.say("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    sleep(BEGUN).await;
    let server = server.tell_to_stop();
    assert_eq!(idle.hear_all().await, "", "an idle connection is closed at once");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    let heard = busy.hear_all().await;
    assert!(heard.contains("connection: close") && heard.ends_with("GET /slow "), "{heard}");
    assert_eq!(server.await.expect("ends").connections_cut, 0);
}

#[tokio::test]
async fn what_is_not_done_in_time_is_cut_and_counted() {
    let server = Running::start(Limits { drain_time_max: Duration::from_millis(200), ..SHORT }, None, Echo);
    let mut raw = Raw::to(&server).await;
    // It would never be done: that the server ends is that it was cut.
    raw.say("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
    sleep(BEGUN).await;
    let began = Instant::now();
    let drained = server.tell_to_stop().await.expect("ends");
    assert_eq!(drained.connections_cut, 1);
    assert!(began.elapsed() < SHORT.drain_time_max, "not after the time of others: {:?}", began.elapsed());
    assert_eq!(raw.hear_all().await, "");
}

#[tokio::test]
async fn a_server_without_connections_stops_at_once() {
    let began = Instant::now();
    assert_eq!(Running::echo().tell_to_stop().await.expect("ends").connections_cut, 0);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_server_whose_place_is_taken_lets_every_connection_go_with_its_next_answer() {
    let limits =
        Limits { idle_time_max: Duration::from_secs(30), hand_over_time_max: Duration::from_secs(30), ..SHORT };
    let server = Running::start(limits, None, Echo);
    let address = server.address;
    let (mut idle, mut waiting) = (Raw::to(&server).await, Raw::to(&server).await);
    idle.say("GET /a HTTP/1.1\r\nhost: x\r\n\r\n").await;
    idle.hear("GET /a ").await;
    let (stop, server) = server.tell_to_hand_over();
    sleep(BEGUN).await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    for raw in [&mut idle, &mut waiting] {
        raw.say("GET /b HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let heard = raw.hear_all().await;
        assert!(heard.contains("connection: close") && heard.ends_with("GET /b "), "{heard}");
    }
    assert_eq!(server.await.expect("ends, since no connection is left").connections_cut, 0);
    drop(stop);
}

#[tokio::test]
async fn a_connection_that_asks_nothing_holds_up_neither_the_hand_over_nor_the_stop() {
    let server = Running::echo();
    let mut idle = Raw::to(&server).await;
    let (_stop, server) = server.tell_to_hand_over();
    assert_eq!(server.await.expect("ends when the time is over").connections_cut, 0);
    assert_eq!(idle.hear_all().await, "");

    let limits = Limits {
        idle_time_max: PATIENCE * 3,
        hand_over_time_max: PATIENCE * 3,
        header_time_max: PATIENCE * 3,
        ..SHORT
    };
    let server = Running::start(limits, None, Echo);
    let mut idle = Raw::to(&server).await;
    let (stop, server) = server.tell_to_hand_over();
    sleep(BEGUN).await;
    let _ = stop.send(());
    assert_eq!(idle.hear_all().await, "", "told to stop, it waits no longer");
    server.await.expect("ends");
}
