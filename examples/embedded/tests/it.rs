//! The example, run as a program: what its handlers say of real notifications.

#![allow(clippy::disallowed_methods, reason = "tests run on the real clock")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
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

/// Runs the example in `folder`; what it prints, line by line.
fn run(folder: &std::path::Path) -> (Program, Receiver<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_embedded"))
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example starts");
    let (said, lines) = channel();
    let out = BufReader::new(child.stdout.take().expect("piped"));
    std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
    (Program(child), lines)
}

fn listening(lines: &Receiver<String>) -> SocketAddr {
    let line = lines.recv_timeout(PATIENCE).expect("it says where it listens");
    line.strip_prefix("listening on ").expect("an address").parse().expect("an address")
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
    let (program, lines) = run(folder.path());
    let address = listening(&lines);
    for item in [&paid, &disputed] {
        let answer = wire::call(address, &adyen.request(item), PATIENCE).expect("an answer");
        assert_eq!(answer.status, 200);
    }
    assert_eq!(lines.recv_timeout(PATIENCE).expect("called"), "order-1 is paid: 1250, try 1");
    // The dispute's first try fails. Whichever process is there then makes the second.
    drop(program);
    let (_program, lines) = run(folder.path());
    listening(&lines);
    let said = lines.recv_timeout(PATIENCE).expect("called again");
    assert!(said.starts_with("order-1 is disputed: dispute.opened, try "), "{said}");
}
