//! The commands that README and guides show, run as a user would: in a folder, with the binary on the path.
//!
//! - `configurations`: every piece of a configuration there is.
//! - `outputs`: what pages show of what a command says.
//! - `own_provider`: a provider of one's own, declared.
//! - `sandbox_guide`: the guide to the sandbox.
//! - `scenarios_guide`: the guide to scenarios.
//! - `shown`: code on a page is code that runs, and links lead somewhere.
//! - `spoken`: commands, flags and suites that are mentioned in passing.
//! - `start_adyen`, `start_banked`: the guides from nothing to production.
//! - `user`: a folder, a shell, and a gateway left running in it.
//! - `walks`: pages typed from the first command to the last.
//! - `world`: a gateway with a past, for them.

mod configurations;
mod outputs;
mod own_provider;
mod sandbox_guide;
mod scenarios_guide;
mod shown;
mod spoken;
mod start_adyen;
mod start_banked;
mod user;
mod walks;
mod world;

use std::net::TcpListener;
use std::time::Duration;

use payhook_testkit::receiver::Receiver;
use payhook_testkit::standard_webhooks::Signature;

use crate::pages::census::Claim;
use crate::pages::{self, block};
use crate::stage::{KEY, SECRET};
use user::User;

const PATIENCE: Duration = Duration::from_secs(20);

/// The blocks of pages that are typed here.
pub(crate) fn claims() -> Vec<Claim> {
    let own = [
        Claim::of("README.md", "console"),
        Claim::of("docs/guide/adyen.md", "console"),
        Claim::of("docs/guide/receiving.md", "json"),
        Claim::of("docs/concepts/payments.md", "json"),
    ];
    let rooms = [
        configurations::CLAIMS,
        outputs::CLAIMS,
        own_provider::CLAIMS,
        sandbox_guide::CLAIMS,
        scenarios_guide::CLAIMS,
        shown::CLAIMS,
        start_adyen::CLAIMS,
        start_banked::CLAIMS,
        walks::CLAIMS,
    ];
    [&own[..], &rooms.concat()].concat()
}

/// Every command there is, as the list of commands says.
const COMMANDS: [&str; 20] = [
    "demo",
    "init",
    "check",
    "serve",
    "sandbox",
    "trigger",
    "events",
    "deliveries",
    "quarantine",
    "aside",
    "completions",
    "conflicts",
    "keys",
    "payments",
    "routes",
    "destinations",
    "prune",
    "backup",
    "doctor",
    "verify",
];

#[test]
fn the_readme_leads_to_a_delivered_event() {
    let receiver = Receiver::start(None);
    let mut user = User::new();
    let shown = block::of("README.md").into_iter().filter(|block| block.language == "console" && block.unrun.is_none());
    let commands: Vec<_> = shown.flat_map(|block| block.commands()).collect();
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        match command.as_str() {
            "payhook serve" => {
                user.edit("payhook.toml", "http://127.0.0.1:3000/webhooks/payhook", &receiver.url());
                user.serve();
            }
            // Built already; what is built is typed, without a person to wait for.
            "cargo run --release -- demo" => {
                assert!(user.runs("payhook demo --headless --orders 3").contains("orders"))
            }
            "cargo install --path crates/cli" => assert!(user.runs("payhook --version").contains("payhook")),
            "payhook init shop && cd shop" => {
                user.runs(&command);
                user.edit_addresses();
            }
            asks if asks.starts_with("payhook deliveries") => {
                assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
                user.until(asks, |said| said.contains("order-1") && said.contains("delivered"));
            }
            _ => {
                let said = user.runs(&command);
                assert!(!command.starts_with("payhook events") || said.contains("payment.authorised"), "{said}");
            }
        }
    }
    let payload = receiver.deliveries().remove(0).json();
    assert_eq!((&payload["type"], &payload["data"]["reference"]), (&"payment.authorised".into(), &"order-1".into()));
}

#[test]
fn the_payload_has_the_fields_the_pages_show() {
    let receiver = Receiver::start(None);
    let mut user = User::new();
    user.runs("payhook init .");
    user.edit_addresses();
    user.edit("payhook.toml", "http://127.0.0.1:3000/webhooks/payhook", &receiver.url());
    user.serve();
    user.runs("payhook trigger adyen authorised");
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    let payload = receiver.deliveries().remove(0).json();
    for page in ["docs/guide/receiving.md", "docs/concepts/payments.md"] {
        let [shown] = pages::blocks(page, "json").try_into().expect("one payload on the page");
        // A part of it is shown with its name.
        let shown = if shown.starts_with('{') { shown } else { format!("{{\"data\":{{{shown}}}}}") };
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{page}: {error}"));
        let missing = pages::missing(&shown, &payload);
        assert_eq!(missing, Vec::<String>::new(), "{page} shows what {payload} does not have");
    }
}

#[test]
fn a_refused_notification_is_released_once_its_key_is_there() {
    let mut user = User::new();
    user.runs("payhook init .");
    user.edit_addresses();
    user.serve();
    let sent = user.fails(&format!("payhook trigger adyen authorised --set merchantReference=order-7 --key {KEY}"), 1);
    assert!(sent.contains("401"), "{sent}");
    let shown = pages::commands("docs/guide/adyen.md");
    let [list, show, release] = shown.as_slice() else { panic!("{shown:?}") };
    user.until(list, |said| said.contains("qrn_1") && said.contains("signature_mismatch"));
    assert!(user.runs(show).contains("order-7"));
    assert!(user.fails(release, 1).contains("does not verify"));
    user.edit(
        "payhook.toml",
        "keys = [\"${ADYEN_HMAC_KEY}\"]",
        &format!("keys = [\"${{ADYEN_HMAC_KEY}}\", \"{KEY}\"]"),
    );
    user.serve();
    user.runs(release);
    assert!(user.runs("payhook events list --reference order-7").contains("payment.authorised"));
    assert!(!user.runs(list).contains("qrn_1"));
}

#[test]
fn the_environment_alone_is_enough_for_a_first_try() {
    let receiver = Receiver::start(Some(SECRET));
    let mut user = User::new();
    user.set("ADYEN_HMAC_KEY", KEY);
    user.set("PAYHOOK_FORWARD_URL", &receiver.url());
    user.set("PAYHOOK_SIGNING_SECRET", SECRET);
    let public = user::free_port();
    user.set("PORT", &public.to_string());
    user.set("PAYHOOK__SERVER__ADMIN", &format!("127.0.0.1:{}", user::free_port()));
    user.serve();
    user.runs(&format!("payhook trigger adyen authorised --to http://127.0.0.1:{public}/api/webhooks/notifications"));
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    assert_eq!(receiver.deliveries()[0].signature, Signature::Valid);
    assert!(user.runs("payhook events list").contains("payment.authorised"));
}

#[test]
fn the_demo_ends_by_itself_and_every_order_ended_right() {
    let mut user = User::new();
    let said = user.runs("payhook demo --headless --orders 24 --seed 3");
    let number = |row: &str| -> u64 {
        let line = said.lines().find_map(|line| line.trim_start().strip_prefix(row));
        let word = line.and_then(|line| line.split_whitespace().next()).unwrap_or_else(|| panic!("no {row} in {said}"));
        word.parse().unwrap_or_else(|_| panic!("{row} is {word}"))
    };
    let ended = number("paid ") + number("refunded ") + number("refused ");
    assert_eq!((number("orders "), ended), (24, 24), "{said}");
    assert_eq!(number("people thanked"), number("paid ") + number("refunded "));
    assert_eq!((number("still owed"), number("dead letters")), (0, 0));
    // What went wrong on the way did so: repeated, forged or cut off, somebody else's, overtaken by better news.
    for fault in ["duplicates absorbed", "forged or cut, refused", "somebody else's", "late news superseded"] {
        assert!(number(fault) > 0, "{fault}: {said}");
    }
    assert!(said.contains("Every order ended right") && !said.contains("report it"), "{said}");
    assert_eq!(user.files(), Vec::<String>::new(), "without --data nothing is left behind");
}

#[test]
fn a_demo_with_a_folder_keeps_it_and_can_be_played_again() {
    let mut user = User::new();
    for run in 1..=2 {
        let said = user.runs("payhook demo --data kept --orders 6 --seed 5");
        assert!(said.contains("Every order ended right"), "run {run}: {said}");
    }
    assert!(user.files().contains(&"kept".to_owned()));
    user.runs("cd kept");
    user.serve();
    let listed = user.runs("payhook payments list");
    assert!(listed.matches("pay_").count() >= 12, "two runs' payments are there: {listed}");
}

#[test]
fn a_demo_whose_ports_are_taken_takes_others_and_writes_them_down() {
    // Taken by this test, or by whoever else is here.
    let _held = [8080, 8081, 8090, 3000].map(|port| TcpListener::bind(("127.0.0.1", port)));
    let mut user = User::new();
    let said = user.runs("payhook demo --data kept --orders 2");
    assert!(!said.contains("http://127.0.0.1:8080/"), "{said}");
    let written = user.read("kept/payhook.toml");
    for unusable in ["127.0.0.1:0\"", "127.0.0.1:8080\"", "127.0.0.1:8081\""] {
        assert!(!written.contains(unusable), "{written}");
    }
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let mut user = User::new();
    let mut explained = 0;
    for command in commands_in(&user.runs("payhook --help")) {
        assert!(COMMANDS.contains(&command.as_str()), "{command} is new: add it to the list");
        let said = user.runs(&format!("payhook {command} --help"));
        let inner = commands_in(&said);
        let pages = if inner.is_empty() {
            vec![said]
        } else {
            inner.iter().map(|inner| user.runs(&format!("payhook {command} {inner} --help"))).collect()
        };
        for page in pages {
            assert!(page.contains("Usage:") && page.contains("Example"), "{command}: {page}");
        }
        explained += 1;
    }
    assert_eq!(explained, COMMANDS.len());
    let listed: Vec<_> = pages::words_after("payhook ", &["README.md", "docs", "CONTRIBUTING.md"]);
    let unknown: Vec<_> = listed.iter().filter(|word| !COMMANDS.contains(&word.as_str())).collect();
    assert!(listed.len() > 20 && unknown.is_empty(), "the pages speak of {unknown:?}");
}

/// The commands that a help page lists.
fn commands_in(help: &str) -> Vec<String> {
    let list = help.split("Commands:\n").nth(1).unwrap_or_default().lines().take_while(|line| !line.is_empty());
    // What a line has no room for goes on further in.
    let lines = list.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}
