//! "Adyen, from nothing to production", followed word by word at the sandbox, with the steps of a shopper in between; and
//! the key changed, with nothing refused.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::sandbox::Sandbox;
use serde_json::{Value, json};

use super::user::User;
use crate::pages;
use crate::pages::census::Claim;

const PAGE: &str = "docs/guide/start-adyen.md";
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) const CLAIMS: &[Claim] = &[
    Claim::of(PAGE, "console"),
    // The sandbox and the gateway are these, in other terminals.
    Claim::of(PAGE, "sh").under("The sandbox"),
    Claim::of(PAGE, "sh").under("The gateway"),
];

/// A user who follows the page, with everything it needs.
struct Reader {
    user: User,
    shop: Receiver,
    sandbox: Sandbox,
    public: u16,
}

impl Reader {
    /// What the page says under a heading, typed; what each command said.
    fn types(&mut self, heading: &str) -> Vec<String> {
        let (sandbox, public) = (self.sandbox.address().to_string(), format!("127.0.0.1:{}", self.public));
        let commands = pages::commands_under(PAGE, heading).into_iter();
        let here =
            commands.map(|command| command.replace("127.0.0.1:8090", &sandbox).replace("127.0.0.1:8080", &public));
        here.map(|command| self.user.runs(&command)).collect()
    }

    /// What the page says to write into the source.
    fn writes(&self, heading: &str) {
        let [lines] = pages::blocks_under(PAGE, heading, "toml").try_into().expect("one piece");
        let file = self.user.read("payhook.toml");
        let old = file.lines().find(|line| line.starts_with("keys = [\"${ADYEN")).expect("the source has keys");
        let new = if lines.starts_with("keys") {
            lines.trim_end().to_owned()
        } else {
            format!("{old}\n{}", lines.trim_end())
        };
        self.user.write("payhook.toml", &file.replace(old, &new));
    }

    /// So much time goes by at the sandbox.
    fn waits(&self, time: Duration) {
        let shown = self.sandbox.get("/sandbox/v1/time").json();
        let now = shown["now"].as_str().and_then(Timestamp::parse_rfc3339).expect("a moment");
        let later = Timestamp::from_micros(now.as_micros() + i64::try_from(time.as_micros()).expect("minutes"));
        let answer = self.sandbox.send("POST", "/sandbox/v1/time", &[], json!({ "now": later }).to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Makes a payment link and pays by it, as somebody with a browser does.
    fn pays(&mut self) {
        let link: Value = serde_json::from_str(&self.types("A first payment").remove(0)).expect("JSON");
        let url = link["url"].as_str().expect("the page to pay on");
        let path = url.strip_prefix(&self.sandbox.url("")).expect("a page of the sandbox");
        let form = "method=card&number=4111+1111+4555+1142&expiry=03%2F30&cvc=737&holder=J.+Smith";
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self.sandbox.send("POST", path, &headers, form.as_bytes());
        assert!(answer.status < 400, "{}", answer.text());
    }
}

fn begin() -> Reader {
    let (shop, sandbox) = (Receiver::start(None), Sandbox::start(&["--seed", "7"]));
    let mut reader = Reader { user: User::new(), shop, sandbox, public: 0 };
    reader.types("A folder and its secrets");
    let [public, _] = reader.user.edit_addresses();
    reader.public = public;
    reader.user.edit("payhook.toml", "http://127.0.0.1:3000/webhooks/payhook", &reader.shop.url());
    reader.writes("A folder and its secrets");
    reader.types("The webhook");
    reader.types("Its HMAC key");
    assert!(reader.types("The gateway").remove(0).contains("is fine"));
    reader.user.serve();
    reader
}

#[test]
fn a_new_user_takes_a_payment_by_card() {
    let mut reader = begin();
    let tested = reader.types("The test notification");
    assert_eq!(tested[0].matches("\"status\":\"success\"").count(), 4, "{}", tested[0]);
    assert_eq!(tested[1].to_lowercase().matches("test").count(), 4, "{}", tested[1]);

    reader.pays();
    let [_, events, payments, deliveries] = &pages::commands_under(PAGE, "A first payment")[..] else {
        panic!("four commands")
    };
    reader.user.until(events, |listed| listed.contains("payment.authorised"));
    let believed = reader.user.runs(payments);
    assert!(
        believed.contains("12.50 EUR") && believed.contains("captured"),
        "the account captures by itself: {believed}"
    );
    assert!(reader.shop.wait_until(PATIENCE, |heard| heard.len() == 5), "{} came", reader.shop.count());
    let payload = reader.shop.deliveries().remove(4).json();
    assert_eq!(payload["data"]["reference"], "order-42");
    assert!(payload["data"]["checks"]["cvc"]["code"].is_number(), "the acquirer's results are told: {payload}");
    reader.user.until(deliveries, |listed| listed.matches("delivered").count() == 5);
}

#[test]
fn the_key_is_changed_and_nothing_is_refused() {
    let mut reader = begin();
    reader.types("Change the key");
    reader.writes("Change the key");
    assert_eq!(reader.user.runs("payhook check").matches("check value").count(), 2, "the source has both keys");
    reader.user.serve();
    let old = reader.types("The test notification").remove(0);
    // By then the new key signs.
    reader.waits(Duration::from_secs(20 * 60));
    let new = reader.types("The test notification").remove(0);
    for tested in [old, new] {
        assert_eq!(tested.matches("\"status\":\"success\"").count(), 4, "{tested}");
    }
    assert!(!reader.user.runs("payhook quarantine list").contains("qrn_"));
    let doctor = reader.user.types("payhook doctor").1;
    assert!(doctor.contains("ok  refused: adyen refuses nothing"), "{doctor}");
    let mut doubts = doctor.lines().filter(|line| !line.trim_start().starts_with("ok  "));
    assert!(doubts.all(|line| !line.contains("refused")), "{doctor}");
}
