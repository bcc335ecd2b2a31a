//! What a resolved configuration states, fact by fact: the digest that tells configurations apart is made of them, and what
//! changed between two is found by comparing them.
//!
//! Every struct is taken apart by name, so that a new field does not compile before it is either counted or passed over.

use std::fmt::{Display, Write};

use payhook_domain::identity::Digest;
use payhook_provider::{Key, Tolerance};

use super::resolved::{Destination, Resolved, Retention, Route, Server, Source, Store};

/// One fact. Secrets are in it as fingerprints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// The table it stands in, as findings call it: ``source `adyen` ``.
    pub(crate) table: String,
    /// Its key in that table.
    pub(crate) key: String,
    /// What is compared. Not for showing.
    value: Vec<u8>,
    /// What may be shown beside the key.
    pub(crate) note: Option<String>,
    /// Whether the digest counts it.
    counts: bool,
    /// Whether a person is told when it changes. Positions are not: what moved them is told.
    pub(crate) is_told: bool,
}

impl Fact {
    /// What is compared: equal where nothing changed.
    pub(crate) fn value(&self) -> &[u8] {
        &self.value
    }

    fn called(&mut self, key: String) -> &mut Self {
        self.key = key;
        self
    }

    fn noted(&mut self, note: Option<String>) {
        self.note = note;
    }

    fn untold(&mut self) {
        self.is_told = false;
    }

    fn uncounted(&mut self) {
        self.counts = false;
    }
}

/// Everything a configuration states, in the order of its tables.
pub(super) fn facts(resolved: &Resolved) -> Vec<Fact> {
    let Resolved { file: _, files: _, server, store, sources, destinations, routes, abandon, digest: _, facts: _ } =
        resolved;
    let mut parts = Parts { table: String::new(), facts: Vec::new() };
    parts.server(server);
    parts.store(store);
    sources.iter().for_each(|source| parts.source(source));
    destinations.iter().for_each(|destination| parts.destination(destination));
    routes.iter().for_each(|route| parts.route(route, resolved));
    parts.table = "the file".to_owned();
    // Always there, so that what joins it is told as a change of the file.
    let version = parts.put("version", 1);
    version.uncounted();
    version.untold();
    abandon.iter().for_each(|name| {
        parts.put("abandon", name);
    });
    parts.facts
}

fn tolerance(tolerance: Tolerance) -> Option<String> {
    match tolerance {
        Tolerance::Usual => None,
        Tolerance::Off => Some("off".to_owned()),
        Tolerance::Within(length) => Some(length.as_nanos().to_string()),
    }
}

/// 8 bytes: at a thousand configurations a year, two alike would be a wonder. Two gateways that show the same one would
/// treat a request alike.
pub(super) fn of(facts: &[Fact]) -> [u8; 8] {
    let digest = Digest::of(facts.iter().filter(|fact| fact.counts).map(Fact::value));
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    first
}

/// The facts so far, and the table the next one stands in.
struct Parts {
    table: String,
    facts: Vec<Fact>,
}

impl Parts {
    /// One more; [`Digest::of`] keeps them from running into each other.
    fn put(&mut self, key: &str, value: impl Display) -> &mut Fact {
        let mut part = String::new();
        write!(part, "{key}={value}").expect("writing to a String does not fail");
        let (table, key, value) = (self.table.clone(), key.to_owned(), part.into_bytes());
        self.facts.push(Fact { table, key, value, note: None, counts: true, is_told: true });
        self.facts.last_mut().expect("one was just put in")
    }

    fn put_all(&mut self, key: &str, values: impl IntoIterator<Item = impl Display>) {
        values.into_iter().for_each(|value| {
            self.put(key, value);
        });
    }

    fn put_bytes(&mut self, key: &str, bytes: &[u8]) -> &mut Fact {
        self.put(key, data_encoding::HEXLOWER.encode_display(bytes))
    }

    fn server(&mut self, server: &Server) {
        let Server { public, admin, tls } = server;
        self.table = "server".to_owned();
        self.put("public", public);
        self.put("admin", admin);
        if let Some(tls) = tls {
            self.put("cert", tls.cert.display()).called("tls".to_owned());
            self.put("key", tls.key.display()).called("tls".to_owned());
        }
    }

    fn store(&mut self, store: &Store) {
        let Store { path, reserve_bytes, retention, backup } = store;
        self.table = "store".to_owned();
        self.put("store", path.display()).called("url".to_owned());
        self.put("reserve", reserve_bytes);
        self.ages(retention);
        self.put_all("backup", backup.as_ref().map(|backup| format!("{backup:?}")));
    }

    fn ages(&mut self, retention: &Retention) {
        let Retention { bodies, attempts, events, payments } = retention;
        for (key, age) in [("bodies", bodies), ("attempts", attempts), ("events", events), ("payments", payments)] {
            self.put(key, age);
        }
    }

    fn source(&mut self, source: &Source) {
        let Source {
            name,
            provider,
            keys,
            keys_valid_until,
            policy,
            environment,
            account,
            merchant_accounts,
            paths,
            max_body_bytes,
            bad_signature,
            basic_auth,
            allow_ips,
            capture,
            retention,
        } = source;
        self.table = format!("source `{name}`");
        self.put("source", name).untold();
        self.put("provider", provider.name());
        keys.iter().for_each(|key| self.signing_key(key));
        for (key, until) in keys.iter().zip(keys_valid_until) {
            if let Some(until) = until {
                self.put("valid_until", format_args!("{} {until}", key.name)).uncounted();
            }
        }
        self.put_all("scheme", provider.about().fingerprint.map(|print| format!("{print:?}")));
        self.put_all("tolerance", tolerance(policy.tolerance));
        self.put_all("url", policy.url.as_ref());
        self.put_all("jwks_url", policy.key_set.as_ref());
        for (name, value) in &policy.parameters {
            self.put("parameter", format_args!("{name} {value}")).called("parameters".to_owned());
        }
        self.put_all("unsigned_event", &policy.unsigned_events);
        self.put_all("environment", environment.map(|environment| environment.as_str()));
        self.put_all("account", account.as_deref().filter(|account| !account.is_empty()));
        for account in merchant_accounts {
            self.put("merchant_account", account).called("merchant_accounts".to_owned());
        }
        for path in paths {
            self.put("path", path).called("paths".to_owned());
        }
        self.put("max_body", max_body_bytes);
        if let Some(status) = bad_signature {
            self.put("bad_signature", status).called("responses".to_owned());
        }
        if let Some(basic_auth) = basic_auth {
            self.put_bytes("basic_auth", &basic_auth.fingerprint);
        }
        for range in allow_ips {
            self.put("allow_ip", range).called("allow_ips".to_owned());
        }
        for (account, capture) in capture.settings() {
            self.put(&format!("capture {}", account.unwrap_or_default()), capture).called("capture".to_owned());
        }
        if let Some(retention) = retention {
            self.ages(retention);
        }
    }

    /// Told by name, or place, and by the provider's own check value where there is one.
    fn signing_key(&mut self, key: &Key) {
        let retired = key.retired.then(|| "retired".to_owned());
        let check_value = key.check_value.as_ref().map(|value| format!("check value {value}"));
        let notes: Vec<String> = check_value.into_iter().chain(retired).collect();
        let note = (!notes.is_empty()).then(|| notes.join(", "));
        self.put_bytes("signing_key", key.fingerprint().as_bytes()).called(format!("key `{}`", key.name)).noted(note);
    }

    fn destination(&mut self, destination: &Destination) {
        let Destination {
            name,
            url,
            secret,
            format,
            allow,
            timeout,
            concurrency,
            retry,
            order,
            on_dead,
            rate,
            breaker,
        } = destination;
        self.table = format!("destination `{name}`");
        self.put("destination", name).untold();
        self.put("url", url);
        if let Some(secret) = secret {
            self.put_bytes("secret", &secret.fingerprint());
        }
        self.put("format", format.as_str());
        self.put_all("allow", allow);
        self.put("timeout", timeout.as_nanos());
        self.put("concurrency", concurrency);
        self.put("retry", format_args!("{retry:?}"));
        self.put("order", order.as_str());
        self.put("on_dead", on_dead.as_str());
        self.put("rate", format_args!("{rate:?}"));
        self.put("breaker", format_args!("{breaker:?}"));
    }

    fn route(&mut self, route: &Route, resolved: &Resolved) {
        let Route { name, sources, events, when, when_stale, hold, to } = route;
        self.table = format!("route `{name}`");
        self.put("route", name).untold();
        sources.iter().for_each(|position| self.put("from", position).untold());
        for position in sources {
            self.put("sources", &resolved.sources[*position].name).uncounted();
        }
        self.put_all("events", events.iter().map(payhook_domain::route::Pattern::as_str));
        self.put_all("when", when.as_ref().map(crate::routing::When::as_str));
        self.put("when_stale", when_stale.as_str());
        self.put_all("hold", hold.map(|hold| hold.as_nanos()));
        to.iter().for_each(|position| self.put("to", position).untold());
        for position in to {
            self.put("to", &resolved.destinations[*position].name).uncounted();
        }
    }
}
