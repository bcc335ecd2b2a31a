//! What a store of an earlier release was told, and what it told of that: the fixtures, how they are made and read.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};

use super::dump;
use crate::stage::{SECRET, adyen, configuration};

/// Orders that were authorised, and of those: sent again, captured, and owed still.
const ORDERS: u64 = 24;
const REPEATED: u64 = 3;
const CAPTURED: u64 = 8;
const OWED_FROM: u64 = 18;
/// The order whose delivery is a dead letter.
const DEAD: &str = "order-5";

const PATIENCE: Duration = Duration::from_secs(20);

/// What the API told, by the name it is kept under.
const LISTS: [(&str, &str); 6] = [
    ("events", "/api/v1/events?source=adyen&limit=500"),
    ("payments", "/api/v1/payments?limit=500"),
    ("deliveries", "/api/v1/deliveries?limit=500"),
    ("quarantine", "/api/v1/quarantine"),
    ("aside", "/api/v1/aside"),
    ("conflicts", "/api/v1/conflicts"),
];

/// Where the fixtures are.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schema")
}

/// The schemas that are kept.
pub(crate) fn schemas() -> Vec<u32> {
    let entries = folder().read_dir().expect("the fixtures");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("plain"));
    let number = |name: String| name.strip_prefix("schema-")?.strip_suffix(".sql")?.parse().ok();
    let mut schemas: Vec<u32> = names.filter_map(number).collect();
    schemas.sort_unstable();
    schemas
}

/// Puts the file of this schema in the place of a store; what its release told of it.
pub(crate) fn put(schema: u32, folder_of_store: &Path) -> Value {
    let read = |end: &str| {
        let file = folder().join(format!("schema-{schema}.{end}"));
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    dump::restore(&read("sql"), &folder_of_store.join("payhook.db"));
    serde_json::from_str(&read("json")).expect("JSON")
}

/// A gateway for such a file: it has a merchant account, so that another's is set aside, and removes nothing.
pub(crate) fn setup(receiver: &Receiver) -> Setup {
    let accounts = "provider = \"adyen\"\nmerchant_accounts = [\"TestMerchant\"]";
    Setup::new(&configuration(receiver).replacen("provider = \"adyen\"", accounts, 1))
}

/// What the API tells now.
pub(crate) fn told(gateway: &Gateway) -> Value {
    let status = gateway.get("/api/v1/status").json();
    let lists = LISTS.iter().map(|(name, target)| ((*name).to_owned(), Value::from(gateway.list(target))));
    let mut told: serde_json::Map<_, _> = lists.collect();
    let counts = ["notifications", "events", "duplicates", "quarantined"];
    told.insert("counts".to_owned(), counts.map(|name| (name.to_owned(), status[name].clone())).into_iter().collect());
    told.into()
}

/// Requests whose events the store knows.
pub(super) fn known() -> Vec<Vec<u8>> {
    let orders = (0..ORDERS).map(|number| adyen().request(&Item::authorisation(number)));
    orders.chain((0..CAPTURED).map(|number| adyen().request(&capture(number)))).collect()
}

fn capture(number: u64) -> Item {
    let authorisation = Item::authorisation(number);
    let (original_reference, code) = (authorisation.psp_reference.clone(), "CAPTURE".to_owned());
    Item { psp_reference: format!("TC{number:014}"), original_reference, code, ..authorisation }
}

/// Tells a gateway the history: what is new, repeated, revised, in conflict, another's, forged; delivered, dead and owed.
fn tell(gateway: &Gateway, receiver: &Receiver) {
    let send = |request: &[u8]| gateway.send(request).expect("an answer").status;
    let authorise = |number: u64| assert_eq!(send(&adyen().request(&Item::authorisation(number))), 200);
    (0..OWED_FROM).for_each(authorise);
    (0..CAPTURED).for_each(|number| assert_eq!(send(&adyen().request(&capture(number))), 200));
    let delivered = usize::try_from(OWED_FROM + CAPTURED).expect("small");
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() >= delivered), "{}", receiver.count());
    settled(gateway);
    assert_eq!(gateway.post("/api/v1/destinations/shop/pause", &json!({})).status, 200);
    (0..REPEATED).for_each(authorise);
    (OWED_FROM..ORDERS).for_each(authorise);
    let revised = Item { reason: "another reason".to_owned(), ..Item::authorisation(1) };
    let in_conflict = Item { value: 9_999, ..Item::authorisation(2) };
    for item in [revised, in_conflict] {
        assert_eq!(send(&adyen().request(&item)), 200);
    }
    let others = Adyen::new("/in/adyen", "OtherMerchant", crate::stage::KEY);
    assert_eq!(send(&others.request(&Item::authorisation(500))), 200);
    let forger = Adyen::new("/in/adyen", "TestMerchant", &"AB".repeat(32));
    assert_eq!(send(&forger.request(&Item::authorisation(501))), 401);
    let began = Instant::now();
    while gateway.get("/api/v1/status").json()["quarantined"] != 1 {
        assert!(began.elapsed() < PATIENCE, "the forged one is not kept");
    }
}

fn settled(gateway: &Gateway) {
    let began = Instant::now();
    while !gateway.list("/api/v1/deliveries?state=pending").is_empty() {
        assert!(began.elapsed() < PATIENCE, "not all is settled");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
#[ignore = "keeps the schema of the binary in PAYHOOK_BIN as a fixture, before another is added"]
fn keep_the_schema_as_it_stands() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|delivery| match delivery.json()["data"]["reference"].as_str() {
        Some(DEAD) => Behaviour::Answer(410),
        _ => Behaviour::Answer(200),
    });
    let mut gateway = setup(&receiver).start();
    tell(&gateway, &receiver);
    let told = told(&gateway);
    assert!(gateway.stop(PATIENCE).is_some_and(|exit| exit.success()));
    let file = rusqlite::Connection::open(gateway.database()).expect("opens");
    let newest = "SELECT max(number) FROM migrations";
    let schema: u32 = file.query_row(newest, [], |row| row.get(0)).expect("a number");
    let keep = |end: &str, text: &str| {
        std::fs::write(folder().join(format!("schema-{schema}.{end}")), text).expect("written");
    };
    keep("sql", &dump::write(&gateway.database()));
    keep("json", &format!("{}\n", serde_json::to_string_pretty(&told).expect("JSON")));
}
