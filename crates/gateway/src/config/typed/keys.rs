//! Keys: every key a configuration may carry, its shape and its meaning.
//!
//! One list serves the check for unknown keys, the variables of the environment and the reference page. To add a key:
//! a row here, and a line in the file of its table (`server`, `store`, `source`, `destination`, `route`).

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    /// As it is typed.
    pub name: &'static str,
    /// What may stand behind it.
    pub shape: Shape,
    /// What it does, in one line, with its default.
    pub meaning: &'static str,
    /// Whether this release builds it. One that is planned but not built is a mistake of its own kind.
    pub built: bool,
}

/// What may stand behind a key.
#[derive(Debug)]
pub enum Shape {
    /// A text.
    Text,
    /// A text such as `10s`.
    Duration,
    /// A text such as `512 MiB`, or a number of bytes.
    Size,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A date, or a text that is one.
    Date,
    /// A list of texts.
    Texts,
    /// A list of durations.
    Durations,
    /// A list of texts or tables with these keys.
    TextsOrTables(&'static [Key]),
    /// A text, or a table of texts under names of the writer's own.
    TextOrNamed,
    /// A table of texts under names of the writer's own.
    Named,
    /// A text, or a table with these keys.
    TextOrTable(&'static [Key]),
    /// A table with these keys, or `false` to switch off what it sets.
    TableOrFlag(&'static [Key]),
    /// A table with these keys.
    Table(&'static [Key]),
    /// Any number of `[[…]]` tables with these keys; `name` tells them apart.
    Tables(&'static [Key]),
    /// Anything: of a key that is not built yet, or whose reader checks it.
    Any,
}

const fn key(name: &'static str, shape: Shape, meaning: &'static str) -> Key {
    Key { name, shape, meaning, built: true }
}

const fn later(name: &'static str, meaning: &'static str) -> Key {
    Key { name, shape: Shape::Any, meaning, built: false }
}

/// The whole file.
pub static ROOT: &[Key] = &[
    key("version", Shape::Integer, "the form of the file; 1, and required"),
    key("server", Shape::Table(SERVER), "where payhook listens"),
    key("store", Shape::Table(STORE), "where payhook keeps what it received"),
    key("source", Shape::Tables(SOURCE), "one configured sender"),
    key("destination", Shape::Tables(DESTINATION), "one receiver of events"),
    key("route", Shape::Tables(ROUTE), "which events go to which destinations"),
    key("scheme", Shape::Tables(SCHEME), "a provider declared here; docs/reference/schemes.md explains its words"),
    key(
        "abandon",
        Shape::Texts,
        "destinations taken out of the file whose owed deliveries are given up: kept and shown, not sent; none",
    ),
];

static SERVER: &[Key] = &[
    key("public", Shape::Text, "the listener providers reach; 0.0.0.0:8080"),
    key("admin", Shape::Text, "the listener of the API; 127.0.0.1:8081"),
    key("tls", Shape::Table(TLS), "certificate of the public listener; plain HTTP when absent"),
    later("public_url", "the address providers know this gateway by"),
];

static TLS: &[Key] = &[
    key("cert", Shape::Text, "PEM file with the certificate chain"),
    key("key", Shape::Text, "PEM file with the private key"),
];

static STORE: &[Key] = &[
    key("url", Shape::Text, "sqlite:FILE, relative to this file; sqlite:payhook.db"),
    key("reserve", Shape::Size, "free disk below which nothing is accepted; 512 MiB"),
    key(
        "retention",
        Shape::TextOrTable(RETENTION),
        "how long it is kept: one age for bodies and attempts, or a table; a month counts 31 days; never switches it off",
    ),
    key("backup", Shape::Table(BACKUP), "copies the gateway makes of its store by itself; none when absent"),
];

static RETENTION: &[Key] = &[
    key("bodies", Shape::Text, "headers and bodies of notifications; 90d"),
    key("attempts", Shape::Text, "attempts; 90d"),
    key("events", Shape::Text, "events with their deliveries; identities stay for ever; 25 months"),
    key("payments", Shape::Text, "payments that no stored event is about, behind their last one; 25 months"),
];

static BACKUP: &[Key] = &[
    key("folder", Shape::Text, "where they are put, a folder that is there; required"),
    key("every", Shape::Duration, "from one to the next; 1h"),
    key("keep", Shape::Integer, "how many stay, the newest; 24"),
    key("key", Shape::Flag, "whether the envelope key is copied beside each; true"),
];

static SOURCE: &[Key] = &[
    key("name", Shape::Text, "its name, and its path /in/NAME"),
    key(
        "provider",
        Shape::Text,
        "who sends: adyen, banked, braintree, mollie-classic, truelayer, a scheme of this release (schemes.md) or of this file",
    ),
    key("keys", Shape::TextsOrTables(SIGNING_KEY), "the keys its notifications may be signed with"),
    key(
        "merchant_accounts",
        Shape::Texts,
        "accounts that are routed; others are set aside; all when absent. Of providers that name them: Adyen, Square, Stripe",
    ),
    key(
        "account",
        Shape::Text,
        "the account of notifications that name none, which tells two merchants at one provider apart; fixed once events are stored",
    ),
    key("environment", Shape::Text, "test or live; the other one is set aside; both are routed when absent"),
    key("paths", Shape::Texts, "further paths beside /in/NAME"),
    key(
        "tolerance",
        Shape::Text,
        "how far a signed time may be from now, both ways, or off; as the provider says when absent",
    ),
    key(
        "url",
        Shape::Text,
        "the URL the provider posts to, where it signs that (Square): exactly as it is registered there",
    ),
    key(
        "jwks_url",
        Shape::Text,
        "where keys are looked up that `keys` lack, for a provider that publishes its own (TrueLayer): its own address without \
         `keys`, nowhere beside them; https, or http on this machine",
    ),
    key("parameters", Shape::Named, "values the provider signs and does not send, by name: x_login of dLocal"),
    key("responses", Shape::Table(RESPONSES), "answers other than the provider's usual ones"),
    key("max_body", Shape::Size, "the largest body accepted; 1 MiB"),
    key("basic_auth", Shape::Table(BASIC_AUTH), "user and password the sender must give as well"),
    key(
        "allow_ips",
        Shape::Texts,
        "address ranges that whoever connects must be in, which behind a proxy is the proxy; any when absent",
    ),
    key("capture", Shape::TextOrNamed, "automatic or manual, or a table of that by merchant account; never guessed"),
    key(
        "retention",
        Shape::TextOrTable(RETENTION),
        "how long what it sends is kept, in the words of [store]; what it says nothing of is as [store] has it",
    ),
    key(
        "unsigned_events",
        Shape::Texts,
        "event codes taken without a signature, where basic_auth or allow_ips is set; they change no payment; none",
    ),
];

static SCHEME: &[Key] = &[
    key("name", Shape::Text, "what sources write as their provider: lower-case letters, digits and dashes"),
    key("algorithm", Shape::Text, "hmac-sha256 and others, token or basic; required"),
    key("secret", Shape::Any, "how a key's text is read: encoding, strip_prefix, derive; as text"),
    key("signature", Shape::Any, "where the signature stands, and how it is taken out"),
    key("timestamp", Shape::Any, "where the time of signing stands, and its unit; none"),
    key("id", Shape::Any, "where the message's id stands, when it is signed; none"),
    key("key_id", Shape::Any, "where the name of the key stands; none"),
    key("signed", Shape::Text, "what is signed, \"{timestamp}.{body}\""),
    key("tolerance", Shape::Any, "past and future, in seconds; not looked at when absent"),
    key("covers_body", Shape::Flag, "false: the body is not signed, and that is known; true"),
    key("event", Shape::Any, "what an event is told by: id, type, reference, amount and others"),
    key("batch", Shape::Any, "where several events stand in one body: items and max; none"),
    key("respond", Shape::Any, "what the sender hears: ok, bad_signature, body; 200, 401, empty"),
    key("challenge", Shape::Any, "the header that is sent back on a GET: echo; none"),
    key("note", Shape::Text, "for people"),
];

static SIGNING_KEY: &[Key] = &[
    key("key", Shape::Text, "the key as the provider issued it"),
    key("name", Shape::Text, "what logs call it; key-1, key-2 and so on"),
    key("valid_until", Shape::Date, "after this a warning is given; the key still works"),
    key("retired", Shape::Flag, "true: accepts nothing, only explains refusals; false"),
];

static RESPONSES: &[Key] =
    &[key("bad_signature", Shape::Integer, "HTTP status for what is not authentic; the provider's usual one")];

static BASIC_AUTH: &[Key] =
    &[key("username", Shape::Text, "the user name"), key("password", Shape::Text, "the password")];

static DESTINATION: &[Key] = &[
    key("name", Shape::Text, "its name"),
    key("type", Shape::Text, "http"),
    key("url", Shape::Text, "where events are posted"),
    key("secret", Shape::Text, "whsec_ and base64: what deliveries are signed with"),
    key("format", Shape::Text, "payhook, or original: the provider's own bytes; payhook"),
    key("allow", Shape::Texts, "private address ranges it may be in; none"),
    key("timeout", Shape::Duration, "for one try as a whole; 10s"),
    key("concurrency", Shape::Integer, "most tries at once; 32"),
    key("retry", Shape::Table(RETRY), "when failed tries are made again"),
    key("order", Shape::Text, "payment: events of one payment wait for each other; or none; payment"),
    key(
        "on_dead",
        Shape::Text,
        "after a dead letter the payment's next event goes on (continue) or waits (stop); continue",
    ),
    key("rate", Shape::Text, "most deliveries begun per time, 100/s, 600/min or 5000/h; unlimited when absent"),
    key("breaker", Shape::TableOrFlag(BREAKER), "when it is left to rest after failures; false switches that off"),
];

static RETRY: &[Key] = &[
    key("schedule", Shape::Durations, "the waits between tries; 5s 5m 30m 2h 5h 10h 14h 20h 24h"),
    key("jitter", Shape::Number, "how far each wait may stray, of itself; 0.1"),
];

static BREAKER: &[Key] = &[
    key("failures", Shape::Integer, "failed tries in a row after which nothing is tried for a while; 10"),
    key("rest", Shape::Duration, "how long the first rest is; each further one is twice as long; 30s"),
    key("rest_max", Shape::Duration, "the longest rest; 10m"),
];

static ROUTE: &[Key] = &[
    key("name", Shape::Text, "its name; its place in the file"),
    key("sources", Shape::Texts, "sources it takes events from; all"),
    key("events", Shape::Texts, "kinds or the provider's codes, * stands for any letters; all"),
    key("to", Shape::Texts, "destinations it leads to"),
    key("when", Shape::Text, "a condition on the event, in CEL: event.amount.value >= 1000; none"),
    key("when_stale", Shape::Text, "deliver or skip events that a later one of the same payment overtook; deliver"),
    key("hold", Shape::Duration, "how long refused, failed and abandoned payments wait for better news; not at all"),
];

/// The row of `name` among `keys`.
pub(in crate::config) fn find(keys: &'static [Key], name: &str) -> Option<&'static Key> {
    keys.iter().find(|key| key.name == name)
}

/// The names of those keys this release builds.
pub(in crate::config) fn names(keys: &'static [Key]) -> impl Iterator<Item = &'static str> + Clone {
    keys.iter().filter(|key| key.built).map(|key| key.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn each_table(keys: &'static [Key], visit: &mut impl FnMut(&'static [Key])) {
        visit(keys);
        for key in keys {
            if let Shape::Table(inner)
            | Shape::Tables(inner)
            | Shape::TextsOrTables(inner)
            | Shape::TextOrTable(inner)
            | Shape::TableOrFlag(inner) = key.shape
            {
                each_table(inner, visit);
            }
        }
    }

    #[test]
    fn no_table_has_a_key_twice_and_every_key_has_a_meaning() {
        each_table(ROOT, &mut |keys| {
            let names: HashSet<_> = keys.iter().map(|key| key.name).collect();
            assert_eq!(names.len(), keys.len());
            assert!(keys.iter().all(|key| !key.meaning.is_empty() && !key.meaning.ends_with('.')));
        });
    }
}
