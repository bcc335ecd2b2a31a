//! Names that lead where they should not.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use payhook_net::{Client, ClientError, ClientLimits, ClientSettings, Refused, Resolve, Resolved, Stage, Step};

use crate::calling::{call, guard};
use crate::stage::{Echo, Running, SHORT};

/// A resolver whose answers change with every look-up; the last one stays.
struct Rebinding(Mutex<Vec<&'static [&'static str]>>);

impl Resolve for Rebinding {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolved<'a> {
        let mut answers = self.0.lock().expect("unpoisoned");
        let addresses = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
        Box::pin(async { Ok(addresses.iter().map(|address| address.parse().expect("an address")).collect()) })
    }
}

fn client(answers: &[&'static [&'static str]]) -> Client {
    let resolver = Arc::new(Rebinding(Mutex::new(answers.to_vec())));
    Client::new(ClientSettings { guard: guard(), resolver, ..ClientSettings::default() })
}

#[tokio::test]
async fn a_name_is_connected_to_at_the_address_that_was_checked() {
    let server = Running::start(SHORT, None, Echo);
    let url = format!("http://receiver.test:{}/a", server.address.port()).parse().expect("a URL");
    let answer = client(&[&["127.0.0.1"]]).target(&url).expect("allowed").send(call("x")).await.expect("an answer");
    assert_eq!(answer.excerpt, "POST /a x");
    assert!(answer.timings.dns.is_some());
}

#[tokio::test]
async fn a_name_that_moves_to_a_private_address_is_refused() {
    let server = Running::start(SHORT, None, Echo);
    let url = format!("http://receiver.test:{}/a", server.address.port()).parse().expect("a URL");
    for moved in [&["10.0.0.5"][..], &["127.0.0.1", "10.0.0.5"], &["10.0.0.5", "127.0.0.1"], &["::ffff:10.0.0.5"]] {
        let client = client(&[&["127.0.0.1"], moved]);
        let target = client.target(&url).expect("a name passes the first check");
        target.send(reluctant()).await.expect("an answer");
        let failure = target.send(reluctant()).await.expect_err("moved");
        let refused =
            matches!(&failure.error, ClientError::Refused(Refused::NotAllowed { host, .. }) if host == "receiver.test");
        assert!(refused && failure.error.stage() == Stage::Before, "{failure:?}");
        assert!(failure.timings.connect.is_none(), "nothing was connected to");
    }
}

/// A call after which the connection is not kept, so that the next one resolves again.
fn reluctant() -> payhook_net::Outgoing {
    let mut outgoing = call("");
    outgoing.headers.insert("connection", http::HeaderValue::from_static("close"));
    outgoing
}

#[tokio::test]
async fn a_private_address_is_refused_where_it_is_configured() {
    let url = "http://192.168.1.1/".parse().expect("a URL");
    let refused = client(&[&[]]).target(&url).expect_err("private");
    let address: IpAddr = "192.168.1.1".parse().expect("an address");
    assert_eq!(refused, Refused::NotAllowed { host: "192.168.1.1".to_owned(), address });
    assert_eq!(refused.to_string(), "192.168.1.1 is not a public address and not in an allowed range");
}

#[tokio::test]
async fn localhost_is_not_looked_up() {
    let server = Running::start(SHORT, None, Echo);
    let url = format!("http://localhost:{}/a", server.address.port()).parse().expect("a URL");
    let answer = client(&[&["10.0.0.5"]]).target(&url).expect("allowed").send(call("x")).await.expect("an answer");
    assert_eq!(answer.excerpt, "POST /a x");
}

#[tokio::test]
async fn a_name_without_an_address_says_so() {
    let url = "http://receiver.test/".parse().expect("a URL");
    let failure = client(&[&[]]).target(&url).expect("allowed").send(call("")).await.expect_err("no address");
    assert_eq!(failure.to_string(), "cannot resolve receiver.test: it has no address");
}

/// A resolver that never answers.
struct Mute;

impl Resolve for Mute {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolved<'a> {
        Box::pin(std::future::pending::<io::Result<Vec<IpAddr>>>())
    }
}

#[tokio::test]
async fn a_resolver_that_does_not_answer_is_not_waited_for() {
    let limits = ClientLimits { connect_time_max: Duration::from_millis(100), ..ClientLimits::default() };
    let client = Client::new(ClientSettings { resolver: Arc::new(Mute), limits, ..ClientSettings::default() });
    let target = client.target(&"http://receiver.test/".parse().expect("a URL")).expect("allowed");
    let failure = target.send(call("")).await.expect_err("late");
    assert!(matches!(failure.error, ClientError::TimedOut(Step::Resolve)), "{failure:?}");
}
