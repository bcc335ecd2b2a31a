//! `[[source]]`: one configured sender.

pub(super) mod capture;
pub(super) mod key_set;
pub(super) mod policy;
pub(super) mod scheme;
pub(super) mod signing_keys;
pub(super) mod unsigned;

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;
use ipnet::IpNet;
use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;
use payhook_provider::{Accounts, Key, Policy, Provider};

use self::capture::Captures;
use self::scheme::Providers;
use super::store::retention::{self, Retention};
use super::typed::section::{Placed, Section};
use super::words::addresses::{self, Guard};
use super::words::mistakes::Findings;
use super::words::names;
use super::words::nearest::suggestion;
use super::words::secret::Secret;

/// One configured sender.
pub struct Source {
    /// Its name; unique.
    pub name: String,
    /// Who sends.
    pub provider: &'static dyn Provider,
    /// The keys its notifications may be signed with; at least one that is not retired, unless its policy names a key set.
    pub keys: Vec<Key>,
    /// Until when each key is meant to be used, in the order of `keys`. Warns; never refuses.
    pub keys_valid_until: Vec<Option<Timestamp>>,
    /// How strictly it is verified.
    pub policy: Policy,
    /// The environment that is routed; the other is set aside. Absent: both are routed.
    pub environment: Option<Environment>,
    /// The account of notifications that name none; empty: that there is one account, whichever source hears of it.
    pub account: Option<String>,
    /// The merchant accounts that are routed; all when empty.
    pub merchant_accounts: Vec<String>,
    /// Every path it answers at, without a slash at the end: `/in/NAME` first, then the configured ones. No two sources
    /// share one.
    pub paths: Vec<String>,
    /// The largest body accepted, in bytes.
    pub max_body_bytes: usize,
    /// The HTTP status for what is not authentic, when not the provider's usual one. Never 2xx.
    pub bad_signature: Option<u16>,
    /// User and password the sender must give as well.
    pub basic_auth: Option<BasicAuth>,
    /// Address ranges the sender must come from; any when empty.
    pub allow_ips: Vec<IpNet>,
    /// Who captures its payments, by merchant account.
    pub capture: Captures,
    /// How long what it sends is kept, when not as the store says.
    pub retention: Option<Retention>,
}

impl Source {
    /// The environment identities are made with: what was set, or live.
    #[must_use]
    pub fn scope_environment(&self) -> Environment {
        self.environment.unwrap_or_default()
    }

    /// The account of a notification that names none, where there is one.
    #[must_use]
    pub fn own_account(&self) -> Option<&str> {
        self.account.as_deref().filter(|account| !account.is_empty())
    }

    /// What of its settings its identities are made with: `live`, or `live@ACCOUNT`.
    #[must_use]
    pub fn scope(&self) -> String {
        let environment = self.scope_environment().as_str();
        self.own_account().map_or_else(|| environment.to_owned(), |account| format!("{environment}@{account}"))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// User and password, kept as a digest of fixed width: neither their lengths nor where they differ shows in the time a
/// comparison takes.
#[derive(Clone)]
pub struct BasicAuth {
    expected: [u8; 32],
    pub(super) fingerprint: [u8; 16],
}

impl BasicAuth {
    fn new(username: &str, password: &str) -> Self {
        let pair = Secret::new(&format!("{username}:{password}"));
        Self { expected: sha256(pair.expose().as_bytes()), fingerprint: pair.fingerprint() }
    }

    /// Whether the value of an `Authorization` header gives this user and password. An absent or unreadable header is
    /// compared all the same.
    #[must_use]
    pub fn fits(&self, authorization: Option<&[u8]>) -> bool {
        let given = authorization.and_then(credentials).unwrap_or_default();
        verify_slices_are_equal(&sha256(&given), &self.expected).is_ok()
    }
}

/// The `user:password` of `Basic …`.
fn credentials(header: &[u8]) -> Option<Vec<u8>> {
    let (scheme, rest) = header.split_at_checked(6)?;
    scheme.eq_ignore_ascii_case(b"Basic ").then(|| BASE64.decode(rest.trim_ascii()).ok())?
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().expect("SHA-256 is 32 bytes")
}

/// 1 MiB: a hundred times the largest notification a provider documents.
const MAX_BODY_BYTES: u64 = 1 << 20;
const ACCOUNT_LEN_MAX: usize = 64;
const MAX_BODY_RANGE: std::ops::RangeInclusive<u64> = 1_024..=64 << 20;

/// Reads every source; `kept` is how long the store keeps what comes in. One with a mistake is left out, since the mistake is noted.
pub(super) fn read_all(
    sections: &[Section<'_>],
    providers: &Providers,
    kept: Retention,
    now: Timestamp,
    findings: &mut Findings,
) -> Vec<Source> {
    sections.iter().filter_map(|section| read(section, providers, kept, now, findings)).collect()
}

/// Accounts that are routed. They are told from others by what a notification says: where it says nothing, all are routed.
fn merchant_accounts(
    section: &Section<'_>,
    provider: Option<&'static dyn Provider>,
    findings: &mut Findings,
) -> Vec<String> {
    let accounts = section.texts("merchant_accounts", findings);
    for (_, place) in accounts.iter().filter(|(account, _)| account.trim().len() != account.len()) {
        // No notification names such an account, so all of them would be set aside.
        let what = format!("`merchant_accounts` of {} has a text with white space around it", section.title);
        findings.mistake(place, what, "remove the spaces and line breaks around the account");
    }
    let accounts = owned(accounts);
    let place = section.place_of("merchant_accounts");
    if section.is_list("merchant_accounts") && section.items("merchant_accounts").is_empty() {
        let what = format!("`merchant_accounts` of {} is empty", section.title);
        findings.mistake(&place, what, "name an account, or remove it to route all");
    }
    if let Some(provider) =
        provider.filter(|provider| !accounts.is_empty() && provider.about().accounts == Accounts::Never)
    {
        let what =
            format!("`merchant_accounts` of {} keeps nothing out: {} names no account", section.title, provider.name());
        findings.mistake(&place, what, "remove it; each account's own key, on a source of its own, tells them apart");
    }
    accounts
}

fn read(
    section: &Section<'_>,
    providers: &Providers,
    kept: Retention,
    now: Timestamp,
    findings: &mut Findings,
) -> Option<Source> {
    let name = names::read(section, findings);
    let provider = provider(section, providers, findings);
    let keys = provider.map(|provider| signing_keys::read(section, provider, now, findings));
    let environment = environment(section, findings);
    let account = account(section, provider, findings);
    let merchant_accounts = merchant_accounts(section, provider, findings);
    let further = section.texts("paths", findings).into_iter().map(|(path, _)| plain(path).to_owned());
    let max_body_bytes = max_body(section, findings);
    let bad_signature = section.table_if("responses").and_then(|responses| bad_signature(&responses, findings));
    let basic_auth = basic_auth(section, findings);
    let allow_ips = addresses::ranges(section, "allow_ips", findings);
    let guard = if basic_auth.is_some() { Guard::Some } else { addresses::guard(&allow_ips) };
    let policy = policy::read(section, provider, environment, guard, findings);
    let capture = capture::read(section, provider, &merchant_accounts, findings);
    let retention = retention::read_own(section, kept, findings);
    let (name, keys) = (name?, keys?);
    Some(Source {
        paths: std::iter::once(format!("/in/{name}")).chain(further).collect(),
        name,
        provider: provider?,
        keys: keys.keys,
        keys_valid_until: keys.valid_until,
        policy,
        environment,
        account,
        merchant_accounts,
        max_body_bytes,
        bad_signature,
        basic_auth,
        allow_ips,
        capture,
        retention,
    })
}

fn provider(section: &Section<'_>, providers: &Providers, findings: &mut Findings) -> Option<&'static dyn Provider> {
    let known = providers.names();
    let (word, place) = section.required("provider", &suggestion("", known.iter().copied()), findings)?;
    providers.get(word).unwrap_or_else(|| {
        let what = format!("{} has an unknown provider `{word}`", section.title);
        findings.mistake(&place, what, suggestion(word, known.iter().copied()));
        None
    })
}

fn environment(section: &Section<'_>, findings: &mut Findings) -> Option<Environment> {
    let (word, place) = section.text("environment")?;
    match word.to_ascii_lowercase().as_str() {
        "test" => Some(Environment::Test),
        "live" => Some(Environment::Live),
        _ => {
            let what = format!("`environment` of {} is neither test nor live", section.title);
            findings.mistake(&place, what, "write \"test\" or \"live\", or remove it to route both");
            None
        }
    }
}

/// The account of what names none. It is written into the names that the store keeps of scopes, so it has few letters.
fn account(section: &Section<'_>, provider: Option<&'static dyn Provider>, findings: &mut Findings) -> Option<String> {
    let (word, place) = section.text("account")?;
    if let Some(provider) = provider.filter(|provider| provider.about().accounts == Accounts::Named) {
        let what =
            format!("`account` of {} says nothing: notifications of {} name theirs", section.title, provider.name());
        findings.warning(&place, what, "write `merchant_accounts` to route those alone, or remove it");
    }
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.:".contains(letter);
    if word.len() > ACCOUNT_LEN_MAX || !word.chars().all(is_letter) {
        let what = format!("`account` of {} has a wrong shape", section.title);
        findings.mistake(&place, what, "use letters, digits, - _ . and :, at most 64");
    }
    Some(word.to_owned())
}

fn max_body(section: &Section<'_>, findings: &mut Findings) -> usize {
    let (bytes, place) = section.size("max_body", findings).unwrap_or((MAX_BODY_BYTES, section.place.clone()));
    if !MAX_BODY_RANGE.contains(&bytes) {
        let what = format!("`max_body` of {} is not between 1 KiB and 64 MiB", section.title);
        findings.mistake(&place, what, "1 MiB is enough for every documented notification");
    }
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// A refusal that says 2xx would be taken for an acknowledgement: the event would be lost.
fn bad_signature(section: &Section<'_>, findings: &mut Findings) -> Option<u16> {
    let (number, place) = section.integer("bad_signature")?;
    let status = u16::try_from(number).ok().filter(|status| (400..=599).contains(status));
    match status {
        None => {
            let what = format!("`bad_signature` is {number}, which does not refuse");
            findings.mistake(&place, what, "write a status from 400 to 599, 401 for one");
        }
        Some(410) => findings.warning(
            &place,
            "`bad_signature` is 410, after which some providers never come again",
            "write 401, or remove it for the provider's usual one",
        ),
        Some(_) => {}
    }
    status
}

fn basic_auth(section: &Section<'_>, findings: &mut Findings) -> Option<BasicAuth> {
    let section = section.table_if("basic_auth")?;
    let hint = "give both `username` and `password`";
    let username = section.required("username", hint, findings);
    let password = section.required("password", hint, findings);
    let ((username, place), (password, _)) = (username?, password?);
    if username.contains(':') {
        findings.mistake(&place, "`username` has a colon, which Basic authentication cannot carry", "choose another");
    }
    Some(BasicAuth::new(username, password))
}

fn owned(texts: Vec<Placed<&str>>) -> Vec<String> {
    texts.into_iter().map(|(text, _)| text.to_owned()).collect()
}

/// Where each path of a source was typed, for finding those that meet.
pub(super) fn paths<'t>(section: &Section<'t>) -> Vec<Placed<&'t str>> {
    section.texts("paths", &mut Findings::default())
}

/// The path without a slash at its end.
pub(super) fn plain(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_user_and_password_fit() {
        let auth = BasicAuth::new("adyen", "s3cret");
        let header = |pair: &str| format!("Basic {}", BASE64.encode(pair.as_bytes())).into_bytes();
        assert!(auth.fits(Some(&header("adyen:s3cret"))));
        assert!(auth.fits(Some(format!("basic {}", BASE64.encode(b"adyen:s3cret")).as_bytes())));
        for wrong in [None, Some(header("adyen:s3cre")), Some(header("")), Some(b"Bearer x".to_vec()), Some(Vec::new())]
        {
            assert!(!auth.fits(wrong.as_deref()));
        }
    }
}
