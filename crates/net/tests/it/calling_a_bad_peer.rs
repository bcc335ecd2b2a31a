//! The client and receivers that misbehave: slow, silent, rude, gone.

use std::time::Duration;

use payhook_net::{ClientError, ClientLimits, Outgoing, Stage, Step};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::calling::{call, target, target_within};
use crate::stage::{Act, Scripted, loopback};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

const QUICK: Duration = Duration::from_millis(300);

fn impatient() -> ClientLimits {
    ClientLimits { connect_time_max: QUICK, time_max: QUICK, ..ClientLimits::default() }
}

#[tokio::test]
async fn a_pooled_connection_that_hangs_up_on_a_repeatable_call_costs_nothing() {
    let receiver = Scripted::start(vec![Act::AnswerThenHangUp(&[OK]), Act::Answer(&[OK])]).await;
    let target = target(receiver.address, "/");
    target.send(call("1")).await.expect("an answer");
    let second = target.send(call("2")).await.expect("an answer, over a new connection");
    assert!(second.timings.connect.is_some());
}

#[tokio::test]
async fn a_pooled_connection_that_hangs_up_fails_a_call_that_must_not_be_repeated() {
    let receiver = Scripted::start(vec![Act::AnswerThenHangUp(&[OK]), Act::Answer(&[OK])]).await;
    let target = target(receiver.address, "/");
    target.send(call("1")).await.expect("an answer");
    let failure = target.send(Outgoing { repeatable: false, ..call("2") }).await.expect_err("hung up on");
    assert!(matches!(failure.error, ClientError::Broken(Step::Wait)), "{failure:?}");
    assert_eq!(failure.error.stage(), Stage::After, "it may have been acted on");
}

#[tokio::test]
async fn a_call_is_repeated_once_only() {
    let receiver = Scripted::start(vec![Act::AnswerThenHangUp(&[OK]), Act::AnswerThenHangUp(&[])]).await;
    let target = target(receiver.address, "/");
    target.send(call("1")).await.expect("an answer");
    let failure = target.send(call("2")).await.expect_err("hung up on twice");
    assert!(matches!(failure.error, ClientError::Broken(Step::Wait)), "{failure:?}");
}

#[tokio::test]
async fn a_connection_broken_within_an_answer_is_not_repeated() {
    const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhalf";
    let receiver = Scripted::start(vec![Act::AnswerThenClose(&[OK, HALF]), Act::Answer(&[OK])]).await;
    let target = target(receiver.address, "/");
    target.send(call("1")).await.expect("an answer");
    let answer = target.send(call("2")).await.expect("half an answer");
    assert_eq!((answer.status.as_u16(), &answer.excerpt[..]), (200, b"half".as_slice()));
    let failure = answer.whole().expect_err("half an answer");
    assert!(matches!(failure.error, ClientError::Broken(Step::Read)), "{failure:?}");
}

#[tokio::test]
async fn a_pooled_connection_closed_meanwhile_is_not_used() {
    let receiver = Scripted::start(vec![Act::AnswerThenClose(&[OK]), Act::Answer(&[OK])]).await;
    let target = target(receiver.address, "/");
    target.send(call("1")).await.expect("an answer");
    sleep(Duration::from_millis(50)).await;
    let second = target.send(Outgoing { repeatable: false, ..call("2") }).await.expect("an answer");
    assert!(second.timings.connect.is_some());
}

#[tokio::test]
async fn a_connection_the_receiver_means_to_close_is_not_kept() {
    const LAST: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
    let receiver = Scripted::start(vec![Act::AnswerThenClose(&[LAST]), Act::Answer(&[OK])]).await;
    let target = target(receiver.address, "/");
    for _ in 0..2 {
        let answer = target.send(Outgoing { repeatable: false, ..call("") }).await.expect("an answer");
        assert!(answer.timings.connect.is_some());
    }
}

#[tokio::test]
async fn every_step_has_an_end() {
    const SILENT: &str = "";
    for (act, body, step, stage) in [
        (Act::Answer(&[SILENT]), 1, Step::Wait, Stage::After),
        (Act::Answer(&["HTTP/1.1 20"]), 1, Step::Wait, Stage::After),
        (Act::Ignore, 32_000_000, Step::Send, Stage::During),
    ] {
        let receiver = Scripted::start(vec![act]).await;
        let target = target_within(impatient(), receiver.address, "/");
        let failure = target.send(call(vec![b'x'; body])).await.expect_err("late");
        assert!(matches!(failure.error, ClientError::TimedOut(at) if at == step), "{step:?}: {failure:?}");
        assert_eq!(failure.error.stage(), stage);
        assert!(failure.timings.connect.is_some());
        receiver.done.abort();
    }
}

#[tokio::test]
async fn an_answer_whose_body_is_late_is_an_answer_in_time() {
    const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhalf";
    let receiver = Scripted::start(vec![Act::Answer(&[HALF]), Act::Answer(&[OK])]).await;
    let target = target_within(impatient(), receiver.address, "/");
    let answer = target.send(call("1")).await.expect("the head came");
    assert_eq!((answer.status.as_u16(), &answer.excerpt[..]), (200, b"half".as_slice()));
    let failure = answer.whole().expect_err("late");
    assert!(matches!(failure.error, ClientError::TimedOut(Step::Read)), "{failure:?}");
    let next = target.send(call("2")).await.expect("an answer");
    assert!(next.timings.connect.is_some(), "not over the connection with half an answer in it");
}

#[tokio::test]
async fn a_handshake_that_is_not_answered_has_an_end() {
    let listener = TcpListener::bind(loopback()).await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let client = payhook_net::Client::new(payhook_net::ClientSettings {
        guard: crate::calling::guard(),
        limits: impatient(),
        ..Default::default()
    });
    let target = client.target(&format!("https://{address}/").parse().expect("a URL")).expect("allowed");
    let failure = target.send(call("")).await.expect_err("no handshake");
    assert!(matches!(failure.error, ClientError::TimedOut(Step::Handshake)), "{failure:?}");
    assert_eq!(failure.to_string(), "timed out during the TLS handshake");
}

#[tokio::test]
async fn nobody_there_is_a_failure_before_anything_was_sent() {
    let free = TcpListener::bind(loopback()).await.expect("a free port").local_addr().expect("bound");
    let failure = target(free, "/").send(call("")).await.expect_err("nobody there");
    assert!(matches!(failure.error, ClientError::Connect(_)) && failure.error.stage() == Stage::Before, "{failure:?}");
}

#[tokio::test]
async fn what_is_no_answer_is_not_taken_for_one() {
    for noise in ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"] {
        let receiver = Scripted::start(vec![Act::AnswerThenClose(vec![noise].leak())]).await;
        let failure = target(receiver.address, "/").send(call("")).await.expect_err("noise");
        assert!(matches!(failure.error, ClientError::NotHttp), "{noise}: {failure:?}");
    }
    let flood: &str = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(64 * 1024)).leak();
    let receiver = Scripted::start(vec![Act::AnswerThenClose(vec![flood].leak())]).await;
    let failure = target(receiver.address, "/").send(call("")).await.expect_err("a header without end");
    assert!(matches!(failure.error, ClientError::NotHttp | ClientError::Broken(_)), "{failure:?}");
}
