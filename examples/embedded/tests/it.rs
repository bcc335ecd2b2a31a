//! The example, run as a program: what its handlers say of real notifications.

#![allow(clippy::disallowed_methods, reason = "tests run on the real clock")]

use std::process::Command;
use std::time::Duration;

use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::program::Program;
use payhook_testkit::wire;

const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const PATIENCE: Duration = Duration::from_secs(30);

/// The example, run in `folder`.
fn run(folder: &std::path::Path) -> Program {
    Program::start(Command::new(env!("CARGO_BIN_EXE_embedded")).current_dir(folder))
}

#[test]
fn handlers_are_called_until_they_succeed_also_by_the_next_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!(
        "version = 1\n[server]\npublic = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[store]\nreserve = 0\n\
         [[source]]\nname = \"adyen\"\nprovider = \"adyen\"\nkeys = [\"{KEY}\"]\n"
    );
    std::fs::write(folder.path().join("payhook.toml"), config).expect("written");
    let adyen = Adyen::new("/in/adyen", "TestMerchant", KEY);
    let paid = Item::authorisation(1);
    let disputed = Item {
        psp_reference: "DSP0000000000001".to_owned(),
        original_reference: paid.psp_reference.clone(),
        code: "CHARGEBACK".to_owned(),
        ..paid.clone()
    };
    let program = run(folder.path());
    let address = program.listens_on();
    for item in [&paid, &disputed] {
        let answer = wire::call(address, &adyen.request(item), PATIENCE).expect("an answer");
        assert_eq!(answer.status, 200);
    }
    assert_eq!(program.says(), "order-1 is paid: 1250, try 1");
    // The dispute's first try fails. Whichever process is there then makes the second.
    drop(program);
    let program = run(folder.path());
    let _ = program.listens_on();
    let mut said = program.says();
    if said.starts_with("order-1 is paid: 1250, try ") {
        // It was killed before it had written down that this was done: at least once.
        said = program.says();
    }
    assert!(said.starts_with("order-1 is disputed: dispute.opened, try "), "{said}");
}
