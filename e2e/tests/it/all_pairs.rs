//! Every story of the pretend provider, with every fault on the way, ends in the payment that it ends in without one; also
//! through kills of the gateway.
//!
//! - `house`: a gateway and a sandbox in this process, which know each other over loopback alone.
//! - `merchant`: the webhooks that a gateway needs, the configuration that fits them, stories told and waited for.
//! - `belief`: what a gateway believes of a story's payments, without what differs from one telling to the next.

mod belief;
mod house;
mod merchant;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use belief::{Belief, Believer};
use house::House;
use merchant::{Merchant, Told};
use payhook_sandbox::{Fault, Pace, stories};
use payhook_testkit::gateway::Setup;
use payhook_testkit::{scale, steady};
use serde_json::Value;

/// What every story ends in, by its name.
type Ends = BTreeMap<&'static str, Belief>;

/// All stories with this fault, or none, by this seed: told at once in a house of their own.
fn all_stories(fault: Option<Fault>, seed: u64) -> (House, Vec<Told>) {
    let house = House::open();
    let told: Vec<_> = stories().map(|story| house.merchant.tell(story.name, seed, fault.as_slice())).collect();
    house.merchant.wait_for(&told);
    (house, told)
}

fn ends(house: &impl Believer, told: &[Told]) -> Ends {
    told.iter().map(|told| (told.story, Belief::of(house, &told.reference))).collect()
}

fn compare(clean: &Ends, faulty: &Ends, what: &str) {
    for (story, end) in clean {
        assert_eq!(&faulty[story], end, "{story} with {what}");
    }
}

#[test]
fn every_story_with_every_fault_ends_as_it_does_without() {
    for seed in 0..scale::of("PAYHOOK_STORY_SEEDS", 1, 20) {
        let (house, told) = all_stories(None, seed);
        let clean = ends(&house, &told);
        let heard = house.heard();
        say_what_is_believed(&clean);
        assert!(house.list("/api/v1/quarantine").is_empty() && house.list("/api/v1/aside").is_empty());
        drop(house);
        for fault in Fault::ALL {
            let (house, told) = all_stories(Some(fault), seed);
            compare(&clean, &ends(&house, &told), fault.name());
            assert_eq!(house.heard(), heard, "with {fault}, each event is stored once");
            the_fault_has_left_its_trace(&house, fault);
        }
    }
}

/// The suite would prove nothing if all stories ended alike.
fn say_what_is_believed(clean: &Ends) {
    let said = |story: &str| clean[story].said();
    assert_eq!(said("paid"), "captured");
    assert_eq!(said("refused-then-paid"), "captured");
    assert_eq!(said("another-card"), "captured, refused");
    assert_eq!(said("3ds-failed"), "refused");
    assert_eq!(said("expiry"), "expired");
    assert_eq!(said("cancel-or-refund"), "cancelled");
    assert_eq!(said("cancel-or-refund-captured"), "refunded");
    assert_eq!(said("won-dispute"), "captured, dispute won");
    assert_eq!(said("lost-dispute"), "captured, dispute lost");
    assert_eq!(said("twice-charged-back"), "captured, dispute lost");
    assert_eq!(said("pay-by-bank-failed"), "failed");
}

/// What a fault added was sent, and is where such things go.
fn the_fault_has_left_its_trace(house: &House, fault: Fault) {
    let name = Value::from(fault.name());
    let mut sent = house.merchant.provider.messages();
    sent.retain(|message| message["faults"].as_array().is_some_and(|faults| faults.contains(&name)));
    assert!(!sent.is_empty(), "{fault} was laid on");
    let all = |state: &str| sent.iter().all(|message| message["state"] == state);
    let of_banked = sent.iter().filter(|message| message["provider"] == "banked").count();
    let refused = match fault {
        Fault::Forge | Fault::Truncate => sent.len(),
        // Banked names no account: whose a notification is, the key says.
        Fault::WrongAccount => of_banked,
        Fault::Duplicate | Fault::Reorder | Fault::Delay | Fault::OldKey | Fault::Burst => 0,
    };
    assert!(of_banked > 0 && of_banked < sent.len(), "{fault} was laid on both providers' notifications");
    let (quarantined, aside) = (house.quarantined(refused), house.list("/api/v1/aside").len());
    match fault {
        Fault::Forge | Fault::Truncate => {
            assert!(all("given_up"), "{fault}: none is accepted");
            assert_eq!((quarantined, aside), (refused, 0), "{fault}");
        }
        Fault::WrongAccount => {
            let given_up = sent.iter().filter(|message| message["state"] == "given_up");
            assert!(given_up.clone().all(|message| message["provider"] == "banked"), "Adyen's are authentic");
            assert_eq!((given_up.count(), quarantined, aside), (refused, refused, sent.len() - refused));
        }
        Fault::Duplicate | Fault::Reorder | Fault::Delay | Fault::OldKey | Fault::Burst => {
            assert!(all("accepted"), "{fault}: all of it is authentic");
            assert_eq!((quarantined, aside), (0, 0), "{fault}");
        }
    }
}

/// How fast the sandbox's time goes by where a gateway is killed: a retry after eight hours comes after 72 ms, and the
/// thirty days in which Adyen tries again are more than six seconds: longer than a start takes, where there is nothing
/// else to do.
const KILLED_AT: f64 = 400_000.0;
/// How many times slower where all pairs are told at once: eight times as much waits in one queue.
const SLOWER_FOR_ALL: u32 = 4;
/// The longest all stories may take: they last for months.
const PATIENCE: Duration = Duration::from_secs(150);

#[test]
fn a_story_ends_as_it_does_without_faults_when_the_gateway_is_killed_meanwhile() {
    let rounds = scale::of("PAYHOOK_STORY_KILL_ROUNDS", 1, 20);
    let mut random = fastrand::Rng::with_seed(scale::of("PAYHOOK_STORY_KILL_SEED", 6, 6));
    for round in 0..rounds {
        let (house, told) = all_stories(None, round);
        let clean = ends(&house, &told);
        drop(house);
        let slower = if scale::is_long() { SLOWER_FOR_ALL } else { 1 };
        let merchant = Merchant::begin(Pace::Scaled(KILLED_AT / f64::from(slower)));
        // Always at the same address: who is killed comes back where everybody expects it.
        let address = steady::address();
        let setup = Setup::new(&merchant.sources()).variable("PAYHOOK__SERVER__PUBLIC", address.to_string());
        let mut gateway = setup.store("reserve = 0").start();
        merchant.lead_to(gateway.public());
        let told: Vec<_> = pairs(round).map(|(story, faults)| merchant.tell(story, round, &faults)).collect();
        let (began, mut kills) = (Instant::now(), 0);
        while !merchant.all_done(&told) {
            std::thread::sleep(Duration::from_millis(random.u64(200..1_500)));
            gateway.restart();
            kills += 1;
            assert!(
                began.elapsed() < PATIENCE * slower,
                "round {round}: not over after {kills} kills\n{}",
                gateway.log_text()
            );
        }
        let again = merchant.send_again_what_was_given_up();
        for told in &told {
            assert_eq!(
                Belief::of(&gateway, &told.reference),
                clean[told.story],
                "{} with {:?}",
                told.story,
                told.faults
            );
        }
        println!(
            "round {round}: {} tellings through {kills} kills, {again} notifications sent again by hand",
            told.len()
        );
        assert!(kills > 0, "it was killed meanwhile");
    }
}

/// Stories and faults, each story with one fault of its own; with large constants all pairs.
fn pairs(round: u64) -> impl Iterator<Item = (&'static str, Vec<Fault>)> {
    let place = usize::try_from(round).unwrap_or_default();
    stories().enumerate().flat_map(move |(number, story)| {
        let faults = if scale::is_long() { Fault::ALL.to_vec() } else { vec![Fault::ALL[(number + place) % 8]] };
        faults.into_iter().map(move |fault| (story.name, vec![fault]))
    })
}
