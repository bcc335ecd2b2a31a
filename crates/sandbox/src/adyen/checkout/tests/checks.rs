//! What addresses and security codes ask for, and which settings let their results out.

use serde_json::{Value, json};

use super::stage::{QUICK, Stage};

fn asked(house: &str, cvc: &str) -> Value {
    json!({ "billingAddress": { "street": "Test AVS result", "houseNumberOrName": house }, "paymentMethod": { "cvc": cvc } })
}

#[test]
fn acquirer_results_are_let_out_by_their_settings_one_by_one() {
    let data = |settings: &[&str]| {
        let stage = Stage::start_with(QUICK, |webhook| {
            webhook.properties.extend(settings.iter().map(|name| ((*name).to_owned(), true)));
        });
        stage.pay("order-1", &asked("2", "003"));
        stage.hears_of("AUTHORISATION")["additionalData"].clone()
    };
    let both = data(&["addAcquirerResult", "addRawAcquirerResult"]);
    assert_eq!(both["avsResult"], "2 Neither postal code nor address match");
    assert_eq!(both["cvcResult"], "3 Not checked");
    assert_eq!((&both["avsResultRaw"], &both["cvcResultRaw"]), (&json!("2"), &json!("P")));
    assert_eq!((&both["refusalReasonRaw"], &both["acquirerCode"]), (&json!("AUTHORISED"), &json!("TestPmmAcquirer")));
    assert!(both["authCode"].is_string());
    let plain = data(&["addAcquirerResult"]);
    assert!(plain["avsResult"].is_string() && plain.get("avsResultRaw").is_none());
    let raw = data(&["addRawAcquirerResult"]);
    assert!(raw["avsResultRaw"].is_string() && raw.get("avsResult").is_none());
}

#[test]
fn security_codes_two_and_four_decline_and_the_others_approve() {
    let stage = Stage::start(QUICK);
    for code in 0..=6 {
        let answer = stage.pay(&format!("order-{code}"), &asked("7", &format!("00{code}")));
        let declined = matches!(code, 2 | 4);
        assert_eq!(answer["resultCode"], if declined { "Refused" } else { "Authorised" }, "00{code}");
        assert!(answer["additionalData"]["cvcResult"].as_str().is_some_and(|text| text.starts_with(&code.to_string())));
        assert_eq!(answer.get("refusalReason").is_some_and(|reason| reason == "CVC Declined"), declined);
    }
}

#[test]
fn an_expired_card_and_a_wrong_code_are_refused_by_themselves() {
    let stage = Stage::start(QUICK);
    let expired = stage.pay("order-1", &json!({ "paymentMethod": { "expiryYear": "2020" } }));
    let wrong = stage.pay("order-2", &json!({ "paymentMethod": { "cvc": "123" } }));
    assert_eq!((&expired["refusalReason"], &wrong["refusalReason"]), (&json!("Expired Card"), &json!("CVC Declined")));
}
