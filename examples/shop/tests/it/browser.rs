//! Somebody with a browser: pages, forms and cookies, without a library that would repair what is wrong.

use std::net::SocketAddr;
use std::time::Duration;

use payhook_testkit::wire::{self, Answer};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Longest that a page may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Gets a page.
pub(crate) fn get(shop: SocketAddr, path: &str, cookie: &str) -> std::io::Result<Answer> {
    wire::call(shop, head(shop, "GET", path, &[("cookie", cookie)], b"").as_slice(), PATIENCE)
}

/// Sends a form, as a browser does from the shop's own page.
pub(crate) fn post(shop: SocketAddr, path: &str, cookie: &str, form: &[(&str, &str)]) -> std::io::Result<Answer> {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    let body = form.iter().map(pair).collect::<Vec<_>>().join("&");
    let headers =
        [("cookie", cookie), ("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    wire::call(shop, &head(shop, "POST", path, &headers, body.as_bytes()), PATIENCE)
}

/// A request of any kind.
pub(crate) fn head(shop: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {shop}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// Puts a thing into a basket, and gives the cookie that carries it.
pub(crate) fn fill_basket(shop: SocketAddr, product: &str) -> std::io::Result<String> {
    let answer = post(shop, "/basket", "", &[("product", product)])?;
    let cookie = answer.header("set-cookie").expect("a basket is a cookie").split(';').next();
    Ok(cookie.expect("a cookie has a value").to_owned())
}

/// The token of the first form on a page whose action ends so.
pub(crate) fn attempt(page: &str, action: &str) -> Option<String> {
    let form = &page[page.find(&format!("{action}\""))?..];
    let rest = &form[form.find("name=\"attempt\" value=\"")? + 22..];
    Some(rest[..rest.find('"')?].to_owned())
}

/// Fills a basket and checks out, and gives what the shop answers.
pub(crate) fn buy(shop: SocketAddr, method: &str) -> Answer {
    let cookie = fill_basket(shop, "swift").expect("a basket");
    let page = get(shop, "/basket", &cookie).expect("the basket").text();
    let attempt = attempt(&page, "/checkout").expect("a form");
    let form = [("attempt", attempt.as_str()), ("email", "ada@example.com"), ("method", method)];
    post(shop, "/checkout", &cookie, &form).expect("an answer")
}
