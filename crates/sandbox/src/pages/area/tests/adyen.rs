//! Adyen's webhooks.

use super::browser::Browser;
use crate::adyen::webhook::{Filter, Format, Webhook};

const NEW: &str = "/area/adyen/webhooks";

fn created(browser: &Browser, more: &[(&str, &str)]) -> String {
    let form = [&[("url", "http://127.0.0.1:1/in/adyen"), ("active", "yes")], more].concat();
    browser.does(NEW, &form).0
}

fn only(browser: &Browser) -> Webhook {
    let [webhook] = browser.act(|act| act.newest::<Webhook>(9)).try_into().expect("one webhook");
    webhook
}

#[test]
fn a_webhook_is_made_as_its_form_says_and_changed_by_the_same_form() {
    let browser = Browser::new();
    let page = created(
        &browser,
        &[("account", "SandboxMerchant"), ("format", "soap"), ("setting", "addAcquirerResult"), ("code", "CAPTURE")],
    );
    let webhook = only(&browser);
    assert_eq!((webhook.account.as_str(), webhook.communication_format), ("SandboxMerchant", Format::Soap));
    assert!(webhook.sets("addAcquirerResult") && !webhook.sets("addRawAcquirerResult") && webhook.active);
    assert_eq!(webhook.include_event_codes, ["CAPTURE"]);
    let (_, shown) = browser.does(&page, &[("url", "https://shop.example/hooks"), ("setting", "addRawAcquirerResult")]);
    shown.says("https://shop.example/hooks").says("Saved.");
    let webhook = only(&browser);
    assert!(webhook.sets("addRawAcquirerResult") && !webhook.sets("addAcquirerResult"));
    assert!(!webhook.active && webhook.include_event_codes.is_empty());
}

#[test]
fn what_is_accepted_of_certificates_is_ticked_and_shown_ticked() {
    let browser = Browser::new();
    let page = created(&browser, &[("encryption", "TLSv1.3"), ("certificate", "acceptsExpiredCertificate")]);
    let webhook = only(&browser);
    assert!(webhook.accepts_expired_certificate && !webhook.accepts_self_signed_certificate);
    assert_eq!(webhook.encryption_protocol, "TLSv1.3");
    let shown = browser.get(&page);
    shown.says("value=\"acceptsExpiredCertificate\" checked").says("value=\"TLSv1.3\" selected");
    shown.says("value=\"acceptsSelfSignedCertificate\">");
    browser.does(&page, &[("url", "https://127.0.0.1:1/"), ("encryption", "nonsense")]);
    let webhook = only(&browser);
    assert!(!webhook.accepts_expired_certificate);
    assert_eq!(webhook.encryption_protocol, "TLSv1.2", "what Adyen takes when nothing is said");
}

#[test]
fn what_cannot_be_used_is_shown_again_with_what_is_wrong_and_nothing_is_kept() {
    let browser = Browser::new();
    let refused = browser.post(NEW, &[("url", "shop.example"), ("description", "mine"), ("username", "a:b")]);
    assert_eq!(refused.status, 422);
    refused.says("value=\"shop.example\"").says("value=\"mine\"").says("aria-invalid=\"true\"");
    refused.says("an http or https URL is needed").says("Basic auth needs a password").says("no colon");
    assert!(browser.act(|act| act.newest::<Webhook>(9)).is_empty());
    let page = created(&browser, &[]);
    assert_eq!(browser.post(&page, &[("url", "ftp://shop.example")]).status, 422);
    assert_eq!(only(&browser).url, "http://127.0.0.1:1/in/adyen", "a change that is refused changes nothing");
}

#[test]
fn a_company_webhook_hears_of_the_accounts_that_are_named() {
    let browser = Browser::new();
    let refused = browser.post(NEW, &[("url", "http://127.0.0.1:1/"), ("filter", "include")]);
    refused.says("name at least one merchant account");
    created(&browser, &[("filter", "include"), ("merchant", "SecondMerchant"), ("merchant", "Foreign")]);
    let webhook = only(&browser);
    assert_eq!(webhook.filter_merchant_account_type, Filter::IncludeAccounts);
    assert_eq!(webhook.filter_merchant_accounts, ["SecondMerchant"], "an account of somebody else is not offered");
}

#[test]
fn a_key_is_shown_once_and_after_that_only_by_its_check_value() {
    let browser = Browser::new();
    let page = created(&browser, &[]);
    let (shown_at, shown) = browser.does(&format!("{page}/key"), &[]);
    let key = only(&browser).keys.remove(0).hex;
    let check_value = crate::adyen::webhook::check_value(&key).expect("a key");
    shown.says(&key).says(&check_value).says("at once");
    let again = browser.get(&shown_at);
    assert_eq!((again.status, again.leads_to()), (303, page.clone()));
    browser.get(&page).says(&check_value).keeps_quiet_about(&key);
    assert_eq!(only(&browser).keys.len(), 1, "looking again generates no other");
    let (_, second) = browser.does(&format!("{page}/key"), &[]);
    second.says("until then the one before it does");
    browser.get(&page).says("soon");
}

#[test]
fn a_password_is_never_shown_and_an_empty_field_leaves_it() {
    let browser = Browser::new();
    let page = created(&browser, &[("username", "payhook"), ("password", "open sesame")]);
    browser.get(&page).says("payhook").says("unchanged").keeps_quiet_about("open sesame");
    browser.does(&page, &[("url", "http://127.0.0.1:1/"), ("username", "payhook"), ("password", "")]);
    assert_eq!(only(&browser).password.as_deref(), Some("open sesame"));
    browser.does(&page, &[("url", "http://127.0.0.1:1/")]);
    assert_eq!((only(&browser).username, only(&browser).password), (None, None), "no user name, no password");
}

#[test]
fn what_a_merchant_types_is_text_and_no_markup() {
    let browser = Browser::new();
    let page = created(&browser, &[("description", "<script>alert(1)</script>\"'")]);
    for shown in [browser.get(&page), browser.get(NEW)] {
        shown.says("&lt;script&gt;").keeps_quiet_about("<script>alert");
    }
}

#[test]
fn a_deleted_webhook_is_gone_and_says_so() {
    let browser = Browser::new();
    let page = created(&browser, &[]);
    browser.does(&format!("{page}/delete"), &[]).1.says("The webhook is gone").says("No webhook yet");
    let missing = browser.get(&page);
    assert_eq!(missing.status, 404);
    missing.says("There is no such webhook").says("sandbox");
    assert_eq!(browser.post(&format!("{page}/key"), &[]).status, 404);
}

#[test]
fn a_webhook_for_stored_cards_is_made_here_and_nowhere_else() {
    let browser = Browser::new();
    let page = created(&browser, &[("kind", "recurring-token-notification")]);
    assert_eq!(only(&browser).kind, "recurring-token-notification");
    browser.get(&page).says("recurring tokens").keeps_quiet_about("Send test notification");
    created(&browser, &[("kind", "nonsense")]);
    assert_eq!(browser.act(|act| act.newest::<Webhook>(1))[0].kind, "standard");
}
