//! Sources of one merchant account: they must agree on who captures, and whether it is one must be known.
//!
//! An event is folded once, with what the source says by which it came first. If two sources said different things, what
//! is believed of a payment would depend on which of them the provider reached first.
//!
//! Where a provider's notifications name no account, two sources of it are taken for one merchant's: an order paid in the one is
//! paid. Of two merchants, each with an order 1001, that is wrong, and nobody but who configures them knows.

use std::collections::BTreeSet;

use payhook_provider::Accounts;

use crate::config::source::Source;
use crate::config::words::mistakes::{Findings, Place};

/// Compares each two that may receive for one account.
pub(in crate::config) fn check(sources: &[Source], place: &Place, findings: &mut Findings) {
    for (number, one) in sources.iter().enumerate() {
        for other in &sources[number + 1..] {
            if !may_share(one, other) {
                continue;
            }
            let accounts = one.provider.about().accounts;
            let are_named = accounts == Accounts::Named;
            let are_apart = !are_named && one.own_account() != other.own_account();
            if !are_apart || accounts == Accounts::OfPlatforms {
                compare(one, other, are_apart, place, findings);
            }
        }
    }
    ask(sources, place, findings);
}

/// Whether both receive from one provider in one environment.
fn may_share(one: &Source, other: &Source) -> bool {
    one.provider.name() == other.provider.name() && one.scope_environment() == other.scope_environment()
}

/// Asks once of all that may be several merchants'.
fn ask(sources: &[Source], place: &Place, findings: &mut Findings) {
    let unsaid = |source: &&Source| source.account.is_none() && source.provider.about().accounts != Accounts::Named;
    let unsaid: Vec<&Source> = sources.iter().filter(unsaid).collect();
    for (number, first) in unsaid.iter().enumerate() {
        let is_first = !unsaid[..number].iter().any(|earlier| may_share(earlier, first));
        let others = unsaid[number + 1..].iter().filter(|other| may_share(first, other));
        let names: Vec<String> = others.map(|other| format!("`{}`", other.name)).collect();
        if is_first && !names.is_empty() {
            let (provider, first, others) = (first.provider.name(), &first.name, names.join(", "));
            let what = format!(
                "notifications of {provider} do not say whose they are, so the sources `{first}`, {others} are taken for one \
                 merchant's: an order paid in one is paid in all"
            );
            findings.warning(place, what, ARE_THEY_ONE);
        }
    }
}

const ARE_THEY_ONE: &str = "write `account` in each where they are several merchants', and account = \"\" in all where they are one's; \
                            it is fixed once events are stored";

/// Two whose own accounts are `apart` may still both receive for one that is named: that of a platform's customer.
fn compare(one: &Source, other: &Source, apart: bool, place: &Place, findings: &mut Findings) {
    let disagrees = |account: Option<&str>| one.capture.of(account) != other.capture.of(account);
    let routed: [BTreeSet<&str>; 2] =
        [one, other].map(|source| source.merchant_accounts.iter().map(String::as_str).collect());
    let names = format!("the sources `{}` and `{}`", one.name, other.name);
    if let Some(account) = routed[0].intersection(&routed[1]).find(|account| disagrees(Some(account))) {
        let what = format!("{names} both route the account `{account}` and differ in `capture`");
        findings.mistake(place, what, "write the same `capture` for the account in both");
        return;
    }
    // One that lists no accounts may receive for any: those that are named somewhere, and others.
    let settings = one.capture.settings().chain(other.capture.settings());
    let named = settings.filter_map(|(account, _)| account).chain(routed.iter().flatten().copied());
    let is_own = |account: &str| [one, other].iter().any(|source| source.own_account() == Some(account));
    let may_route = |account: &str| {
        !(apart && is_own(account)) && routed.iter().all(|routed| routed.is_empty() || routed.contains(account))
    };
    let any = !apart && routed.iter().all(BTreeSet::is_empty) && disagrees(None);
    if any || named.into_iter().any(|account| may_route(account) && disagrees(Some(account))) {
        let what = format!("{names} differ in `capture`, and may both receive for one account");
        findings.warning(place, what, "name the accounts of each in `merchant_accounts`, or write the same `capture`");
    }
}
