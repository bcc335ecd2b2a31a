//! The page of schemes: the words a signature is declared with, and the providers that are declared in this release.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Context;
use payhook_provider::{About, declared};
use toml::{Table, Value};

const WORDS: &str = "\
# Schemes

A provider whose signature is data: where signature, time and id stand, what is signed, what an event is told by. The schemes below are
part of this release: write their name as a source's `provider`. One of your own stands in `payhook.toml` under `[[scheme]]`, in the same
words; [how to add a provider](../guide/providers.md) walks through it.

## The words

| word | what it says |
|---|---|
| `algorithm` | `hmac-sha1`, `hmac-sha256`, `hmac-sha512`, `sha256` (over a text with the secret in it), `ed25519`, `rsa-pkcs1v15-sha256`, `token` (a text that only the provider knows), `basic` (user and password) |
| `secret` | `encoding`: `utf8` (the text itself), `base64`, `hex`, `pem`; `strip_prefix`: taken off before it is decoded; `derive = \"sha1\"`: the key is the SHA-1 of the secret |
| `signature` | `source`: one place or several; `format`; `encoding`: `hex` (either case) or `base64` (with or without padding); `several = true`: the header may stand there more than once |
| `timestamp` | the same without `encoding`; `unit`: `s`, `ms`, `rfc3339`, or `text`, which is not read and may hold letters, digits, spaces and `:-+.,/`. One that is signed and is not of its unit is refused, whether there is a tolerance or not |
| `id`, `key_id` | the same: the message's id, which may not hold what stands right behind `{id}` in `signed`, and the name of the key; with `key_id` only keys of that name are tried |
| `signed` | what is signed: text with `{body}`, `{timestamp}`, `{id}`, `{url}` (the source's, never from `Host`), `{path}`, `{method}`, `{secret}`, or a place in braces; a place with `\\|after:/` means what stands behind the first `/` of it; a part in `[ ]` is left out when a place inside of it is empty. Where nothing stands between `{timestamp}` and `{body}`, the time has no letters but `T` and `Z`, and the body does not go on as a time would. Beside a header or a field of the query nobody can tell where the body begins but by the body: one that is not a whole JSON object or list is `body_not_covered`. So is one that is no UTF-8 where `{secret}` stands before the end, since such a digest can be made that of a longer text |
| `tolerance` | `past` and `future`, in seconds, for the time of signing; not looked at when absent; a source's `tolerance` takes its place |
| `covers_body` | `false` says aloud that the body is not signed, or fields of a form alone, or only what stands in `[ ]`; without it such a scheme is refused |
| `event` | `id` (one place, or several together, of which none may be empty; a list among them is one of which the first that is not empty counts), `type` (one, or several joined by dots), and of each of these the first place that is not empty: `reference`, `provider_reference`, `payment` (what order is kept by), `amount` with `currency`, `occurred_at`, `live`; `amount_unit`: `minor` (the currency's smallest), `major` (`12.50`), or `hundredths` (always two decimals, whatever the currency). Without an id, or where one of its places is empty, the body's content stands for it |
| `batch` | `items`: the list of events in the body; `max`: how many it may hold. The places of `event` are inside of each |
| `respond` | `ok` (2xx), `bad_signature` (4xx or 5xx), `body` |
| `challenge` | `echo`: the header whose value is sent back, as text, when the provider asks with GET |
| `note` | for people |

A **place** is `header:NAME`, `query:NAME`, `form:NAME`, `json:/POINTER` (RFC 6901), `config:NAME` (from the source's `parameters`) or
`literal:TEXT`. What stands twice where it should stand once counts as absent.

A **format** says how a value is taken out of its text. `raw`: it is the text, behind `prefix` (`prefix_optional = true` where it may be
missing). `list`: nothing but values, divided by `item_sep`. `kv`: items divided by `item_sep`, each a name and a value divided by `kv_sep`;
`key` is the wanted name, or several. `fields`: values in an order, divided by `sep`, called by `names`; the last may carry a star, for all
from there on; `field` is the wanted one when it is not called like the part; with `item_sep` several such stand beside each other.

Bounds: 8 signatures of a request are held against each of at most 16 keys; a pointer goes 16 steps deep; a scheme's texts have at most 1,024
bytes; one process takes in 1,024 schemes of users.

## The schemes of this release

They are written in [schemes.toml](../../crates/provider/src/declared/schemes.toml), each an example of these words. Facts are from each
provider's documentation, its official SDKs and their tests. Where those leave something open, the note says so. An
event is `other`, with the provider's word in `code`, unless its provider is one of those that are [understood](../guide/providers.md#who-is-understood-how-far).

| provider | algorithm | signature | signed | tolerance | answers | note |
|---|---|---|---|---|---|---|
";

/// # Errors
/// When the schemes cannot be read.
pub(super) fn page() -> anyhow::Result<String> {
    let schemes: BTreeMap<String, Table> = toml::from_str(declared::SCHEMES)?;
    let mut page = WORDS.to_owned();
    for (name, scheme) in &schemes {
        let provider = payhook_provider::by_name(name).with_context(|| format!("no provider is called {name}"))?;
        let word = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        let signed = word("signed").replace('|', "\\|");
        let signed = if signed.is_empty() { String::new() } else { format!("`{signed}`") };
        writeln!(
            page,
            "| `{name}` | {} | {} | {signed} | {} | {} | {} |",
            word("algorithm"),
            places(scheme),
            tolerance(scheme),
            answers(scheme),
            remarks(&provider.about())
        )?;
    }
    Ok(page)
}

fn places(scheme: &Table) -> String {
    let Some(part) = scheme.get("signature").and_then(Value::as_table) else { return "`Authorization`".to_owned() };
    let sources = match part.get("source") {
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        Some(one) => one.as_str().into_iter().collect::<Vec<_>>(),
        None => Vec::new(),
    };
    let shown = sources.iter().map(|source| format!("`{}`", source.trim_start_matches("header:")));
    let encoding = part.get("encoding").and_then(Value::as_str).unwrap_or("as text");
    format!("{}, {encoding}", shown.collect::<Vec<_>>().join(" or "))
}

fn tolerance(scheme: &Table) -> String {
    let Some(window) = scheme.get("tolerance").and_then(Value::as_table) else { return String::new() };
    let seconds = |side: &str| window.get(side).and_then(Value::as_integer);
    match (seconds("past"), seconds("future")) {
        (Some(past), Some(_)) => format!("{past} s both ways"),
        (Some(past), None) => format!("{past} s back"),
        (None, Some(future)) => format!("{future} s ahead"),
        (None, None) => String::new(),
    }
}

fn answers(scheme: &Table) -> String {
    let respond = scheme.get("respond").and_then(Value::as_table);
    let status = |key: &str, usual: i64| {
        respond.and_then(|respond| respond.get(key)).and_then(Value::as_integer).unwrap_or(usual)
    };
    format!("{}, {}", status("ok", 200), status("bad_signature", 401))
}

fn remarks(about: &About<'_>) -> String {
    let mut remarks = Vec::new();
    if about.needs_url {
        remarks.push("set `url`".to_owned());
    }
    if !about.parameters.is_empty() {
        remarks.push(format!("set `parameters`: {}", about.parameters.join(", ")));
    }
    if about.names_keys {
        remarks.push("name each key as the provider does".to_owned());
    }
    remarks.extend(about.note.map(str::to_owned));
    remarks.join("; ")
}
