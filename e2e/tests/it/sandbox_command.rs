//! The pretend provider as a command: it says where it is and what it is, keeps to this machine, and ends when asked.

use std::process::Command;

use payhook_testkit::binary;
use payhook_testkit::sandbox::Sandbox;

#[test]
fn it_says_where_it_is_and_what_it_lets_in_and_ends_when_asked() {
    let mut sandbox = Sandbox::start(&[]);
    let said = sandbox.said().to_owned();
    for wanted in ["customer area", "sandbox_adyen_api_key", "pk_sandbox:sk_sandbox", "SandboxMerchant", "next:"] {
        assert!(said.contains(wanted), "no {wanted} in {said}");
    }
    assert!(said.contains(&sandbox.url("/adyen/checkout/v71")), "{said}");
    assert!(sandbox.stop().success());
}

#[test]
fn every_answer_says_sandbox_also_one_that_finds_nothing() {
    let sandbox = Sandbox::start(&[]);
    for path in ["/", "/sandbox.css", "/nowhere", "/adyen/management/v3/nowhere"] {
        let answer = sandbox.get(path);
        assert_eq!(answer.header("server"), Some("payhook-sandbox"), "{path}");
    }
}

#[test]
fn it_does_not_listen_beyond_this_machine_unless_told_to() {
    let refused = Command::new(binary::payhook()).args(["sandbox", "--listen", "0.0.0.0:0"]).output();
    let refused = refused.expect("payhook runs");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("hint:") && said.contains("--public"), "{said}");
    let sandbox = Sandbox::start(&["--listen", "0.0.0.0:0", "--public"]);
    assert!(sandbox.address().ip().is_loopback(), "it says an address that a browser can go to: {}", sandbox.said());
}

#[test]
fn a_port_that_is_taken_is_said_with_what_to_do() {
    let first = Sandbox::start(&[]);
    let second = Command::new(binary::payhook()).args(["sandbox", "--listen", &first.address().to_string()]).output();
    let second = second.expect("payhook runs");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot listen on") && said.contains("--listen takes another address"), "{said}");
}
