//! The digest of a resolved configuration: two gateways that show the same one would treat a request alike.
//!
//! Every struct is taken apart by name, so that a new field does not compile before it is either counted or passed over.

use std::fmt::{Display, Write};

use payhook_domain::identity::Digest;

use super::resolved::{Destination, Resolved, Route, Server, Source, Store};

/// 8 bytes: at a thousand configurations a year, two alike would be a wonder. Secrets go in as fingerprints.
pub(super) fn of(resolved: &Resolved) -> [u8; 8] {
    let Resolved { file: _, server, store, sources, destinations, routes, digest: _ } = resolved;
    let mut parts = Parts(Vec::new());
    parts.server(server);
    parts.store(store);
    sources.iter().for_each(|source| parts.source(source));
    destinations.iter().for_each(|destination| parts.destination(destination));
    routes.iter().for_each(|route| parts.route(route));
    let digest = Digest::of(parts.0.iter().map(Vec::as_slice));
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    first
}

/// What is counted, one part after another; [`Digest::of`] keeps them from running into each other.
struct Parts(Vec<Vec<u8>>);

impl Parts {
    fn put(&mut self, key: &str, value: impl Display) {
        let mut part = String::new();
        write!(part, "{key}={value}").expect("writing to a String does not fail");
        self.0.push(part.into_bytes());
    }

    fn put_all(&mut self, key: &str, values: impl IntoIterator<Item = impl Display>) {
        values.into_iter().for_each(|value| self.put(key, value));
    }

    fn put_bytes(&mut self, key: &str, bytes: &[u8]) {
        self.put(key, data_encoding::HEXLOWER.encode_display(bytes));
    }

    fn server(&mut self, server: &Server) {
        let Server { public, admin, tls } = server;
        self.put("public", public);
        self.put("admin", admin);
        if let Some(tls) = tls {
            self.put("cert", tls.cert.display());
            self.put("key", tls.key.display());
        }
    }

    fn store(&mut self, store: &Store) {
        let Store { path, reserve_bytes, backup } = store;
        self.put("store", path.display());
        self.put("reserve", reserve_bytes);
        self.put_all("backup", backup.as_ref().map(|backup| format!("{backup:?}")));
    }

    fn source(&mut self, source: &Source) {
        let Source {
            name,
            provider,
            keys,
            keys_valid_until: _,
            policy,
            environment,
            merchant_accounts,
            paths,
            max_body_bytes,
            bad_signature,
            basic_auth,
            allow_ips,
            capture,
        } = source;
        self.put("source", name);
        self.put("provider", provider.name());
        keys.iter().for_each(|key| self.put_bytes("signing_key", key.fingerprint().as_bytes()));
        self.put_all("tolerance", policy.tolerance.map(|tolerance| tolerance.as_nanos()));
        self.put_all("environment", environment.map(|environment| environment.as_str()));
        self.put_all("merchant_account", merchant_accounts);
        self.put_all("path", paths);
        self.put("max_body", max_body_bytes);
        self.put_all("bad_signature", *bad_signature);
        if let Some(basic_auth) = basic_auth {
            self.put_bytes("basic_auth", &basic_auth.fingerprint);
        }
        self.put_all("allow_ip", allow_ips);
        for (account, capture) in capture.settings() {
            self.put(&format!("capture {}", account.unwrap_or_default()), capture);
        }
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
        self.put("destination", name);
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

    fn route(&mut self, route: &Route) {
        let Route { name, sources, events, when, when_stale, hold, to } = route;
        self.put("route", name);
        self.put_all("from", sources);
        self.put_all("events", events.iter().map(payhook_domain::route::Pattern::as_str));
        self.put_all("when", when.as_ref().map(crate::routing::When::as_str));
        self.put("when_stale", when_stale.as_str());
        self.put_all("hold", hold.map(|hold| hold.as_nanos()));
        self.put_all("to", to);
    }
}
