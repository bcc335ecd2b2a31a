//! What a plan takes over from the one before it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use payhook_store::{NameKind, Options, Store};

use super::Plan;
use crate::config::sample::resolved;

const BASE: &str = r#"version = 1
[[source]]
name = "adyen"
provider = "adyen"
keys = ["4444444444444444444444444444444444444444444444444444444444444444"]
[[destination]]
name = "shop"
type = "http"
url = "https://shop.example.com/hook"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
[[route]]
to = ["shop"]
"#;

async fn made(folder: &Path, store: &Arc<dyn Store>, toml: &str, before: Option<&Plan>) -> Plan {
    Plan::make(resolved(folder, toml), HashMap::new(), store.as_ref(), before).await.expect("a plan")
}

fn open(folder: &Path) -> Arc<dyn Store> {
    let url = format!("sqlite:{}", folder.join("payhook.db").display());
    payhook_store::open(&url, Options { reserve_bytes: 0, ..Options::default() }).expect("opens")
}

#[tokio::test]
async fn a_destination_that_differs_in_anything_is_another_and_one_that_does_not_is_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let before = made(folder.path(), &store, BASE, None).await;
    let more = BASE.replace("[[route]]", "[[destination]]\nname = \"b\"\ntype = \"http\"\nurl = \"https://b.example.com/\"\nformat = \"original\"\n[[route]]");
    let same = made(folder.path(), &store, &more, Some(&before)).await;
    assert!(Arc::ptr_eq(&before.destinations[0], &same.destinations[0]));
    for line in [
        "url = \"https://other.example.com/hook\"",
        "secret = \"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"",
        "format = \"original\"",
        "allow = [\"10.0.0.0/8\"]",
        "timeout = \"9s\"",
        "concurrency = 31",
        "retry = { schedule = [\"1s\"] }",
        "retry = { jitter = 0.2 }",
        "order = \"none\"",
        "on_dead = \"stop\"",
        "rate = \"100/s\"",
        "breaker = false",
    ] {
        let key = line.split(' ').next().expect("a key");
        let rest: Vec<&str> = BASE.lines().filter(|other| !other.starts_with(&format!("{key} ="))).collect();
        let changed = rest.join("\n").replace("type = \"http\"", &format!("type = \"http\"\n{line}"));
        let after = made(folder.path(), &store, &changed, Some(&before)).await;
        assert!(!Arc::ptr_eq(&before.destinations[0], &after.destinations[0]), "{line}");
        assert_eq!(before.destinations[0].id, after.destinations[0].id, "{line}");
    }
}

#[tokio::test]
async fn what_bounds_a_source_outlives_a_change_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let before = made(folder.path(), &store, BASE, None).await;
    let changed = BASE.replace("keys =", "max_body = \"2 MiB\"\nkeys =");
    let after = made(folder.path(), &store, &changed, Some(&before)).await;
    let seat = before.sources[0].bounds.in_flight.try_acquire().expect("there is room");
    assert_eq!(after.sources[0].bounds.in_flight.available_permits(), super::IN_FLIGHT_MAX - 1, "one bound over both");
    drop(seat);
    assert_eq!(
        (before.sources[0].settings.max_body_bytes, after.sources[0].settings.max_body_bytes),
        (1 << 20, 2 << 20)
    );
}

#[tokio::test]
async fn a_configuration_that_cannot_be_run_leaves_no_name_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let before = made(folder.path(), &store, BASE, None).await;
    let mut config = resolved(folder.path(), &BASE.replace("\"shop\"", "\"store\""));
    config.destinations[0].secret = Some(crate::config::Secret::new("no secret"));
    assert!(Plan::make(config, HashMap::new(), store.as_ref(), Some(&before)).await.is_err());
    let names = store.reader().names().await.expect("names");
    let destinations: Vec<_> = names.iter().filter(|name| name.kind == NameKind::Destination).collect();
    assert_eq!(destinations.len(), 1, "{destinations:?}");
}
