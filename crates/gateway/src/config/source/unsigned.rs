//! Events a source takes without a signature: `unsigned_events`.
//!
//! Whoever can reach the gateway can write such an event. So the source must ask for something else, a password or an
//! address, and each code is named: there is no word for all of them.

use payhook_domain::kind::Kind;
use payhook_provider::Provider;

use crate::config::typed::section::Section;
use crate::config::words::addresses::Guard;
use crate::config::words::mistakes::Findings;
use crate::config::words::nearest::nearest;

/// Reads the key; `guard` says what else the source asks for.
pub(in crate::config) fn read(
    section: &Section<'_>,
    provider: Option<&'static dyn Provider>,
    guard: Guard,
    findings: &mut Findings,
) -> Vec<String> {
    let codes = section.texts("unsigned_events", findings);
    let Some(provider) = provider.filter(|_| !codes.is_empty()) else { return Vec::new() };
    let place = section.place_of("unsigned_events");
    if !provider.about().sends_unsigned {
        let what = format!("{} has `unsigned_events`, but its provider signs everything", section.title);
        findings.mistake(&place, what, "remove it");
    } else if guard == Guard::None {
        let what = format!("{} takes events without a signature from anybody", section.title);
        findings.mistake(&place, what, "ask for `basic_auth`, or name the sender's addresses in `allow_ips`");
    } else if let Guard::Near(range) = guard {
        let what = format!(
            "{} takes events without a signature from {range}: behind a proxy there, from anybody",
            section.title
        );
        let hint = "the address of whoever connects counts, and no header: behind a proxy, ask for `basic_auth`";
        findings.warning(&section.place_of("allow_ips"), what, hint);
    }
    for (code, place) in &codes {
        let known = provider.codes().iter().find(|row| row.code == *code);
        let Some(row) = known else {
            let near = nearest(code, provider.codes().iter().map(|row| row.code));
            let hint = near.map_or_else(
                || "codes are written as the provider writes them, and none stands for all".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            findings.warning(place, format!("{} has no event `{code}` that is known", provider.name()), hint);
            continue;
        };
        if is_about_money(row.kind) {
            let what = format!("`{code}` is about a payment's money, and would be delivered without a signature");
            findings.warning(place, what, "it changes no payment here; whoever receives it should ask the provider");
        }
    }
    codes.into_iter().map(|(code, _)| code.to_owned()).collect()
}

fn is_about_money(kind: Kind) -> bool {
    let noun = kind.as_str().split('.').next().unwrap_or_default();
    matches!(noun, "payment" | "refund" | "dispute" | "order" | "payout")
}
