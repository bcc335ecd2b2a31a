//! Who is kept out: pages of others in the same browser, and names of others that lead here.

use axum::body::Body;
use http::Request;
use http::header::{CONTENT_SECURITY_POLICY, HOST};

use super::browser::Browser;
use crate::adyen::webhook::Webhook;

/// Pages that can be looked at.
const PAGES: [&str; 8] = [
    "/",
    "/area/payments",
    "/area/accounts",
    "/area/log",
    "/area/adyen/webhooks",
    "/area/adyen/webhooks/new",
    "/area/banked/webhooks",
    "/area/log/99",
];

#[test]
fn where_there_is_no_page_is_said_on_one() {
    let browser = Browser::new();
    for path in ["/nowhere", "/area/nowhere", "/adyen/nowhere", "/banked/nowhere"] {
        let page = browser.get(path);
        assert_eq!(page.status, 404, "{path}");
        page.says("There is nothing at this address").says("sandbox");
    }
    let page = browser.post("/area/log", &[]);
    assert_eq!(page.status, 405);
    page.says("cannot be asked like this").says("sandbox");
}

#[test]
fn a_form_of_another_page_changes_nothing() {
    let browser = Browser::new();
    let (webhook, _) = browser.does("/area/adyen/webhooks", &[("url", "http://127.0.0.1:1/")]);
    let paths = [
        "/area/adyen/webhooks".to_owned(),
        webhook.clone(),
        format!("{webhook}/key"),
        format!("{webhook}/test"),
        format!("{webhook}/delete"),
        "/area/banked/webhooks".to_owned(),
        "/area/accounts/SandboxMerchant".to_owned(),
        "/area/payments/adyen/ANY/chargeback".to_owned(),
        "/area/payments/banked/any/send".to_owned(),
        "/area/log/1/retry".to_owned(),
        "/area/log/1/ignore".to_owned(),
    ];
    let elsewhere: [&[(&str, &str)]; 3] = [
        &[("host", "127.0.0.1:8090"), ("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        &[("host", "127.0.0.1:8090"), ("origin", "null")],
        &[("host", "127.0.0.1:8090")],
    ];
    for (path, headers) in paths.iter().flat_map(|path| elsewhere.map(|headers| (path, headers))) {
        let refused = browser.post_saying(path, &[("url", "https://evil.example/")], headers);
        assert_eq!(refused.status, 403, "{path} {headers:?}");
    }
    let [kept] = browser.act(|act| act.newest::<Webhook>(9)).try_into().expect("one webhook");
    assert_eq!((kept.url.as_str(), kept.keys.len()), ("http://127.0.0.1:1/", 0));
}

#[test]
fn a_name_of_somebody_else_that_leads_here_shows_nothing() {
    let browser = Browser::new();
    for path in PAGES {
        let request = Request::get(path).header(HOST, "rebound.example:8090").body(Body::empty()).expect("a request");
        let refused = browser.send(request);
        assert_eq!(refused.status, 421, "{path}");
        refused.keeps_quiet_about("sandbox_adyen_api_key");
    }
}

/// As Chromium asks for a page that came from there: neither `Origin` nor `Sec-Fetch-Site`, since the name is not a secure one.
#[test]
fn a_page_whose_name_was_led_here_reads_nothing_by_the_apis_either() {
    let browser = Browser::new();
    let ask = |path: &str, name: &str| {
        let request = Request::get(path).header(HOST, name).header("x-api-key", "sandbox_adyen_api_key");
        browser.send(request.body(Body::empty()).expect("a request"))
    };
    for path in
        ["/sandbox/v1/accounts", "/sandbox/v1/messages", "/adyen/management/v3/me", "/banked/v2/payment_sessions/1"]
    {
        let refused = ask(path, "rebound.example:8090");
        assert_eq!(refused.status, 421, "{path}");
        refused.keeps_quiet_about("sandbox_adyen_api_key");
        assert_ne!(ask(path, "sandbox.shop.svc.cluster.local:8090").status, 421, "{path}");
    }
}

#[test]
fn every_page_says_sandbox_and_takes_nothing_from_elsewhere() {
    let browser = Browser::new();
    for path in PAGES {
        let page = browser.get(path);
        page.says("sandbox</title>").says("no money moves here");
        assert_eq!(page.headers["server"], "payhook-sandbox", "{path}");
        let policy = page.headers[CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        page.keeps_quiet_about(" style=\"").keeps_quiet_about(" onclick").keeps_quiet_about("<style");
    }
}

#[test]
fn a_program_uses_the_sandboxs_own_api_and_another_page_does_not() {
    let browser = Browser::new();
    let ask = |headers: &[(&str, &str)]| browser.post_saying("/sandbox/v1/messages/1/retry", &[], headers).status;
    assert_eq!(ask(&[("host", "127.0.0.1:8090")]), 404, "a program is let in, and there is no such message");
    assert_eq!(ask(&[("host", "127.0.0.1:8090"), ("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(ask(&[("host", "127.0.0.1:8090"), ("origin", "https://evil.example")]), 403);
    assert_eq!(ask(&[("host", "sandbox.example")]), 404, "by whatever name it knows");
    assert_eq!(ask(&[("host", "rebound.example:8090"), ("origin", "http://rebound.example:8090")]), 421);
}

#[test]
fn a_program_uses_the_providers_apis_and_another_page_does_not_though_it_knows_the_key() {
    let browser = Browser::new();
    for path in
        ["/adyen/management/v3/merchants/PayhookSandbox/webhooks", "/adyen/checkout/v71/payments", "/banked/v2/nothing"]
    {
        let ask = |headers: &[(&str, &str)]| {
            let key = [("x-api-key", "sandbox_adyen_api_key")];
            browser.post_saying(path, &[], &[headers, key.as_slice()].concat())
        };
        ask(&[("host", "127.0.0.1:8090")]).keeps_quiet_about("only a page of its own");
        assert_eq!(ask(&[("host", "127.0.0.1:8090"), ("sec-fetch-site", "cross-site")]).status, 403, "{path}");
        let rebound = [("host", "rebound.example:8090"), ("origin", "http://rebound.example:8090")];
        assert_eq!(ask(&rebound).status, 421, "{path}");
    }
}
