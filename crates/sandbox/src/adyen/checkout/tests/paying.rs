//! What payments come to, and what is told of them.

use serde_json::{Value, json};

use super::stage::{HMAC, QUICK, Stage};
use crate::adyen::checkout::payment::State;
use crate::time::Pace;

#[test]
fn an_approved_card_is_answered_and_told_with_what_a_card_shows() {
    let stage = Stage::start(QUICK);
    let answer = stage.pay("order-1", &json!({ "metadata": { "basket": "7" }, "merchantOrderReference": "basket-7" }));
    assert_eq!(answer["resultCode"], "Authorised");
    assert_eq!(answer["additionalData"]["cvcResult"], "1 Matches");
    assert_eq!(answer["additionalData"]["refusalReasonRaw"], "AUTHORISED");
    assert!(answer.get("refusalReason").is_none());

    let item = stage.hears_of("AUTHORISATION");
    let data = &item["additionalData"];
    assert_eq!((&item["success"], &item["pspReference"]), (&json!("true"), &answer["pspReference"]));
    assert_eq!(item["amount"], json!({ "currency": "EUR", "value": 1_000 }));
    assert_eq!(item["operations"], json!(["CANCEL", "CAPTURE", "REFUND"]));
    assert_eq!(item["paymentMethod"], "visa");
    let auth_code = answer["additionalData"]["authCode"].as_str().expect("six digits");
    assert_eq!(item["reason"], format!("{auth_code}:1142:03/2030"));
    assert_eq!((&data["cardSummary"], &data["expiryDate"]), (&json!("1142"), &json!("03/2030")));
    assert_eq!((&data["metadata.basket"], &data["merchantOrderReference"]), (&json!("7"), &json!("basket-7")));
    assert!(data.get("authCode").is_none() && data.get("avsResult").is_none(), "nobody asked for it: {data}");
}

#[test]
fn every_notification_is_signed_by_the_webhooks_key() {
    let stage = Stage::start(QUICK);
    stage.paid("order-1");
    let provider = payhook_provider::by_name("adyen").expect("of this release");
    let key = provider.key("current", HMAC).expect("a key");
    let told = stage.merchant.deliveries().remove(0);
    let request = payhook_provider::RawRequest { target: "/hooks", headers: &told.headers, body: &told.body };
    let now = payhook_domain::time::Timestamp::from_seconds(0);
    let papers = provider.verify(&request, &[key], &payhook_provider::Policy::default(), now);
    let payhook_provider::Papers::Items(items) = papers else { panic!("unreadable") };
    assert!(matches!(items[..], [payhook_provider::Item::Verified(_)]));
}

#[test]
fn a_name_or_a_number_asks_for_a_refusal_and_it_is_told_with_its_reason() {
    let stage = Stage::start(QUICK);
    let by_name = stage.pay("order-1", &json!({ "paymentMethod": { "holderName": "NOT_ENOUGH_BALANCE" } }));
    let by_number = stage.pay("order-2", &json!({ "additionalData": { "RequestedTestAcquirerResponseCode": "6" } }));
    let error = stage.pay("order-3", &json!({ "additionalData": { "RequestedTestAcquirerResponseCode": 4 } }));
    let stopped = stage.pay("order-4", &json!({ "paymentMethod": { "holderName": "FRAUD_CANCELLED" } }));
    for (answer, result, reason, code) in [
        (&by_name, "Refused", "Not enough balance", "12"),
        (&by_number, "Refused", "Expired Card", "6"),
        (&error, "Error", "Acquirer Error", "4"),
        (&stopped, "Cancelled", "FRAUD-CANCELLED", "22"),
    ] {
        assert_eq!(answer["resultCode"], result);
        assert_eq!((&answer["refusalReason"], &answer["refusalReasonCode"]), (&json!(reason), &json!(code)));
        let item = stage.hears(|item| item["pspReference"] == answer["pspReference"]);
        assert_eq!((&item["success"], &item["reason"]), (&json!("false"), &json!(reason)));
    }
}

#[test]
fn a_pending_card_is_received_and_authorised_later() {
    let stage = Stage::start(QUICK);
    let answer = stage.pay("order-1", &json!({ "paymentMethod": { "holderName": "PENDING" } }));
    assert_eq!((&answer["resultCode"], &answer["refusalReasonCode"]), (&json!("Received"), &json!("13")));
    let item = stage.hears_of("AUTHORISATION");
    assert_eq!((&item["success"], &item["pspReference"]), (&json!("true"), &answer["pspReference"]));
}

#[test]
fn fields_may_be_written_as_if_the_providers_page_had_encrypted_them() {
    let stage = Stage::start(QUICK);
    let method = json!({ "type": "scheme", "encryptedCardNumber": "test_370000000000002", "encryptedExpiryMonth": "test_03",
        "encryptedExpiryYear": "test_2030", "encryptedSecurityCode": "test_7373",
        "number": null, "expiryMonth": null, "expiryYear": null, "cvc": null });
    let answer = stage.pay("order-1", &json!({ "paymentMethod": method }));
    assert_eq!(
        (&answer["resultCode"], &answer["additionalData"]["cardSummary"]),
        (&json!("Authorised"), &json!("0002"))
    );
    assert_eq!(answer["additionalData"]["paymentMethod"], "amex");
}

#[test]
fn a_method_that_the_account_does_not_have_is_not_supported() {
    let stage = Stage::start(QUICK);
    let body = json!({ "merchantAccount": "SandboxMerchant", "reference": "o", "amount": { "currency": "EUR", "value": 1 },
        "returnUrl": "https://shop.example.com", "paymentMethod": { "type": "boletobancario" } });
    let answer = stage.post("/payments", &body, 500);
    assert_eq!((&answer["errorCode"], &answer["errorType"]), (&json!("905"), &json!("configuration")));
}

/// The path of an answer's redirect, and what the shopper brings back after this choice.
fn chosen(stage: &Stage, answer: &Value, approved: bool) -> String {
    assert_eq!(
        (&answer["resultCode"], &answer["action"]["type"]),
        (&json!("RedirectShopper"), &json!("redirect")),
        "{answer}"
    );
    let url = url::Url::parse(answer["action"]["url"].as_str().expect("a URL")).expect("a URL");
    let page = stage.ask("GET", url.path(), &[], b"");
    assert!(page.status == 200 && page.text().contains("sandbox"), "{}", page.text());
    let sent_on = stage.send(url.path(), &format!("approved={approved}"));
    let location = url::Url::parse(sent_on.header("location").expect("sent on")).expect("a URL");
    assert_eq!((sent_on.status, location.host_str()), (303, Some("shop.example.com")));
    assert!(
        location.query_pairs().any(|pair| pair == ("order".into(), "1".into())),
        "its own query is kept: {location}"
    );
    location.query_pairs().find(|(name, _)| name == "redirectResult").expect("a result").1.into_owned()
}

#[test]
fn a_3ds_card_is_paid_only_when_the_merchant_brings_the_result() {
    let stage = Stage::start_with(QUICK, |webhook| {
        webhook.properties.insert("includeThreeDSecureResult".to_owned(), true);
    });
    let answer = stage.pay("order-1", &json!({ "paymentMethod": { "number": "4917610000000000" } }));
    let psp = answer["pspReference"].as_str().expect("a reference");
    let result = chosen(&stage, &answer, true);
    assert_eq!(stage.payment(psp).state, State::Started);

    let details = json!({ "details": { "redirectResult": result } });
    let finished = stage.post("/payments/details", &details, 200);
    assert_eq!((&finished["resultCode"], &finished["pspReference"]), (&json!("Authorised"), &json!(psp)));
    assert_eq!(stage.post("/payments/details", &details, 200)["resultCode"], "Authorised");
    let item = stage.hears_of("AUTHORISATION");
    assert_eq!(item["additionalData"]["threeDAuthenticated"], "true");
    assert_eq!(stage.items().len(), 1, "asked twice, told once");
}

#[test]
fn a_3ds_card_whose_shopper_fails_is_refused() {
    let stage = Stage::start(QUICK);
    let answer = stage.pay("order-1", &json!({ "paymentMethod": { "number": "4917610000000000" } }));
    let result = chosen(&stage, &answer, false);
    let finished = stage.post("/payments/details", &json!({ "details": { "redirectResult": result } }), 200);
    assert_eq!(
        (&finished["resultCode"], &finished["refusalReason"]),
        (&json!("Refused"), &json!("3D Not Authenticated"))
    );
    assert_eq!(stage.hears_of("AUTHORISATION")["reason"], "3D Not Authenticated");
}

#[test]
fn a_shoppers_first_choice_counts() {
    let stage = Stage::start(QUICK);
    let answer = stage.pay("order-1", &json!({ "paymentMethod": { "number": "4917610000000000" } }));
    let result = chosen(&stage, &answer, true);
    let page = format!("/adyen/redirect/{}", answer["pspReference"].as_str().expect("a reference"));
    assert_eq!(stage.send(&page, "approved=false").status, 303);
    let finished = stage.post("/payments/details", &json!({ "details": { "redirectResult": result } }), 200);
    assert_eq!(finished["resultCode"], "Authorised");
}

#[test]
fn ideal_is_paid_at_its_own_page_whether_or_not_the_merchant_brings_the_result() {
    let stage = Stage::start(QUICK);
    let answer = stage.pay("order-1", &json!({ "paymentMethod": { "type": "ideal" } }));
    assert_eq!(answer["action"]["paymentMethodType"], "ideal");
    let result = chosen(&stage, &answer, true);
    let item = stage.hears_of("AUTHORISATION");
    assert_eq!(
        (&item["success"], &item["paymentMethod"], &item["reason"]),
        (&json!("true"), &json!("ideal"), &json!(""))
    );
    let finished = stage.post("/payments/details", &json!({ "details": { "redirectResult": result } }), 200);
    assert_eq!(finished["resultCode"], "Authorised");
}

#[test]
fn a_result_that_was_made_up_is_none() {
    let stage = Stage::start(QUICK);
    let answer = stage.pay("order-1", &json!({ "paymentMethod": { "type": "ideal" } }));
    let psp = answer["pspReference"].as_str().expect("a reference");
    for result in [format!("X{psp}!00"), "X".to_owned(), "Xééééééééééé".to_owned()] {
        let refused = stage.post("/payments/details", &json!({ "details": { "redirectResult": result } }), 422);
        assert_eq!(refused["errorCode"], "702");
    }
}

#[test]
fn a_shopper_who_never_comes_back_leaves_a_closed_offer_for_those_who_ask() {
    let stage =
        Stage::start_with(Pace::Leaping, |webhook| webhook.include_event_codes = vec!["OFFER_CLOSED".to_owned()]);
    let answer = stage.pay("order-1", &json!({ "paymentMethod": { "type": "ideal" } }));
    let item = stage.hears_of("OFFER_CLOSED");
    assert_eq!((&item["pspReference"], &item["success"]), (&answer["pspReference"], &json!("true")));
    assert_eq!(stage.payment(answer["pspReference"].as_str().expect("a reference")).state, State::Abandoned);
}

#[test]
fn a_card_that_is_to_be_stored_has_its_token_told_with_it() {
    let stage = Stage::start(QUICK);
    let answer = stage.pay("order-1", &json!({ "storePaymentMethod": true, "shopperReference": "shopper-7" }));
    let token = &answer["additionalData"]["tokenization.storedPaymentMethodId"];
    let data = &stage.hears_of("AUTHORISATION")["additionalData"];
    assert!(token.is_string() && data["tokenization.storedPaymentMethodId"] == *token, "{data}");
    assert_eq!(data["tokenization.shopperReference"], "shopper-7");
}

#[test]
fn a_card_that_is_only_stored_is_authorised_for_nothing_and_nothing_of_it_is_captured() {
    let stage = Stage::start_with(QUICK, |webhook| {
        webhook.include_event_codes = ["AUTHORISATION", "CAPTURE", "RECURRING_CONTRACT"].map(str::to_owned).to_vec();
    });
    let nothing = json!({ "amount": { "currency": "EUR", "value": 0 }, "storePaymentMethod": true, "shopperReference": "shopper-7" });
    let answer = stage.pay("order-1", &nothing);
    let contract = stage.hears_of("RECURRING_CONTRACT");
    assert_eq!(contract["pspReference"], answer["additionalData"]["tokenization.storedPaymentMethodId"]);
    assert_eq!((&contract["originalReference"], &contract["amount"]["value"]), (&answer["pspReference"], &json!(0)));
    assert_eq!(stage.hears_of("AUTHORISATION")["success"], "true");
    let payment = stage.payment(answer["pspReference"].as_str().expect("a reference"));
    assert!(payment.changes.is_empty() && !payment.open);
}

#[test]
fn whatever_the_list_of_methods_names_can_be_paid_by() {
    let stage = Stage::start(QUICK);
    let listed = stage.post("/paymentMethods", &json!({ "merchantAccount": "SandboxMerchant" }), 200);
    let methods = listed["paymentMethods"].as_array().expect("a list");
    assert!(methods[0]["type"] == "scheme" && methods.len() > 1);
    for method in &methods[1..] {
        let answer = stage.pay("order-1", &json!({ "paymentMethod": { "type": method["type"] } }));
        assert_eq!(
            (&answer["resultCode"], &answer["action"]["paymentMethodType"]),
            (&json!("RedirectShopper"), &method["type"])
        );
    }
}
