//! How deliveries are paced, ordered, held and captured, as configured.

use std::time::Duration;

use payhook_domain::fact::Capture;

use super::super::{Breaker, OnDead, Order, Rate, WhenStale};
use super::{ADYEN_KEY, WHOLE, check, check_source, compare, folder, load_in, loaded, shown, variables};

/// The file with lines added to `[[destination]]`, after line 10.
fn destination(lines: &str) -> String {
    WHOLE.replace("[[route]]", &format!("{lines}\n[[route]]"))
}

/// The file with lines added to `[[route]]`, after line 12.
fn route(lines: &str) -> String {
    format!("{WHOLE}{lines}\n")
}

#[test]
fn a_destination_keeps_order_and_rests_unless_told_otherwise() {
    let of = |lines: &str| loaded(&destination(lines)).config.destinations.remove(0);
    let shop = of("");
    assert_eq!((shop.order, shop.on_dead, shop.rate), (Order::Payment, OnDead::Continue, None));
    let usual = Breaker { failures: 10, rest: Duration::from_secs(30), rest_max: Duration::from_secs(600) };
    assert_eq!(shop.breaker, Some(usual));
    let shop = of("order = \"none\"\nrate = \"600/min\"\nbreaker = false");
    let rate = Rate { count: 600, per: Duration::from_secs(60) };
    assert_eq!((shop.order, shop.rate, shop.breaker), (Order::None, Some(rate), None));
    assert_eq!(of("on_dead = \"stop\"").on_dead, OnDead::Stop);
    assert_eq!(of("breaker = true").breaker, Some(usual));
    assert_eq!(of("breaker = { failures = 3 }").breaker, Some(Breaker { failures: 3, ..usual }));
    let long = Breaker { rest: Duration::from_secs(1_800), rest_max: Duration::from_secs(1_800), ..usual };
    assert_eq!(of("breaker = { rest = \"30m\" }").breaker, Some(long), "one alone moves the other along");
    let short = Breaker { rest: Duration::from_secs(5), rest_max: Duration::from_secs(5), ..usual };
    assert_eq!(of("breaker = { rest_max = \"5s\" }").breaker, Some(short));
}

#[test]
fn a_destination_says_what_is_wrong_with_its_pace_and_order() {
    for (lines, expected) in [
        ("order = \"payments\"", "11: `order` of destination `shop` is an unknown word | did you mean `payment`?"),
        ("on_dead = \"halt\"", "11: `on_dead` of destination `shop` is an unknown word | `continue`, `stop`"),
        ("order = \"none\"\non_dead = \"stop\"", "12: `on_dead` of destination `shop` is \"stop\", but | remove one"),
        ("rate = \"fast\"", "11: `rate` of destination `shop` does not begin with a whole number | \"100/s\""),
        ("rate = \"100\"", "11: `rate` of destination `shop` has no unit that is known | \"100/s\""),
        ("rate = \"0/s\"", "11: `rate` of destination `shop` is not between 1 and 100000 | \"100/s\""),
        ("rate = \"100001/s\"", "11: `rate` of destination `shop` is not between 1 and 100000 | \"100/s\""),
        ("rate = 100", "11: `rate` in destination `shop` is a whole number | a text"),
        ("breaker = \"off\"", "11: `breaker` in destination `shop` is text | a table, or false"),
        ("breaker = { fail = 3 }", "11: unknown key `fail` in `breaker` of destination `shop`"),
        (
            "breaker = { failures = 0 }",
            "11: `failures` of `breaker` of destination `shop` is not between | breaker = false",
        ),
        (
            "breaker = { rest = \"0s\" }",
            "11: `rest` of `breaker` of destination `shop` is not between | breaker = false",
        ),
        ("breaker = { rest_max = \"2h\" }", "11: `rest_max` of `breaker` of destination `shop` is not between"),
        (
            "breaker = { rest = \"5m\", rest_max = \"1m\" }",
            "11: `rest` of `breaker` of destination `shop` is longer than its `rest_max`",
        ),
    ] {
        check(&destination(lines), &[expected]);
    }
}

#[test]
fn variables_reach_the_breaker_and_the_capture_too() {
    let with = |name: &'static str, value: &'static str, toml: &str| {
        let variables = [("ADYEN_HMAC_KEY", ADYEN_KEY), ("SECRET", super::SECRET), (name, value)];
        let loaded = load_in(folder().path(), Some(toml), super::Variables::given(variables));
        loaded.unwrap_or_else(|mistakes| panic!("{mistakes}")).config
    };
    assert_eq!(with("PAYHOOK__DESTINATION__SHOP__BREAKER", "false", WHOLE).destinations[0].breaker, None);
    let off = destination("breaker = false");
    let config = with("PAYHOOK__DESTINATION__SHOP__BREAKER__FAILURES", "4", &off);
    assert_eq!(config.destinations[0].breaker.map(|breaker| breaker.failures), Some(4));
    let config = with("PAYHOOK__SOURCE__ADYEN__CAPTURE", "manual", WHOLE);
    assert_eq!(config.sources[0].capture.of(None), Some(Capture::Manual));
    let config = with("PAYHOOK__SOURCE__ADYEN__CAPTURE", "{ A = \"manual\" }", WHOLE);
    assert_eq!(config.sources[0].capture.of(Some("A")), Some(Capture::Manual));
}

#[test]
fn capture_is_what_was_said_of_the_account_and_nothing_else() {
    let of = |line: &str| {
        loaded(&WHOLE.replace("[[destination]]", &format!("{line}\n[[destination]]"))).config.sources.remove(0).capture
    };
    assert_eq!(of("").of(Some("A")), None);
    assert_eq!(of("capture = \"automatic\"").of(Some("A")), Some(Capture::Automatic));
    let by_account = of("capture = { A = \"manual\", B = \"automatic\" }");
    let captures = [Some("A"), Some("B"), Some("C"), None].map(|account| by_account.of(account));
    assert_eq!(captures, [Some(Capture::Manual), Some(Capture::Automatic), None, None]);
    for (line, expected) in [
        ("capture = \"auto\"", "6: `capture` of source `adyen` is neither automatic nor manual"),
        ("capture = true", "6: `capture` in source `adyen` is true or false | a text in quotes, or a table"),
        ("capture = { A = 1 }", "6: `A` in `capture` of source `adyen` is a whole number | a text"),
        ("capture = { A = \"by hand\" }", "6: `capture` of source `adyen` is neither automatic nor manual"),
    ] {
        check_source(line, &[expected]);
    }
    let banked = WHOLE.replace("provider = \"adyen\"", "provider = \"banked\"\ncapture = { A = \"manual\" }");
    check(&banked, &["5: `capture` of source `adyen` names merchant accounts | capture = \"automatic\""]);
    let foreign = WHOLE.replace("provider = \"adyen\"", "provider = \"banked\"\nmerchant_accounts = [\"A\"]");
    check(
        &foreign,
        &["5: `merchant_accounts` of source `adyen` keeps nothing out: banked names no account | remove it"],
    );
    let misspelt = WHOLE
        .replace("[[destination]]", "merchant_accounts = [\"Shop\"]\ncapture = { Shp = \"manual\" }\n[[destination]]");
    compare(
        &shown(&loaded(&misspelt).warnings),
        &["7: `capture` of source `adyen` names the account `Shp` | `Shop`"],
        "",
    );
}

#[test]
fn only_bad_news_may_be_held() {
    for events in [
        "\"payment.refused\"",
        "\"payment.failed\", \"payment.abandoned\"",
        "\"payment.re*\"",
        "\"OFFER_CLOSED\"",
        "\"*.abandoned\"",
    ] {
        let config = loaded(&route(&format!("events = [{events}]\nhold = \"10m\""))).config;
        assert_eq!(config.routes[0].hold, Some(Duration::from_secs(600)), "{events}");
    }
    for (events, kind) in [
        ("\"*\"", "dispute.evidence_due"),
        ("\"payment.*\"", "payment.adjust_failed"),
        ("\"AUTHORISATION\"", "payment.authorised"),
        ("\"*failed\"", "mandate.failed"),
        ("\"payment.*ed\"", "payment.adjust_failed"),
        ("\"CAPTURE_FAILED\"", "payment.capture_failed"),
        ("\"payment.refused\", \"payment.captured\"", "payment.captured"),
    ] {
        let expected = format!("13: route 1 holds, but `{}` also fits {kind}", events.rsplit('"').nth(1).unwrap_or(""));
        check(&route(&format!("events = [{events}]\nhold = \"10m\"")), &[&format!("{expected} | payment.refused")]);
    }
    check(&route("hold = \"10m\""), &["13: route 1 holds every event | add events = [\"payment.refused\""]);
    check(
        &route("events = [\"payment.refused\"]\nhold = \"25h\""),
        &["14: `hold` of route 1 is not between | \"10m\""],
    );
    check(&route("events = [\"payment.refused\"]\nhold = \"0s\""), &["14: `hold` of route 1 is not between | \"10m\""]);
    let unknown = route("events = [\"PAYMENT_LOST\"]\nhold = \"10m\"");
    check(&unknown, &["13: route 1 holds, but `PAYMENT_LOST` fits nothing that is known to be bad news"]);
}

#[test]
fn a_route_says_what_becomes_of_stale_events() {
    let of = |lines: &str| loaded(&route(lines)).config.routes[0].when_stale;
    assert_eq!((of(""), of("when_stale = \"skip\"")), (WhenStale::Deliver, WhenStale::Skip));
    check(&route("when_stale = \"drop\""), &["13: `when_stale` of route 1 is an unknown word | `deliver`, `skip`"]);
}

#[test]
fn the_digest_counts_every_key_of_delivery() {
    let folder = folder();
    let digest = |toml: &str| load_in(folder.path(), Some(toml), variables()).expect("valid").config.digest;
    let base = digest(WHOLE);
    for lines in ["order = \"none\"", "on_dead = \"stop\"", "rate = \"1/s\"", "breaker = false"] {
        assert_ne!(base, digest(&destination(lines)), "{lines}");
    }
    assert_ne!(base, digest(&route("when_stale = \"skip\"")));
    let bad_news = |hold: &str| digest(&route(&format!("events = [\"payment.refused\"]\n{hold}")));
    assert_ne!(bad_news(""), bad_news("hold = \"1m\""));
}

#[test]
fn sources_of_one_account_may_not_differ_in_who_captures() {
    let two = |first: &str, second: &str| {
        let keys = "keys = [\"${ADYEN_HMAC_KEY}\"]";
        let source = format!("[[source]]\nname = \"second\"\nprovider = \"adyen\"\n{keys}\n{second}\n[[destination]]");
        WHOLE.replace("[[destination]]", &format!("{first}\n{source}"))
    };
    let of_shop = |capture: &str| format!("merchant_accounts = [\"Shop\", \"Other\"]\n{capture}");
    let (automatic, manual) = ("capture = \"automatic\"", "capture = \"manual\"");
    check(
        &two(&of_shop(automatic), &of_shop(manual)),
        &["payhook.toml: the sources `adyen` and `second` both route the account `Other` | the same `capture`"],
    );
    let by_account = "capture = { Shop = \"manual\" }";
    check(
        &two(&of_shop(""), &of_shop(by_account)),
        &["payhook.toml: the sources `adyen` and `second` both route the account `Shop` | the same `capture`"],
    );
    let may = "payhook.toml: the sources `adyen` and `second` differ in `capture`, and may both | merchant_accounts";
    for (first, second) in [(automatic, ""), (automatic, manual), (by_account, ""), (&of_shop(automatic), manual)] {
        compare(&shown(&loaded(&two(first, second)).warnings), &[may], first);
    }
    let alone = "merchant_accounts = [\"Alone\"]";
    for (first, second) in [(automatic, automatic), (&of_shop(automatic), alone), ("", ""), (alone, by_account)] {
        assert_eq!(loaded(&two(first, second)).warnings, [], "{first} and {second}");
    }
}
