//! Webhooks and their keys, as the Management API has them.

use payhook_testkit::wire::Answer;
use serde_json::{Value, json};

use crate::stage::{COMPANY, KEY, MERCHANT, Stage};

const NOTHING: Value = Value::Null;

/// What is wrong, field by field.
fn wrong(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!((answer.status, &answer.json()["errorCode"]), (422, &json!("31_007")), "{}", answer.text());
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let fields = answer.json()["invalidFields"].as_array().expect("a list").clone();
    fields.iter().map(|field| (text(&field["name"]), text(&field["message"]))).collect()
}

fn names(answer: &Answer) -> Vec<String> {
    wrong(answer).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_webhook_is_made_shown_changed_and_deleted_on_both_levels() {
    let stage = Stage::start();
    for (under, account, owner) in [(COMPANY, "SandboxCompany", "company"), (MERCHANT, "SandboxMerchant", "merchant")] {
        let mut asked = json!({
            "type": "standard", "url": "https://shop.example/hooks", "active": true, "communicationFormat": "soap",
            "username": "user", "password": "secret-of-the-merchant", "description": "the shop",
            "populateSoapActionHeader": true, "networkType": "public",
            "additionalSettings": { "includeEventCodes": ["AUTHORISATION"], "properties": { "addAcquirerResult": true } },
        });
        if under == COMPANY {
            asked["filterMerchantAccountType"] = json!("includeAccounts");
            asked["filterMerchantAccounts"] = json!(["SandboxMerchant"]);
        }
        let made = stage.fine("POST", under, &asked);
        let id = made["id"].as_str().expect("an id");
        assert!(id.len() == 15 && id.starts_with("S2-"), "{id}");
        for field in ["type", "url", "active", "communicationFormat", "username", "description", "networkType"] {
            assert_eq!(made[field], asked[field], "{field}");
        }
        assert_eq!((&made["hasPassword"], &made["hasError"]), (&json!(true), &json!(false)));
        assert_eq!(made["encryptionProtocol"], "TLSv1.2");
        assert_eq!(made["filterMerchantAccounts"], asked["filterMerchantAccounts"], "at company level alone");
        let properties = made["additionalSettings"]["properties"].as_object().expect("settings");
        let on: Vec<_> = properties.iter().filter(|(_, on)| **on == true).map(|(name, _)| name.as_str()).collect();
        assert_eq!((properties.len(), on), (62, vec!["addAcquirerResult"]));
        let path = format!("{under}/{id}");
        let own = format!("http://{}{path}", stage.address);
        assert_eq!(made["_links"]["self"]["href"], own);
        assert_eq!(made["_links"]["generateHmac"]["href"], format!("{own}/generateHmac"));
        assert_eq!(made["_links"]["testWebhook"]["href"], format!("{own}/test"));
        assert!(made["_links"][owner]["href"].as_str().is_some_and(|href| href.ends_with(account)), "{made}");
        assert_eq!(stage.fine("GET", &path, &NOTHING), made);

        let properties = json!({ "includeARN": true });
        let change = json!({ "active": false, "password": "", "additionalSettings": { "properties": properties } });
        let changed = stage.fine("PATCH", &path, &change);
        assert_eq!((&changed["active"], &changed["hasPassword"]), (&json!(false), &json!(false)));
        assert_eq!(changed["url"], asked["url"], "what is not given stays");
        let settings = &changed["additionalSettings"]["properties"];
        assert_eq!((&settings["includeARN"], &settings["addAcquirerResult"]), (&json!(true), &json!(true)));
        assert_eq!(stage.fine("GET", &path, &NOTHING), changed);

        let list = stage.call("GET", under, &NOTHING);
        assert!(!list.text().contains("secret-of-the-merchant"), "a password is never told");
        assert_eq!((&list.json()["data"], &list.json()["accountReference"]), (&json!([changed]), &json!(account)));
        assert_eq!(stage.call("DELETE", &path, &NOTHING).status, 204);
        for method in ["GET", "DELETE", "PATCH"] {
            assert_eq!(stage.call(method, &path, &json!({})).status, 404, "{method}");
        }
    }
}

#[test]
fn an_account_without_webhooks_has_an_empty_list_or_at_merchant_level_no_content() {
    let stage = Stage::start();
    let company = stage.fine("GET", COMPANY, &NOTHING);
    assert_eq!((&company["data"], &company["itemsTotal"]), (&json!([]), &json!(0)));
    let merchant = stage.call("GET", MERCHANT, &NOTHING);
    assert_eq!((merchant.status, merchant.text()), (204, String::new()));
}

#[test]
fn a_list_comes_in_pages_oldest_first() {
    let stage = Stage::start();
    let made: Vec<_> = (0..5).map(|number| stage.webhook(MERCHANT, &format!("http://127.0.0.1:9/{number}"))).collect();
    let page = |number: u32| stage.fine("GET", &format!("{MERCHANT}?pageNumber={number}&pageSize=2"), &NOTHING);
    let shown: Vec<_> = (1..=3).flat_map(|number| page(number)["data"].as_array().expect("a list").clone()).collect();
    let ids: Vec<_> =
        shown.iter().map(|webhook| format!("{MERCHANT}/{}", webhook["id"].as_str().expect("an id"))).collect();
    assert_eq!(ids, made);
    let second = page(2);
    assert_eq!((&second["itemsTotal"], &second["pagesTotal"]), (&json!(5), &json!(3)));
    let next = second["_links"]["next"]["href"].as_str().expect("a link");
    let target = next.strip_prefix(&format!("http://{}", stage.address)).expect("at the sandbox");
    assert_eq!(stage.fine("GET", target, &NOTHING), page(3));
    for odd in ["pageSize=101", "pageSize=0", "pageNumber=0", "pageNumber=x"] {
        let name = odd.split('=').next().expect("a name");
        assert_eq!(names(&stage.call("GET", &format!("{MERCHANT}?{odd}"), &NOTHING)), [name], "{odd}");
    }
}

#[test]
fn what_is_missing_wrong_or_unknown_is_named_all_at_once() {
    let stage = Stage::start();
    let missing = stage.call("POST", COMPANY, &json!({}));
    assert_eq!(names(&missing), ["type", "url", "active", "communicationFormat", "filterMerchantAccountType"]);
    let body = missing.json();
    assert_eq!((&body["status"], &body["type"]), (&json!(422), &json!("https://docs.adyen.com/errors/validation")));
    assert_eq!(body["requestId"].as_str().map(str::len), Some(16));

    let good =
        json!({ "type": "standard", "url": "http://127.0.0.1:9/", "active": true, "communicationFormat": "json" });
    for (field, value, named) in [
        ("type", json!("everything"), "type"),
        ("url", json!("shop.example/hooks"), "url"),
        ("url", json!("ftp://shop.example/"), "url"),
        ("active", json!("true"), "active"),
        ("communicationFormat", json!("yaml"), "communicationFormat"),
        ("username", json!("u".repeat(256)), "username"),
        ("encryptionProtocol", json!("SSLv3"), "encryptionProtocol"),
        ("sslVersion", json!("TLSv1.2"), "sslVersion"),
        ("hasError", json!(false), "hasError"),
        ("filterMerchantAccountType", json!("allAccounts"), "filterMerchantAccountType"),
        ("additionalSettings", json!({ "excludeEventCodes": [] }), "additionalSettings.excludeEventCodes"),
        ("additionalSettings", json!({ "includeEventCodes": ["no code"] }), "additionalSettings.includeEventCodes"),
        ("additionalSettings", json!({ "properties": { "addWings": true } }), "additionalSettings.properties.addWings"),
        (
            "additionalSettings",
            json!({ "properties": { "includeARN": 1 } }),
            "additionalSettings.properties.includeARN",
        ),
    ] {
        let mut odd = good.clone();
        odd[field] = value;
        assert_eq!(names(&stage.call("POST", MERCHANT, &odd)), [named], "{odd}");
    }
    let mut filtered = good.clone();
    filtered["filterMerchantAccountType"] = json!("includeAccounts");
    assert_eq!(names(&stage.call("POST", COMPANY, &filtered)), ["filterMerchantAccounts"]);
    filtered["filterMerchantAccounts"] = json!(["SandboxMerchant", "Elsewhere"]);
    let foreign = wrong(&stage.call("POST", COMPANY, &filtered));
    assert_eq!(foreign, [("filterMerchantAccounts".into(), "is no merchant account of this company".into())]);

    let path = stage.webhook(MERCHANT, "http://127.0.0.1:9/");
    assert_eq!(names(&stage.call("PATCH", &path, &json!({ "type": "standard" }))), ["type"]);
    for body in ["", "{}"] {
        let headers = [("x-api-key", KEY)];
        assert_eq!(stage.ask("PATCH", &path, &headers, body.as_bytes()).status, 200, "a change of nothing");
    }
    let broken = stage.ask("POST", MERCHANT, &[("x-api-key", KEY)], b"{\"type\":");
    assert_eq!((broken.status, &broken.json()["errorCode"]), (400, &json!("00_400")));
}

#[test]
fn only_who_has_the_key_is_answered_and_only_about_own_accounts() {
    let stage = Stage::start();
    let status = |headers: &[(&str, &str)], target: &str| {
        let answer = stage.ask("GET", target, headers, b"");
        (answer.status, answer.json()["errorCode"].as_str().unwrap_or_default().to_owned())
    };
    let basic = "Basic d3NAQ29tcGFueTpzYW5kYm94X2FkeWVuX2FwaV9rZXk=";
    assert_eq!(status(&[("authorization", basic)], COMPANY).0, 200);
    for wrong in
        [&[][..], &[("x-api-key", "another")], &[("authorization", "Basic eDp5")], &[("authorization", "Basic ?")]]
    {
        assert_eq!(status(wrong, COMPANY), (401, "00_401".to_owned()), "{wrong:?}");
    }
    let ours = [("x-api-key", KEY)];
    for foreign in ["companies/Elsewhere/webhooks", "merchants/Elsewhere/webhooks", "merchants/SandboxCompany/webhooks"]
    {
        let target = format!("/adyen/management/v3/{foreign}");
        assert_eq!(status(&ours, &target), (403, "00_403".to_owned()), "{foreign}");
    }
    assert_eq!(status(&ours, "/adyen/management/v3/stores"), (404, "00_404".to_owned()));
    let path = stage.webhook(MERCHANT, "http://127.0.0.1:9/");
    let second = path.replace("SandboxMerchant", "SecondMerchant");
    assert_eq!(status(&ours, &second), (404, "00_404".to_owned()), "it belongs to another account");
    assert_eq!(stage.call("PUT", &path, &json!({})).status, 405);
}

#[test]
fn a_key_is_told_once_and_its_check_value_ever_after() {
    let stage = Stage::start();
    let path = stage.webhook(COMPANY, "http://127.0.0.1:9/");
    assert!(stage.fine("GET", &path, &NOTHING)["hmacKeyCheckValue"].is_null());
    let generate =
        || stage.fine("POST", &format!("{path}/generateHmac"), &NOTHING)["hmacKey"].as_str().expect("a key").to_owned();
    for key in [generate(), generate()] {
        assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        assert!(!stage.call("GET", &path, &NOTHING).text().contains(&key), "only once");
    }
    let newest = generate();
    let adyen = payhook_provider::by_name("adyen").expect("Adyen");
    let check = adyen.key("it", &newest).expect("a key").check_value;
    assert_eq!(stage.fine("GET", &path, &NOTHING)["hmacKeyCheckValue"].as_str().map(str::to_owned), check);
}

#[test]
fn a_library_finds_its_way_from_who_it_is_to_its_merchant_accounts() {
    let stage = Stage::start();
    let me = stage.fine("GET", "/adyen/management/v3/me", &NOTHING);
    assert_eq!(me["companyName"], "SandboxCompany");
    let all = stage.fine("GET", "/adyen/management/v3/companies/SandboxCompany/merchants?pageSize=2", &NOTHING);
    assert_eq!((&all["itemsTotal"], &all["data"][1]["id"]), (&json!(3), &json!("SecondMerchant")));
    let one = stage.fine("GET", "/adyen/management/v3/merchants/SecondMerchant", &NOTHING);
    assert_eq!(one, all["data"][1]);
}
