//! The guide to scenarios: its commands are typed, and its list is that of the command.

use payhook_testkit::sandbox::Sandbox;
use serde_json::Value;

use super::user::User;
use crate::pages;
use crate::pages::census::Claim;

const PAGE: &str = "docs/guide/scenarios.md";

pub(super) const CLAIMS: &[Claim] =
    &[Claim::of(PAGE, "console").under("Told by trigger"), Claim::of(PAGE, "console").under("Told by the sandbox")];

#[test]
fn stories_are_triggered_as_the_guide_shows() {
    let commands = pages::commands_under(PAGE, "Told by trigger");
    let [card, paid, dispute, lost, print, list, secret] = commands.as_slice() else { panic!("{commands:?}") };
    let mut user = User::new();
    user.runs("payhook init");
    user.edit_addresses();
    user.serve();
    assert_eq!(user.runs(card).matches("200").count(), 3);
    let payments = user.runs(paid);
    assert!(payments.contains("captured") && payments.contains("refused"), "{payments}");
    assert_eq!(user.runs(dispute).matches("200").count(), 14);
    user.until(lost, |listed| listed.contains("captured") && listed.lines().count() == 2);
    assert_eq!(user.runs(print).matches("POST ").count(), 4);
    assert!(user.runs(list).contains("pay-by-bank-refunded"));
    user.runs(secret);
    let key = user.runs("payhook trigger adyen --secret-only");
    assert!(user.read(".env").contains(&format!("ADYEN_HMAC_KEY={}", key.trim())), "it is the configuration's");
}

#[test]
fn stories_are_told_by_the_sandbox_as_the_guide_shows() {
    let commands = pages::commands_under(PAGE, "Told by the sandbox");
    let [list, tell, run] = commands.as_slice() else { panic!("{commands:?}") };
    let sandbox = Sandbox::start(&["--time-scale", "leap"]);
    let here = |command: &str| command.replace("127.0.0.1:8090", &sandbox.address().to_string());
    let mut user = User::new();
    let listed: Value = serde_json::from_str(&user.runs(&here(list))).expect("JSON");
    let page = the_page();
    for story in listed["stories"].as_array().expect("a list") {
        let name = story["name"].as_str().expect("a name");
        assert!(page.contains(&format!("| `{name}` |")), "{name} is not on the page");
    }
    user.runs(&here(tell));
    user.until(&here(run), |answer| {
        let run: Value = serde_json::from_str(answer).expect("JSON");
        run["done"] == true && run["scene"] == 7 && run["stopped"].is_null()
    });
}

fn the_page() -> String {
    std::fs::read_to_string(pages::root().join(PAGE)).expect("the page is there")
}
