//! Who gets to the merchant's pages: whoever knows the password; without one, whoever sits at this machine.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use http::header::{AUTHORIZATION, HOST, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};

use crate::shop::Till;

/// The user that goes with the password.
const USER: &str = "admin";

/// What a proxy or tunnel adds. Behind one, everybody seems to sit at this machine.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"];

pub(crate) async fn check(
    State(till): State<Arc<Till>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match &till.admin_password {
        Some(password) if knows(request.headers(), password) => next.run(request).await,
        Some(_) => {
            let ask = [(WWW_AUTHENTICATE, "Basic realm=\"Updraft\", charset=\"UTF-8\"")];
            (StatusCode::UNAUTHORIZED, ask, "the merchant's pages ask for the password of SHOP_ADMIN_PASSWORD")
                .into_response()
        }
        None if is_here(request.headers(), peer) => next.run(request).await,
        None => {
            let hint =
                "the merchant's pages open on this machine alone; hint: set SHOP_ADMIN_PASSWORD to open them elsewhere";
            (StatusCode::FORBIDDEN, hint).into_response()
        }
    }
}

fn knows(headers: &HeaderMap, password: &str) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let given = given.and_then(|text| BASE64.decode(text.as_bytes()).ok()).unwrap_or_default();
    verify_slices_are_equal(&given, format!("{USER}:{password}").as_bytes()).is_ok()
}

/// A loopback peer is not enough: what it asked for must be this machine too, or any website could lead a browser here under a
/// name of its own; and nobody may have forwarded it.
fn is_here(headers: &HeaderMap, peer: SocketAddr) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(host, _)| host);
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
    peer.ip().to_canonical().is_loopback() && local && !forwarded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn without_a_password_only_this_machine_gets_in() {
        let here = |pairs: &[_], peer: &str| is_here(&headers(pairs), peer.parse().unwrap());
        assert!(here(&[("host", "localhost:3000")], "127.0.0.1:4000"));
        assert!(here(&[("host", "[::1]:3000")], "[::1]:4000"));
        assert!(!here(&[("host", "localhost:3000")], "192.0.2.1:4000"));
        assert!(!here(&[("host", "shop.example")], "127.0.0.1:4000"), "a name that leads here");
        assert!(!here(&[("host", "localhost"), ("x-forwarded-for", "192.0.2.1")], "127.0.0.1:4000"), "a tunnel");
    }

    #[test]
    fn a_password_is_asked_for_and_compared_whole() {
        let basic = |text: &str| {
            let value = format!("Basic {}", BASE64.encode(text.as_bytes()));
            [(AUTHORIZATION, value.parse().unwrap())].into_iter().collect::<HeaderMap>()
        };
        assert!(knows(&basic("admin:open sesame"), "open sesame"));
        assert!(!knows(&basic("admin:open"), "open sesame") && !knows(&HeaderMap::new(), "open sesame"));
        assert!(!knows(&basic("root:open sesame"), "open sesame"));
    }
}
