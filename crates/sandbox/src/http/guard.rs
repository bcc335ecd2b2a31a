//! Who may use pages that ask nobody who they are: whoever sits at a browser that shows them, and no other page in it.
//!
//! Any page on the web can have a browser post a form to loopback, and a name of its own lead there. The browser says which
//! page asked (`Sec-Fetch-Site`, `Origin`) and by which name it was reached (`Host`); neither can be forged by a page.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::world::World;

/// Ends of names that are kept out of the public DNS (RFC 6761, RFC 6762, and ICANN for the last), as names without a dot are.
const PRIVATE: [&str; 4] = [".localhost", ".test", ".local", ".internal"];

/// Of pages: lets a request through that a page of the sandbox made, or that changes nothing.
pub(crate) async fn guard(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    judge(&world, request, next, false).await
}

/// Of what programs ask: also lets one through that no page made.
pub(crate) async fn guard_programs(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    judge(&world, request, next, true).await
}

async fn judge(world: &World, request: Request, next: Next, programs_may: bool) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let headers = request.headers();
    // HTTP/2 has the name in the address.
    let name = request.uri().authority().map(|authority| authority.as_str()).or_else(|| text(headers, HOST));
    let same_origin = is_same_origin(headers);
    // What changes something and says nothing is sent by no browser, and programs may know it by any name. What only looks may
    // be a page's: to a name without TLS its browser says nothing of who asks.
    let is_program = programs_may && changes && same_origin.is_none();
    if !is_program && !name.is_some_and(|name| is_ours(name, &world.base)) {
        let why = "sandbox: this name is not one it goes by; use its address, or start it with --base-url\n";
        return (StatusCode::MISDIRECTED_REQUEST, why).into_response();
    }
    if changes && !same_origin.unwrap_or(programs_may) {
        let why = "sandbox: only a page of its own may change something here\n";
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    next.run(request).await
}

/// Whether the name it was reached by leads here by nobody else's doing: an address, a name that no one on the internet can
/// have, or the base.
fn is_ours(name: &str, base: &Url) -> bool {
    let Ok(reached) = Url::parse(&format!("http://{name}")) else { return false };
    let host = reached.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let private = !host.is_empty() && (!host.contains('.') || PRIVATE.iter().any(|end| host.ends_with(end)));
    address.parse::<IpAddr>().is_ok() || private || base.host_str() == Some(host)
}

/// What the browser says of who asked; nothing when it is no browser.
fn is_same_origin(headers: &HeaderMap) -> Option<bool> {
    match headers.get("sec-fetch-site") {
        Some(site) => Some(site == "same-origin" || site == "none"),
        None => text(headers, ORIGIN).map(|origin| text(headers, HOST) == origin.split_once("://").map(|it| it.1)),
    }
}

fn text(headers: &HeaderMap, name: http::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_form_of_another_page_is_refused_whatever_the_browser_says_it_by() {
        let says = |pairs: &[(&'static str, &'static str)]| is_same_origin(&headers(pairs));
        let same = |pairs: &[(&'static str, &'static str)]| says(pairs) == Some(true);
        assert!(same(&[("host", "127.0.0.1:8090"), ("sec-fetch-site", "same-origin")]));
        assert!(same(&[("host", "127.0.0.1:8090"), ("sec-fetch-site", "none")]));
        assert!(same(&[("host", "10.0.0.7:8090"), ("origin", "http://10.0.0.7:8090")]));
        for site in ["cross-site", "same-site"] {
            assert!(!same(&[
                ("host", "127.0.0.1:8090"),
                ("origin", "http://127.0.0.1:8090"),
                ("sec-fetch-site", site)
            ]));
        }
        assert!(!same(&[("host", "127.0.0.1:8090"), ("origin", "http://127.0.0.1:3000")]));
        assert!(!same(&[("host", "127.0.0.1:8090"), ("origin", "null")]));
        assert_eq!(says(&[("host", "127.0.0.1:8090")]), None);
    }

    #[test]
    fn a_name_that_somebody_else_lets_lead_here_is_refused() {
        let base = Url::parse("http://sandbox.example:8090").expect("a URL");
        let ours = |host: &str| is_ours(host, &base);
        for host in [
            "127.0.0.1:8090",
            "[::1]:8090",
            "localhost:8090",
            "192.168.1.7",
            "sandbox:8090",
            "sandbox.shop.svc.cluster.local:8090",
            "pay.test",
            "sandbox.example:8090",
        ] {
            assert!(ours(host), "{host}");
        }
        for host in ["evil.example:8090", "localhost.evil.example", "sandbox.example.evil.example", ""] {
            assert!(!ours(host), "{host}");
        }
    }
}
