//! The example, run as a program: what it answers to a good and to a forged notification.

#![allow(clippy::disallowed_methods, reason = "tests run on the real clock")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::wire;

const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const PATIENCE: Duration = Duration::from_secs(30);

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_good_notification_is_accepted_and_a_forged_one_is_not() {
    let child = Command::new(env!("CARGO_BIN_EXE_axum-verify"))
        .env("ADYEN_HMAC_KEY", KEY)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example starts");
    let mut program = Program(child);
    let mut lines = BufReader::new(program.0.stdout.take().expect("piped")).lines();
    let mut said = || lines.next().expect("it goes on").expect("text");
    let address: SocketAddr = said().strip_prefix("listening on ").expect("an address").parse().expect("an address");
    let post = |key: &str| {
        let request = Adyen::new("/webhooks/adyen", "TestMerchant", key).request(&Item::authorisation(1));
        wire::call(address, &request, PATIENCE).expect("an answer")
    };
    let answer = post(KEY);
    assert_eq!((answer.status, answer.text().as_str()), (200, "[accepted]"));
    assert_eq!(said(), "payment.authorised of order-1");
    assert_eq!(post(&"AB".repeat(32)).status, 401);
    assert!(said().contains("signature_mismatch"));
}
