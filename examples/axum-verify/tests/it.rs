//! The example, run as a program: what it answers to a good and to a forged notification.

#![allow(clippy::disallowed_methods, reason = "tests run on the real clock")]

use std::process::Command;
use std::time::Duration;

use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::program::Program;
use payhook_testkit::wire;

const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_good_notification_is_accepted_and_a_forged_one_is_not() {
    let program = Program::start(Command::new(env!("CARGO_BIN_EXE_axum-verify")).env("ADYEN_HMAC_KEY", KEY));
    let address = program.listens_on();
    let post = |key: &str| {
        let request = Adyen::new("/webhooks/adyen", "TestMerchant", key).request(&Item::authorisation(1));
        wire::call(address, &request, PATIENCE).expect("an answer")
    };
    let answer = post(KEY);
    assert_eq!((answer.status, answer.text().as_str()), (200, "[accepted]"));
    assert_eq!(program.says(), "payment.authorised of order-1");
    assert_eq!(post(&"AB".repeat(32)).status, 401);
    assert!(program.says().contains("signature_mismatch"));
}
