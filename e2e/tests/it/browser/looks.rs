//! Every page, at phone width and on a desk, dark and light: nothing wider than the window, nothing too faint to be read, every
//! field with its name. Pictures of all go to the folder that `PAYHOOK_SCREENSHOTS` names.

use data_encoding::BASE64;
use payhook_testkit::sandbox::Sandbox;
use serde_json::{Value, json};

use super::measures;
use super::window::{Look, Window};

/// All ways to look.
const LOOKS: [Look; 4] = [
    Look { width: "desktop", scheme: "light" },
    Look { width: "desktop", scheme: "dark" },
    Look { width: "phone", scheme: "light" },
    Look { width: "phone", scheme: "dark" },
];

/// Looks at every page, before there is anything on it and after.
pub(super) fn of_every_page() {
    for look in LOOKS {
        let sandbox = Sandbox::start(&[]);
        let mut window = Window::open(&sandbox.url(""), look);
        for (name, path) in [
            ("home-empty", "/"),
            ("log-empty", "/area/log"),
            ("adyen-empty", "/area/adyen/webhooks"),
            ("adyen-new", "/area/adyen/webhooks/new"),
            ("banked-new", "/area/banked/webhooks/new"),
            ("missing", "/area/log/99"),
            ("payments-empty", "/area/payments"),
            ("accounts", "/area/accounts"),
            ("stories-empty", "/area/stories"),
        ] {
            fine(look, &window.step(&json!({ "step": "look", "name": name, "path": path })));
        }
        paid(&sandbox, &mut window, look);
        paying(&sandbox, &mut window, look);
        furnished(&mut window, look);
    }
}

/// After somebody paid: the pages of payments.
fn paid(sandbox: &Sandbox, window: &mut Window, look: Look) {
    let card = json!({ "type": "scheme", "number": "4111111145551142", "expiryMonth": "03", "expiryYear": "2030",
        "cvc": "737", "holderName": "J. Smith" });
    let payment = json!({ "amount": { "currency": "EUR", "value": 2_599 }, "merchantAccount": "SandboxMerchant",
        "reference": "order-1", "returnUrl": "https://shop.example/", "paymentMethod": card });
    let answer = asked(sandbox, "/adyen/checkout/v71/payments", &payment);
    let page = format!("/area/payments/adyen/{}", answer["pspReference"].as_str().expect("it was authorised"));
    window.step(&json!({ "step": "open_dispute", "page": page }));
    for (name, path) in [("payment", page.as_str()), ("payments", "/area/payments")] {
        fine(look, &window.step(&json!({ "step": "look", "name": name, "path": path })));
    }
}

/// What a shopper sees: the payment page for cards, the choice of a bank, and that bank's own page.
fn paying(sandbox: &Sandbox, window: &mut Window, look: Look) {
    let session = json!({ "amount": { "currency": "EUR", "value": 2_599 }, "merchantAccount": "SandboxMerchant",
        "reference": "order-2", "returnUrl": "https://shop.example/", "mode": "hosted" });
    let by_card = asked(sandbox, "/adyen/checkout/v71/sessions", &session);
    let session = json!({ "reference": "Order 3", "success_url": "https://shop.example/", "error_url": "https://shop.example/",
        "line_items": [{ "name": "Candle", "amount": 700, "currency": "GBP", "quantity": 1 }],
        "payee": { "name": "Shop", "account_number": "12345678", "sort_code": "010203" } });
    let by_bank = asked(sandbox, "/banked/v2/payment_sessions", &session);
    for (name, answer) in [("adyen-pay", by_card), ("banked-pay", by_bank)] {
        let url = answer["url"].as_str().expect("where to pay");
        let path = url.strip_prefix(&sandbox.url("")).expect("at the sandbox");
        fine(look, &window.step(&json!({ "step": "look", "name": name, "path": path })));
    }
    window.step(&json!({ "step": "press", "name": "Mock Bank" }));
    fine(look, &window.step(&json!({ "step": "look", "name": "banked-account" })));
}

/// Asks either provider's API for something, as a merchant's program does.
fn asked(sandbox: &Sandbox, path: &str, body: &Value) -> Value {
    let basic = format!("Basic {}", BASE64.encode(b"pk_sandbox:sk_sandbox"));
    let headers =
        [("x-api-key", "sandbox_adyen_api_key"), ("authorization", &basic), ("content-type", "application/json")];
    sandbox.send("POST", path, &headers, body.to_string().as_bytes()).json()
}

/// The same sandbox after somebody was there: a webhook with a key, and a test that nobody answered.
fn furnished(window: &mut Window, look: Look) {
    // A port that nobody listens on.
    let url = "http://127.0.0.1:9/in/adyen";
    let made = window.step(&json!({ "step": "create_adyen_webhook", "by": "mouse", "url": url }));
    let webhook = made["at"].as_str().and_then(|at| at.find("/area").map(|from| &at[from..])).expect("its page");
    let webhook = webhook.split('?').next().expect("a path");
    window.step(&json!({ "step": "generate_key", "by": "mouse" }));
    fine(look, &window.step(&json!({ "step": "look", "name": "adyen-one" })));
    window.step(&json!({ "step": "unfold" }));
    fine(look, &window.step(&json!({ "step": "look", "name": "adyen-one-unfolded" })));
    window.step(&json!({ "step": "send_test", "by": "mouse" }));
    window.step(&json!({ "step": "unfold" }));
    fine(look, &window.step(&json!({ "step": "look", "name": "message" })));
    window.step(&json!({ "step": "begin_story" }));
    fine(look, &window.step(&json!({ "step": "look", "name": "story" })));
    fine(look, &window.step(&json!({ "step": "look", "name": "stories", "path": "/area/stories" })));
    let refused = window.step(&json!({ "step": "refused_form" }));
    assert_eq!(refused["mistakes"].as_array().map(Vec::len), Some(2), "{refused}");
    for (name, path) in [
        ("banked-refused", ""),
        ("home", "/"),
        ("log", "/area/log"),
        ("adyen-list", "/area/adyen/webhooks"),
        ("webhook", webhook),
    ] {
        fine(look, &window.step(&json!({ "step": "look", "name": name, "path": path })));
    }
}

fn fine(look: Look, measured: &Value) {
    measures::fine("sandbox", look, measured);
}
