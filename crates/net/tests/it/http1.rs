//! HTTP/1.1 as it is meant, and as it is abused.

use payhook_net::Limits;

use crate::stage::{Raw, Running, SHORT};

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    for path in ["/a", "/b", "/c"] {
        raw.say(format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi")).await;
        let heard = raw.hear("hi").await;
        assert!(heard.starts_with("HTTP/1.1 200 OK\r\n") && heard.ends_with(&format!("POST {path} hi")), "{heard}");
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    let request = |path| format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi");
    raw.say(request("/1") + &request("/slow") + &request("/3")).await;
    let heard = raw.hear("POST /3 hi").await;
    let places: Vec<_> = ["POST /1 hi", "POST /slow hi", "POST /3 hi"].map(|answer| heard.find(answer)).into();
    assert!(places.is_sorted() && places[0].is_some(), "{heard}");
}

#[tokio::test]
async fn a_request_in_pieces_is_put_together() {
    let server = Running::patient_echo();
    let mut raw = Raw::to(&server).await;
    for piece in
        ["P", "OST /a HT", "TP/1.1\r\nhost: x\r\ntransfer-", "encoding: chunked\r\n\r\n2\r\nhi\r", "\n0\r\n\r\n"]
    {
        raw.say(piece).await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    raw.hear("POST /a hi").await;
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_our_words() {
    let flood = "x: y\r\n".repeat(101);
    let long = "y".repeat(SHORT.header_bytes_max);
    for (what, request, status) in [
        ("noise", "\x01\x02\x03\r\n\r\n".to_owned(), 400),
        ("no version", "GET /\r\n\r\n".to_owned(), 400),
        ("two lengths", "POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n".to_owned(), 400),
        ("too many headers", format!("GET / HTTP/1.1\r\n{flood}\r\n"), 431),
        ("one header too large", format!("GET / HTTP/1.1\r\nx: {long}\r\n\r\n"), 431),
        ("a header without end", format!("GET / HTTP/1.1\r\nx: {long}{long}{long}"), 431),
    ] {
        let server = Running::echo();
        let mut raw = Raw::to(&server).await;
        raw.say(request).await;
        let heard = raw.hear_all().await;
        assert!(heard.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {heard}");
        assert!(heard.contains("content-type: application/json"), "{what}: {heard}");
        assert!(heard.ends_with(&format!(r#"{{"error":{{"status":{status}}}}}"#)), "{what}: {heard}");
    }
}

#[tokio::test]
async fn a_refusal_after_good_requests_is_in_our_words_too() {
    let server = Running::echo();
    let mut raw = Raw::to(&server).await;
    raw.say("GET /a HTTP/1.1\r\nhost: x\r\n\r\n").await;
    raw.hear("GET /a ").await;
    raw.say("nonsense\r\n\r\n").await;
    let heard = raw.hear_all().await;
    assert!(heard.starts_with("HTTP/1.1 400") && heard.ends_with(r#"{"error":{"status":400}}"#), "{heard}");
    let mut raw = Raw::to(&server).await;
    raw.say("GET /a HTTP/1.1\r\nhost: x\r\n\r\nnonsense\r\n\r\n").await;
    let heard = raw.hear_all().await;
    assert!(heard.starts_with("HTTP/1.1 200") && heard.ends_with(r#"{"error":{"status":400}}"#), "{heard}");
}

#[tokio::test]
async fn a_lower_bound_on_header_fields_holds_too() {
    let server = Running::start(Limits { header_count_max: 3, ..SHORT }, None, crate::stage::Echo);
    let mut raw = Raw::to(&server).await;
    raw.say("GET /a HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n").await;
    raw.hear("GET /a ").await;
    raw.say("GET /a HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n\r\n").await;
    assert!(raw.hear("431}}").await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_body_too_large_is_refused_even_while_it_is_still_being_sent() {
    for head in ["content-length: 1000000", "transfer-encoding: chunked"] {
        let server = Running::echo();
        let mut raw = Raw::to(&server).await;
        raw.say(format!("POST / HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n")).await;
        // A megabyte, as one chunk where there are chunks: F4240 is 1,000,000.
        raw.say("F4240\r\n").await;
        raw.say(vec![b'x'; 100_000]).await;
        // Refused by now; a connection closed outright would not take the rest.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        for _ in 0..8 {
            raw.say(vec![b'x'; 100_000]).await;
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let heard = raw.hear_all().await;
        assert!(heard.starts_with("HTTP/1.1 413"), "{head}: {heard}");
    }
}

#[tokio::test]
async fn a_panic_is_a_500_and_harms_nothing_else() {
    let server = Running::patient_echo();
    let mut bystander = Raw::to(&server).await;
    bystander.say("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut raw = Raw::to(&server).await;
    raw.say("GET /panic HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let heard = raw.hear("}}").await;
    assert!(heard.starts_with("HTTP/1.1 500") && heard.ends_with(r#"{"error":{"status":500}}"#), "{heard}");
    raw.say("GET /after HTTP/1.1\r\nhost: x\r\n\r\n").await;
    raw.hear("GET /after ").await;
    bystander.hear("GET /slow ").await;
}

#[tokio::test]
async fn beyond_either_cap_a_connection_hears_503_until_one_is_free() {
    for limits in [Limits { connections_max: 2, ..SHORT }, Limits { connections_per_peer_max: 2, ..SHORT }] {
        let server = Running::start(limits, None, crate::stage::Echo);
        two_hear_an_answer_and_the_third_503(&server).await;
    }
}

async fn two_hear_an_answer_and_the_third_503(server: &Running) {
    let request = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n";
    let (mut first, mut second) = (Raw::to(server).await, Raw::to(server).await);
    for raw in [&mut first, &mut second] {
        raw.say(request).await;
        raw.hear("GET /a ").await;
    }
    let heard = Raw::to(server).await.hear_all().await;
    assert!(heard.starts_with("HTTP/1.1 503") && heard.ends_with(r#"{"error":{"status":503}}"#), "{heard}");
    drop(first);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let mut third = Raw::to(server).await;
    third.say(request).await;
    third.hear("GET /a ").await;
}

#[tokio::test]
async fn one_peer_with_all_its_connections_leaves_room_for_another() {
    let server = Running::start(Limits { connections_per_peer_max: 1, ..SHORT }, None, crate::stage::Echo);
    let _held = Raw::to(&server).await;
    assert!(Raw::to(&server).await.hear_all().await.starts_with("HTTP/1.1 503"));
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(std::net::SocketAddr::from(([127, 0, 0, 2], 0))).expect("all of 127/8 is this machine");
    let mut other = Raw(socket.connect(server.address).await.expect("connects"));
    other.say("GET /a HTTP/1.1\r\nhost: x\r\n\r\n").await;
    other.hear("GET /a ").await;
}
