//! Whole stories, triggered; and the key that would sign them.

use payhook_domain::time::{Clock, Timestamp};
use payhook_gateway::clock::SystemClock;
use serde_json::Value;
use tempfile::TempDir;

use payhook_testkit::receiver::Receiver;

use crate::command::payhook;
use crate::with_gateway::{ADYEN_KEY, SECRET, gateway, rows, trigger};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// What the story's requests say, item for item, as `--print` shows them.
fn items(words: &str) -> Vec<Value> {
    let words = format!("trigger adyen {words} --key {ADYEN_KEY} --seed 7 --print --json");
    let out = payhook(folder().path(), &words).run().fine();
    let body = |line: &str| {
        let request: Value = serde_json::from_str(line).expect("one request per line");
        let body: Value = serde_json::from_str(request["body"].as_str().expect("text")).expect("JSON");
        body["notificationItems"][0]["NotificationRequestItem"].clone()
    };
    out.lines().map(body).collect()
}

fn codes(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["eventCode"].as_str().expect("a code")).collect()
}

#[test]
fn a_story_is_told_whole_signed_and_with_what_was_set() {
    let told = items("partial-captures --set merchantReference=order-9");
    assert_eq!(codes(&told), ["AUTHORISATION", "CAPTURE", "CAPTURE", "CAPTURE"]);
    let captured: i64 = told[1..].iter().filter_map(|item| item["amount"]["value"].as_i64()).sum();
    assert_eq!(Some(captured), told[0]["amount"]["value"].as_i64());
    for item in &told {
        assert_eq!(item["merchantReference"], "order-9");
        assert!(item["additionalData"]["hmacSignature"].is_string());
    }
    assert_eq!(told[1]["originalReference"], told[0]["pspReference"]);
}

#[test]
fn faults_are_laid_on_stories_too_and_rounds_are_of_other_payments() {
    assert_eq!(codes(&items("paid --reorder")), ["CAPTURE", "AUTHORISATION"]);
    assert_eq!(codes(&items("paid --duplicate")), ["AUTHORISATION", "AUTHORISATION", "CAPTURE", "CAPTURE"]);
    let rounds = items("paid --count 2");
    assert_eq!(codes(&rounds), ["AUTHORISATION", "CAPTURE", "AUTHORISATION", "CAPTURE"]);
    assert_ne!(rounds[0]["pspReference"], rounds[2]["pspReference"]);
    assert_eq!(rounds[3]["originalReference"], rounds[2]["pspReference"]);
}

#[test]
fn with_a_seed_and_a_moment_the_same_bytes_come_again() {
    let printed = |words: &str| payhook(folder().path(), &format!("trigger {words} --print")).run().fine();
    for story in [format!("adyen token-life --key {ADYEN_KEY}"), "banked pay-by-bank-refunded --key secret".to_owned()]
    {
        let at = |moment: &str| printed(&format!("{story} --seed 7 --at {moment}"));
        let first = at("2026-11-28T10:00:00Z");
        assert!(first.contains("2026-11-28"), "{first}");
        assert_eq!(first, at("2026-11-28T10:00:00Z"));
        assert_ne!(first, at("2026-11-28T10:00:01Z"));
    }
    let refused = payhook(folder().path(), "trigger adyen paid --at noon").run();
    refused.complains(2, "write a moment such as", "");
}

#[test]
fn a_story_ends_now_unless_it_is_told_when_it_begins() {
    let moment =
        |item: &Value| Timestamp::parse_rfc3339(item["eventDate"].as_str().expect("a date")).expect("a moment");
    let before = Timestamp::from_seconds(SystemClock::default().now().as_seconds());
    let told = items("won-dispute");
    let after = SystemClock::default().now();
    let last = moment(told.last().expect("notifications"));
    assert!(before <= last && last <= after, "{before:?} {last:?} {after:?}");
    assert!(told.iter().all(|item| moment(item) <= last), "{told:?}");
    let told = items("won-dispute --at 2026-11-28T10:00:00Z");
    assert_eq!(told[0]["eventDate"].as_str().map(|date| &date[..10]), Some("2026-11-28"));
}

#[test]
fn what_is_told_is_about_the_account_that_the_source_is_for() {
    let folder = folder();
    let toml = format!(
        "version = 1\n[[source]]\nname = \"adyen\"\nprovider = \"adyen\"\nkeys = [\"{ADYEN_KEY}\"]\n\
         merchant_accounts = [\"ShopEU\", \"ShopUK\"]\n"
    );
    std::fs::write(folder.path().join("payhook.toml"), toml).expect("written");
    let printed = |words: &str| payhook(folder.path(), &format!("trigger adyen {words} --print")).run().fine();
    for words in ["paid", "token-life", "authorised"] {
        let told = printed(words);
        assert!(told.contains("ShopEU") && !told.contains("TestMerchant"), "{told}");
    }
    assert!(printed("paid --set merchantAccountCode=ShopUK").contains("ShopUK"));
    assert!(printed(&format!("paid --key {ADYEN_KEY}")).contains("TestMerchant"), "no source was asked");
}

#[test]
fn a_story_is_told_alone_and_at_its_own_provider() {
    let refused = |words: &str, what: &str, hint: &str| {
        payhook(folder().path(), &format!("trigger {words} --print --key {ADYEN_KEY}")).run().complains(2, what, hint);
    };
    refused("adyen paid refused", "`paid` is a whole story", "payhook trigger adyen paid");
    refused("banked paid", "banked has no story and no event `paid`", "--list");
}

#[test]
fn the_list_shows_stories_first() {
    let out = payhook(folder().path(), "trigger adyen --list").run().fine();
    let place = |what: &str| out.find(what).unwrap_or_else(|| panic!("{what} is missing in {out}"));
    assert!(place("STORY") < place("twice-charged-back") && place("twice-charged-back") < place("EVENT"));
    let json = payhook(folder().path(), "trigger banked --list --json").run().json();
    assert_eq!(json["stories"][0]["name"], "pay-by-bank");
}

#[test]
fn the_secret_alone_is_the_one_that_would_sign() {
    let folder = folder();
    let toml = format!(
        "version = 1\n[[source]]\nname = \"old\"\nprovider = \"adyen\"\n\
         keys = [{{ key = \"{}\", retired = true }}, {{ key = \"${{HMAC}}\" }}]\n\
         [[source]]\nname = \"bank\"\nprovider = \"banked\"\nkeys = [\"s3cret-s3cret\"]\n",
        "0".repeat(64)
    );
    std::fs::write(folder.path().join("payhook.toml"), toml).expect("written");
    let secret =
        |words: &str| payhook(folder.path(), &format!("trigger {words} --secret-only")).with("HMAC", ADYEN_KEY);
    assert_eq!(secret("adyen").run().fine(), format!("{ADYEN_KEY}\n"));
    assert_eq!(secret("banked --source bank").run().fine(), "s3cret-s3cret\n");
    assert_eq!(secret(&format!("adyen --key {}", "A".repeat(64))).run().fine(), format!("{}\n", "A".repeat(64)));
    secret("banked --source old").run().complains(1, "no source `old` of banked", "--key");
    secret("stripe").run().complains(1, "no source of stripe", "--key");
}

#[test]
fn a_story_told_to_a_gateway_in_the_wrong_order_ends_right() {
    let shop = Receiver::start(Some(SECRET));
    let gateway = gateway(&shop.url());
    let out = trigger(&gateway, "twice-charged-back --reorder --set merchantReference=order-1").fine();
    assert_eq!(out.matches("200  [accepted]").count(), 7, "{out}");
    let payments = rows(&gateway, "payments list");
    let [payment] = &payments[..] else { panic!("one payment: {payments:?}") };
    assert_eq!((&payment["reference"], &payment["status"]), (&"order-1".into(), &"captured".into()));
    assert_eq!(payment["disputed"], payment["captured"]);
    assert_eq!(trigger(&gateway, "paid --bad-signature").fine().matches("401").count(), 2);
}
