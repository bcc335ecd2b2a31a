//! The webhooks, made through the provider's own APIs as a merchant makes them, and the gateway's configuration for them.

use std::net::SocketAddr;

use data_encoding::BASE64;
use payhook_testkit::sandbox::Sandbox;
use serde_json::{Value, json};

use super::ledger::text;
use crate::sandbox::provider::API_KEY;
use crate::stage::SECRET;

/// Both keys of Banked's API, as a fresh sandbox has them.
pub(super) const BANKED_KEYS: &str = "pk_sandbox:sk_sandbox";
/// The key that Banked signs with is the merchant's choice.
const BANKED_SIGNATURE_KEY: &str = "a-key-of-the-merchants-choice";
/// Where the company's webhooks are at Adyen.
const WEBHOOKS: &str = "/adyen/management/v3/companies/SandboxCompany/webhooks";

/// The webhooks, and the HMAC key that Adyen made.
pub(super) struct Registered {
    pub(super) adyen_key: String,
    pub(super) webhooks: [String; 2],
}

/// Has everything told to a gateway at this address.
pub(super) fn register(sandbox: &Sandbox, gateway: SocketAddr) -> Registered {
    let banked = json!({
        "target_url": format!("http://{gateway}/in/banked"),
        "signature_key": BANKED_SIGNATURE_KEY,
        "events": [
            "payment_initiated", "payment_pending", "payment_sent", "payment_failed", "refund_pending", "refund_sent",
            "refund_failed",
        ],
    });
    let basic = format!("Basic {}", BASE64.encode(BANKED_KEYS.as_bytes()));
    let banked = text(&ask(sandbox, "/banked/v2/webhooks", ("authorization", &basic), &banked)["id"]);
    let adyen = json!({
        "type": "standard", "active": true, "communicationFormat": "json", "encryptionProtocol": "HTTP",
        "url": format!("http://{gateway}/in/adyen"), "filterMerchantAccountType": "allAccounts",
        "filterMerchantAccounts": [],
    });
    let adyen = text(&ask(sandbox, WEBHOOKS, ("x-api-key", API_KEY), &adyen)["id"]);
    let generate = format!("{WEBHOOKS}/{adyen}/generateHmac");
    let adyen_key = text(&ask(sandbox, &generate, ("x-api-key", API_KEY), &json!({}))["hmacKey"]);
    Registered { adyen_key, webhooks: [adyen, banked] }
}

/// Has all that waits sent now, as one does in the provider's customer area. After a few failures its own waits are hours.
pub(super) fn hurry(sandbox: &Sandbox, webhooks: &[String]) {
    for webhook in webhooks {
        let answer = sandbox.send("POST", &format!("/sandbox/v1/endpoints/{webhook}/retry"), &[], b"");
        assert!(answer.is_success(), "{} {}", answer.status, answer.text());
    }
}

fn ask(sandbox: &Sandbox, path: &str, credential: (&str, &str), body: &Value) -> Value {
    let headers = [credential, ("content-type", "application/json")];
    let answer = sandbox.send("POST", path, &headers, body.to_string().as_bytes());
    assert!(answer.is_success(), "{path}: {} {}", answer.status, answer.text());
    answer.json()
}

/// What a gateway takes from these webhooks, and whom it delivers to. Its waits are those of an impatient merchant: by the
/// usual ones a test would take days.
pub(super) fn configuration(adyen_key: &str, shop: SocketAddr) -> String {
    format!(
        r#"
[[source]]
name = "adyen"
provider = "adyen"
keys = ["{adyen_key}"]
merchant_accounts = ["SandboxMerchant"]
environment = "test"
capture = "automatic"

[[source]]
name = "banked"
provider = "banked"
keys = ["{BANKED_SIGNATURE_KEY}"]

[[destination]]
name = "shop"
type = "http"
url = "http://{shop}/webhooks/payhook"
secret = "{SECRET}"
allow = ["127.0.0.0/8"]
breaker = {{ failures = 5, rest = "1s", rest_max = "1s" }}
retry = {{ schedule = ["200ms", "400ms", "800ms", "1s", "2s", "2s", "2s", "5s", "5s", "5s", "5s", "10s", "10s"] }}

[[route]]
events = ["*"]
to = ["shop"]

# Bad news waits for better news: another card, say.
[[route]]
events = ["payment.refused", "payment.failed"]
hold = "2s"
to = ["shop"]
"#
    )
}
