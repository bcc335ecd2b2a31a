//! What pages show of what a command says is what it says, and what they show of a request is what comes.

use std::time::Duration;

use payhook_testkit::receiver::{Behaviour, Receiver};
use serde_json::Value;

use super::user::User;
use super::world::{World, word};
use crate::pages::block::{self, Block};
use crate::pages::census::Claim;
use crate::stage::SECRET;

const SIGNATURES: &str = "docs/guide/signatures.md";
const ROUTES: &str = "docs/guide/routes.md";
const DOCTOR: &str = "docs/guide/doctor.md";
const RECEIVING: &str = "docs/guide/receiving.md";
const SIZING: &str = "docs/guide/sizing.md";

pub(super) const CLAIMS: &[Claim] = &[
    Claim::of(SIGNATURES, "console"),
    Claim::of(ROUTES, "text").under("Conditions"),
    Claim::of(ROUTES, "text").under("What would become of an event"),
    Claim::of(DOCTOR, "console"),
    Claim::of(DOCTOR, "text"),
    Claim::of(DOCTOR, "json"),
    Claim::of(RECEIVING, "text"),
    Claim::of(SIZING, "text"),
];

const PATIENCE: Duration = Duration::from_secs(20);

/// The only block of a page in this language, under this heading unless that is empty.
#[track_caller]
pub(super) fn only(page: &str, language: &str, heading: &str) -> Block {
    let fits = |block: &Block| block.language == language && (heading.is_empty() || block.heading == heading);
    let found: Vec<_> = block::of(page).into_iter().filter(fits).collect();
    let [block] = <[Block; 1]>::try_from(found).unwrap_or_else(|found| panic!("not one block: {found:?}"));
    block
}

/// What a block shows below its prompt.
fn answer(block: &Block) -> String {
    block.text.lines().filter(|line| !line.starts_with("$ ")).map(|line| format!("{line}\n")).collect()
}

/// A text without the spaces at the ends of its lines.
fn trimmed(text: &str) -> String {
    text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_doctor_of_signatures_says_what_its_page_shows() {
    let shown = only(SIGNATURES, "console", "Why does the signature not verify?");
    let [command] = &shown.commands()[..] else { panic!("one command") };
    let key = command.split("--key ").nth(1).expect("a key");
    let mut user = User::new();
    let made = user.runs(&format!(
        "payhook trigger adyen authorised --print --key {key} --set pspReference=7914073381342284 \
         --set merchantAccountCode=TestMerchant --set amount.value=1250 --set merchantReference=order+1"
    ));
    let body = made.lines().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("no body in {made}"));
    user.write("body.json", &body.replace("order+1", "order 1"));
    assert_eq!(trimmed(&user.fails(command, 1)), trimmed(&answer(&shown)));
}

#[test]
fn what_would_become_of_an_event_is_told_as_the_page_shows() {
    let shown = only(ROUTES, "text", "What would become of an event");
    let [command] = &shown.commands()[..] else { panic!("one command") };
    let mut world = World::new();
    world.user.serve();
    world.user.runs("payhook trigger adyen refused --set merchantReference=order-1 --set amount.value=1250");
    assert!(world.shop.wait_until(PATIENCE, |heard| heard.len() == 1), "it never arrived");
    let delivery = world.shop.deliveries().remove(0);
    world.user.write("payload.json", &delivery.json().to_string());
    let money = "[[route]]\nname = \"money\"\nwhen = \"event.amount.value >= 2000\"\nto = [\"shop\"]\n";
    let held = only(ROUTES, "toml", "Bad news that waits").text;
    world.user.edit("payhook.toml", "[[route]]\nevents = [\"*\"] ", &format!("{money}\n{held}\n# "));
    world.user.edit("payhook.toml", "\nto = [\"shop\"]\n# sources", "\n# sources");
    world.user.serve();
    let said = world.user.runs(command).replace(delivery.id(), &word(&shown.text, "evt_"));
    assert_eq!(trimmed(&said), trimmed(&answer(&shown)));
}

#[test]
fn every_condition_on_the_page_can_be_asked() {
    let conditions = only(ROUTES, "text", "Conditions").text;
    let routes = conditions.lines().map(|when| format!("[[route]]\nwhen = \"{when}\"\nto = [\"shop\"]\n"));
    let mut user = User::new();
    user.runs("payhook init .");
    let file = user.read("payhook.toml") + &routes.collect::<String>();
    user.write("payhook.toml", &file);
    assert!(user.runs("payhook check").contains("is fine"));
}

#[test]
fn the_doctor_says_what_its_page_shows() {
    let (command, shown) = (only(DOCTOR, "console", ""), only(DOCTOR, "text", ""));
    let [command] = &command.commands()[..] else { panic!("one command") };
    let (mut world, books) = (World::new(), Receiver::start(None));
    world.shop.behave(|_| Behaviour::Answer(410));
    let more = format!(
        "\n[[destination]]\nname = \"books\"\ntype = \"http\"\nurl = \"{}\"\nsecret = \"{SECRET}\"\n\
         allow = [\"127.0.0.0/8\"]\n\n[[route]]\nto = [\"books\"]\n",
        books.url()
    );
    let file = world.user.read("payhook.toml") + &more;
    world.user.write("payhook.toml", &file);
    world.user.serve();
    world.user.runs("payhook trigger adyen authorised --count 2");
    let dead = |listed: &str| listed.matches("dlv_").count() == 2;
    world.user.until("payhook deliveries list --state dead", dead);
    world.user.runs("payhook destinations pause books");
    let said = world.user.fails(command, 1);
    // Since when it is paused, the page cannot know.
    let since = word(&said, "20").trim_end_matches(':').to_owned();
    let wanted = shown.text.replace("2026-11-21T10:02:03.123Z", &since);
    let (findings, sum) = wanted.trim_end().rsplit_once('\n').expect("lines");
    for line in findings.lines() {
        assert!(said.lines().any(|said| said.trim_end() == line), "no {line} in {said}");
    }
    let words = |sum: &str| sum.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>().replace('s', "");
    assert_eq!(words(said.trim_end().lines().next_back().expect("a sum")), words(sum));
}

#[test]
fn a_probe_says_what_the_page_shows() {
    let shown: Value = serde_json::from_str(&only(DOCTOR, "json", "Probes").text).expect("JSON");
    let mut world = World::new();
    world.user.edit("payhook.toml", "512 MiB", "900000 GiB");
    world.user.serve();
    let probe = world.here("curl -s http://127.0.0.1:8081/readyz");
    let said: Value = serde_json::from_str(&world.user.runs(&probe)).expect("JSON");
    let (shown, said) = (without_figures(&shown), without_figures(&said));
    assert_eq!(shown, said);
}

/// With one mark for every number and unit.
fn without_figures(value: &Value) -> String {
    let words = value.to_string();
    let digits = words.split(' ').filter(|word| !word.starts_with(|first: char| first.is_ascii_digit()));
    digits.filter(|word| !word.ends_with("iB")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_delivery_has_the_headers_that_the_page_shows() {
    let shown = only(RECEIVING, "text", "The receiving end").text;
    let mut world = World::new();
    world.user.serve();
    world.user.runs("payhook trigger adyen authorised");
    assert!(world.shop.wait_until(PATIENCE, |heard| heard.len() == 1), "it never arrived");
    let delivery = world.shop.deliveries().remove(0);
    let headers: Vec<_> = shown.lines().filter_map(|line| line.split_once(": ")).collect();
    assert!(headers.len() > 4, "{shown}");
    for (name, value) in headers {
        let come = delivery.header(name);
        // Every value says what it is by how it begins, or is a number, or the same.
        let start = value.find(['_', ',']).map_or("", |at| &value[..=at]);
        let numbers = value.parse::<u64>().is_ok() && come.parse::<u64>().is_ok();
        let fits = numbers || value == come || (!start.is_empty() && come.starts_with(start));
        assert!(fits, "{name}: {come:?} is not like {value:?}");
    }
}

#[test]
fn the_sum_on_the_page_about_sizes_is_right() {
    let sum = only(SIZING, "text", "Disk").text;
    let number = |word: &str| word.trim_start_matches('(').parse::<f64>().ok();
    let [young, fresh, old, pruned, total] = sum.split_whitespace().filter_map(number).collect::<Vec<_>>()[..] else {
        panic!("{sum}")
    };
    let kilobytes = young * fresh + old * pruned;
    assert!((kilobytes / 1000.0 - total).abs() < 0.005, "{kilobytes} KB is not {total} MB");
    assert!((young + old - 25.0 * 31.0).abs() < 1.0, "events are kept 25 months of 31 days");
}
