//! Peers that take their time, on either side of a request.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::stage::{Raw, Running, SHORT};

/// How much later than its bound a connection may be noticed: a round of the watchman, and a busy machine.
const SLACK: Duration = Duration::from_millis(700);

#[tokio::test]
async fn a_slow_header_hears_408() {
    for beginning in ["G", "PRI * HT", "POST / HTTP/1.1\r\nhost: x\r\n", "\r\n\r\n"] {
        let server = Running::echo();
        let mut raw = Raw::to(&server).await;
        raw.say(beginning).await;
        let heard = raw.hear_all().await;
        assert!(heard.starts_with("HTTP/1.1 408") && heard.ends_with(r#"{"error":{"status":408}}"#), "{heard}");
    }
}

#[tokio::test]
async fn a_header_that_drips_is_no_faster() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    let began = Instant::now();
    while began.elapsed() < SHORT.header_time_max * 2 / 3 {
        raw.say("G").await;
        sleep(Duration::from_millis(40)).await;
    }
    let heard = raw.hear_all().await;
    assert!(heard.starts_with("HTTP/1.1 408"), "{heard}");
    assert!(began.elapsed() < SHORT.header_time_max + SLACK);
}

#[tokio::test]
async fn a_second_header_that_is_slow_hears_408_too() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    raw.say("GET /a HTTP/1.1\r\nhost: x\r\n\r\n").await;
    raw.hear("GET /a ").await;
    raw.say("GET /b HT").await;
    assert!(raw.hear_all().await.starts_with("HTTP/1.1 408"));
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed_without_a_word() {
    let server = Running::echo();
    assert_eq!(Raw::to(&server).await.hear_all().await, "");
}

#[tokio::test]
async fn a_connection_left_idle_is_closed_without_a_word() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    raw.say("GET /a HTTP/1.1\r\nhost: x\r\n\r\n").await;
    raw.hear("GET /a ").await;
    let began = Instant::now();
    assert_eq!(raw.hear_all().await, "");
    assert!(began.elapsed() > SHORT.idle_time_max - Duration::from_millis(200), "{:?}", began.elapsed());
    assert!(began.elapsed() < SHORT.idle_time_max + SLACK, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_slow_body_hears_408_from_the_handler() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    raw.say("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf").await;
    let heard = raw.hear_all().await;
    assert!(heard.starts_with("HTTP/1.1 408") && heard.ends_with("took too long to arrive"), "{heard}");
}

#[tokio::test]
async fn an_answer_in_pieces_may_take_longer_than_an_idle_connection() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    raw.say("GET /pieces HTTP/1.1\r\nhost: x\r\n\r\n").await;
    raw.hear("piece 3").await;
    // And it is idle after it.
    raw.hear_all().await;
}

#[tokio::test]
async fn a_peer_that_does_not_take_its_answer_is_cut() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    raw.say("GET /huge HTTP/1.1\r\nhost: x\r\n\r\n").await;
    sleep(SHORT.write_time_max + SLACK).await;
    let drained = server.tell_to_stop().await.expect("ends");
    assert_eq!(drained.connections_cut, 0, "it was cut already");
}
