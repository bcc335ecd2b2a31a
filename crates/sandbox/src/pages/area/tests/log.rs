//! The log of what was sent, and what a person does with an entry.

use super::browser::Browser;
use crate::book::{Attempt, Content, Draft, State};

/// Queues one about an order.
fn queued(browser: &Browser, number: usize) -> i64 {
    browser.act(|act| {
        act.post(&Draft {
            endpoint: "S2-A".to_owned(),
            lane: "S2-A".to_owned(),
            provider: "adyen".to_owned(),
            event: "CAPTURE".to_owned(),
            subject: format!("order-{number:03}"),
            content: Content { media: "application/json".to_owned(), body: "{\"a\":1}".to_owned(), fault: None },
            due: act.now,
        })
    })
}

fn state(browser: &Browser, id: i64) -> State {
    browser.act(|act| act.message(id)).expect("it is there").state
}

#[test]
fn the_log_is_newest_first_and_goes_on_a_page_at_a_time() {
    let browser = Browser::new();
    for number in 1..=55 {
        queued(&browser, number);
    }
    let first = browser.get("/area/log");
    first.says("order-055").says("order-006").keeps_quiet_about("order-005");
    assert!(first.text.find("order-055") < first.text.find("order-054"), "newest first");
    let older = first.text.split("href=\"").find(|link| link.starts_with("/area/log?before"));
    let older = older.and_then(|link| link.split('"').next()).expect("a link to what is older");
    browser.get(older).says("order-005").says("order-001").keeps_quiet_about("order-006").keeps_quiet_about("Older");
}

#[test]
fn the_log_is_found_by_reference_event_state_and_webhook() {
    let browser = Browser::new();
    let (first, second) = (queued(&browser, 1), queued(&browser, 2));
    browser.act(|act| act.settle(second, State::Accepted, act.now, 1));
    browser.get("/area/log?q=ORDER-001").says("order-001").keeps_quiet_about("order-002");
    browser.get("/area/log?state=accepted").says("order-002").keeps_quiet_about("order-001");
    browser.get("/area/log?webhook=S2-A&q=capture").says("order-001").says("order-002");
    browser.get("/area/log?webhook=S2-B").says("Nothing matches");
    browser.get("/area/log?provider=banked").says("Nothing matches");
    browser.get("/area/log?q=%25").says("Nothing matches");
    browser.get("/area/log?before=nonsense&state=nonsense").says("order-001");
    assert_eq!(state(&browser, first), State::Waiting);
}

#[test]
fn each_try_is_shown_with_what_was_sent_and_what_was_answered() {
    let browser = Browser::new();
    let id = queued(&browser, 1);
    browser.get(&format!("/area/log/{id}")).says("Not sent yet").says("{&quot;a&quot;:1}");
    let attempt = |status, answer: &str| Attempt {
        at: 1_790_000_000_000_000,
        took: 12_000,
        status,
        answer: answer.to_owned(),
        headers: vec![("x-one".to_owned(), "<two>".to_owned())],
        body: "{\"signed\":true}".to_owned(),
    };
    browser.act(|act| {
        act.tried(id, 1, &attempt(None, "timed out"))?;
        act.tried(id, 2, &attempt(Some(401), "no <key> fits"))?;
        act.settle(id, State::Waiting, act.now, 2)
    });
    let page = browser.get(&format!("/area/log/{id}"));
    page.says("timed out").says("401").says("no &lt;key&gt; fits").says("x-one").says("&lt;two&gt;").says("12 ms");
    assert!(page.text.find("id=\"try-2\"") < page.text.find("id=\"try-1\""), "newest first");
    browser.get("/area/log").says("401");
}

#[test]
fn a_person_ignores_what_waits_and_has_anything_sent_again() {
    let browser = Browser::new();
    let id = queued(&browser, 1);
    browser.does(&format!("/area/log/{id}/ignore"), &[]).1.says("It is given up");
    assert_eq!(state(&browser, id), State::Ignored);
    browser.get(&format!("/area/log/{id}")).keeps_quiet_about("/ignore");
    browser.does(&format!("/area/log/{id}/retry"), &[]).1.says("It is sent again");
    assert_eq!(state(&browser, id), State::Waiting);
    for gone in ["/area/log/99/retry", "/area/log/x/ignore"] {
        assert_eq!(browser.post(gone, &[]).status, 404, "{gone}");
    }
}

#[test]
fn the_overview_leads_from_nothing_to_a_delivered_notification() {
    let browser = Browser::new();
    browser.get("/").says("Add a webhook").says("Nothing was sent yet").says("sandbox_adyen_api_key");
    let form = [("url", "http://127.0.0.1:1/in/adyen")];
    let (webhook, _) = browser.does("/area/adyen/webhooks", &form);
    browser.get("/").says(&format!("{webhook}#keys"));
    let id = queued(&browser, 1);
    browser.act(|act| act.settle(id, State::Accepted, act.now, 1));
    browser.get("/").says("order-001").keeps_quiet_about("Add a webhook");
}
