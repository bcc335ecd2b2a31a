//! Checks across tables: names given twice, paths that meet, things nobody uses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use url::{Host, Url};

use super::doubts::{same_account, unreachable};
use super::resolved::Resolved;
use super::source::{self, plain};
use super::typed::section::{Placed, Section};
use super::words::mistakes::{Findings, Place};
use super::words::names;

/// Paths of the public listener that are not a source's to take.
const RESERVED: [&str; 1] = ["/healthz"];
/// Longest path, in bytes.
const PATH_LEN_MAX: usize = 256;

/// Checks what was typed, table against table.
pub(super) fn typed(
    sources: &[Section<'_>],
    destinations: &[Section<'_>],
    routes: &[Section<'_>],
    findings: &mut Findings,
) {
    for sections in [sources, destinations, routes] {
        names::check_unique(sections, findings);
    }
    check_paths(sources, findings);
}

/// Checks what it means: whether anything would be received, and what would be delivered nowhere.
pub(super) fn resolved(resolved: &Resolved, place: &Place, findings: &mut Findings) {
    same_account::check(&resolved.sources, place, findings);
    unreachable::check(resolved, place, findings);
    if resolved.destinations.is_empty() {
        let hint = "add a [[destination]] and a [[route]]; until then events are only stored";
        findings.warning(place, "there is no destination: nothing is delivered", hint);
        return;
    }
    for (index, destination) in resolved.destinations.iter().enumerate() {
        if !resolved.routes.iter().any(|route| route.to.contains(&index)) {
            let what = format!("no route leads to destination `{}`", destination.name);
            findings.warning(place, what, format!("add a [[route]] with to = [\"{}\"]", destination.name));
        }
        for (listener, address) in [("public", resolved.server.public), ("admin", resolved.server.admin)] {
            if leads_to(&destination.url, address) {
                let what = format!("`url` of destination `{}` is payhook's own `{listener}`", destination.name);
                findings.warning(place, what, "write the address that your application listens on");
            }
        }
    }
    for (index, source) in resolved.sources.iter().enumerate() {
        if !resolved.routes.iter().any(|route| route.sources.contains(&index)) {
            let what = format!("no route takes events from source `{}`", source.name);
            findings.warning(place, what, "they are stored and delivered nowhere; add a [[route]]");
        }
    }
}

/// Whether an address on this machine is that of a listener here.
fn leads_to(url: &Url, listener: SocketAddr) -> bool {
    let host: Option<IpAddr> = match url.host() {
        Some(Host::Domain("localhost")) => Some(Ipv4Addr::LOCALHOST.into()),
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        _ => None,
    };
    let is_heard = |host: IpAddr| host == listener.ip() || (host.is_loopback() && listener.ip().is_unspecified());
    host.is_some_and(is_heard) && url.port_or_known_default() == Some(listener.port())
}

/// Each path answers for one source only; a path that ends in a slash is not told from one that does not.
fn check_paths(sources: &[Section<'_>], findings: &mut Findings) {
    let mut taken: Vec<(String, String)> = Vec::new();
    for source in sources {
        let Some((name, _)) = source.text("name") else { continue };
        taken.push((format!("/in/{name}"), source.title.clone()));
    }
    for section in sources {
        for (path, place) in source::paths(section) {
            if let Some(problem) = misshapen(path) {
                findings.mistake(&place, format!("a path of {} {problem}", section.title), "write \"/webhooks/adyen\"");
                continue;
            }
            check_free(section, &(path, place), &taken, findings);
            taken.push((plain(path).to_owned(), section.title.clone()));
        }
    }
}

fn check_free(source: &Section<'_>, (path, place): &Placed<&str>, taken: &[(String, String)], findings: &mut Findings) {
    let title = &source.title;
    if RESERVED.contains(&plain(path)) {
        findings.mistake(place, format!("the path {path} of {title} is payhook's own"), "choose another path");
    } else if let Some((_, owner)) = taken.iter().find(|(other, _)| other == plain(path)) {
        let what = format!("the path {path} of {title} is taken by {owner}");
        findings.mistake(place, what, "each path belongs to one source; remove one of them");
    } else if path.starts_with("/in/") {
        let what = format!("the path {path} of {title} is where a source named so would answer");
        findings.mistake(place, what, "paths under /in/ come from the sources' names");
    }
}

fn misshapen(path: &str) -> Option<&'static str> {
    let plain_byte = |c: u8| c.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&c);
    if !path.starts_with('/') {
        Some("does not begin with /")
    } else if path == "/" || path.contains("//") || path.split('/').any(|part| part == "." || part == "..") {
        Some("is not a plain path")
    } else if path.len() > PATH_LEN_MAX {
        Some("is longer than 256 bytes")
    } else if !path.bytes().all(plain_byte) {
        Some("has a character that paths only carry encoded")
    } else {
        None
    }
}
