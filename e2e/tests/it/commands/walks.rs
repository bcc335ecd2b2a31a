//! Pages whose commands ask about, or change, a gateway with a past: typed from the first to the last.

use std::time::Duration;

use payhook_testkit::receiver::Behaviour;
use payhook_testkit::sandbox::Sandbox;

use super::world::World;
use crate::pages::census::Claim;
use crate::pages::{self, said};

const PAYMENTS: &str = "docs/concepts/payments.md";
const RETENTION: &str = "docs/concepts/retention.md";
const OPERATIONS: &str = "docs/guide/operations.md";
const OWN_HANDLER: &str = "docs/guide/from-your-own-handler.md";
const SANDBOX_BANKED: &str = "docs/guide/sandbox-banked.md";

pub(super) const CLAIMS: &[Claim] = &[
    Claim::of(PAYMENTS, "console"),
    Claim::of(RETENTION, "console"),
    Claim::of(OPERATIONS, "console").under("Is everything on its way?"),
    Claim::of(OPERATIONS, "console").under("Dead letters"),
    Claim::of(OPERATIONS, "console").under("Sending old events again"),
    Claim::of(OPERATIONS, "console").under("How much is kept"),
    Claim::of(OWN_HANDLER, "console"),
    Claim::of(SANDBOX_BANKED, "console"),
];

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_payment_is_asked_for_as_the_page_on_payments_says() {
    let mut world = World::new();
    world.live();
    let typed = world.types(PAYMENTS);
    assert!(said(&typed, "payhook payments list").contains("captured"), "{typed:?}");
    assert!(said(&typed, "payhook payments show").contains("order-1"), "{typed:?}");
}

#[test]
fn day_to_day_work_is_done_as_the_guide_says() {
    let mut world = World::new();
    world.live();
    let asked = world.types_under(OPERATIONS, "Is everything on its way?");
    assert!(said(&asked, "payhook destinations list").contains("running"), "{asked:?}");
    assert!(said(&asked, "payhook deliveries list").contains("order-2"), "{asked:?}");

    let [show, retry, all] = &pages::commands_under(OPERATIONS, "Dead letters")[..] else { panic!("three commands") };
    assert!(world.user.runs(&world.here(show)).contains("410"));
    world.shop.behave(|_| Behaviour::Answer(410));
    world.user.runs(&world.here(retry));
    world.user.until("payhook deliveries list --state dead", |listed| listed.contains("_2"));
    world.shop.forget();
    world.shop.behave(|_| Behaviour::Answer(200));
    world.user.runs(&world.here(all));
    assert!(world.shop.wait_until(PATIENCE, |heard| heard.len() == 1), "it was not made again");

    let replayed = world.types_under(OPERATIONS, "Sending old events again");
    assert!(said(&replayed, "payhook events replay --reference").contains("payment.captured"), "{replayed:?}");
    assert!(said(&replayed, "payhook events replay --since").contains("is done"), "{replayed:?}");
    assert!(world.shop.wait_until(PATIENCE, |heard| heard.len() > 3), "the events did not come again");
    let pruned = world.types_under(OPERATIONS, "How much is kept");
    assert_eq!(pruned.len(), 3, "{pruned:?}");
}

#[test]
fn events_go_to_the_new_receiving_end_as_the_guide_says() {
    let mut world = World::new();
    for naming in ["name = \"shop\"", "to = [\"shop\"]"] {
        world.user.edit("payhook.toml", naming, &naming.replace("shop", "new"));
    }
    world.live();
    let typed = world.types(OWN_HANDLER);
    assert!(said(&typed, "payhook events replay").contains("order-1"), "{typed:?}");
}

#[test]
fn a_payment_begins_at_the_sandboxs_banked_as_its_page_says() {
    let sandbox = Sandbox::start(&[]);
    let mut world = World::new();
    world.beside(&sandbox);
    for (_, answer) in world.types(SANDBOX_BANKED) {
        assert!(answer.contains("\"id\"") && !answer.contains("errors"), "{answer}");
    }
}

/// The program of the page is typed by its statement: the same SQLite, inside the test.
#[test]
fn a_file_that_cannot_shrink_is_made_anew_as_the_page_on_retention_says() {
    let mut world = World::new();
    world.live();
    world.user.stop();
    let [shown] = pages::commands(RETENTION).try_into().expect("one command");
    let words = shown.strip_prefix("sqlite3 ").and_then(|rest| rest.split_once(" '"));
    let (file, statement) = words.unwrap_or_else(|| panic!("{shown}"));
    let store = rusqlite::Connection::open(world.user.path(file)).expect("the gateway left its store");
    store.execute_batch("PRAGMA auto_vacuum = NONE; VACUUM;").expect("as a store of an early release");
    store.execute_batch(statement.trim_end_matches('\'')).expect("the page's statement");
    let vacuum: i64 = store.pragma_query_value(None, "auto_vacuum", |row| row.get(0)).expect("a number");
    assert_eq!(vacuum, 2, "pages can be given back one by one");
    drop(store);
    world.user.serve();
    assert!(world.user.runs("payhook events list --reference order-1").contains("CAPTURE"));
}
