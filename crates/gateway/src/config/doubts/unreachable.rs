//! A source that lets in addresses from which nobody can come: payhook listens on this machine alone, behind a proxy, and every
//! request has the proxy's address.

use crate::config::resolved::Resolved;
use crate::config::words::mistakes::{Findings, Place};

/// Warns of each.
pub(in crate::config) fn check(resolved: &Resolved, place: &Place, findings: &mut Findings) {
    if !resolved.server.public.ip().is_loopback() {
        return;
    }
    for source in &resolved.sources {
        let allowed = &source.allow_ips;
        if allowed.is_empty() || allowed.iter().any(|range| range.network().is_loopback() || range.prefix_len() == 0) {
            continue;
        }
        let what = format!(
            "source `{}` turns everything away: `public` listens on this machine alone, and `allow_ips` has none of its addresses",
            source.name
        );
        let hint = "behind a proxy every request comes from the proxy: ask for `basic_auth` instead, or let the proxy look at addresses";
        findings.warning(place, what, hint);
    }
}
