//! Where notifications go, and the key they are signed with: what was typed, or the local gateway's source.

use payhook_gateway::config::{self, Resolved, Source};
use payhook_provider::{Key, Policy, Provider};
use url::Url;

use super::Trigger;
use crate::complaint::Complaint;
use crate::settings::reachable;

/// Target and key.
pub(super) struct Aim {
    pub(super) to: Url,
    pub(super) key: Key,
    pub(super) policy: Policy,
    /// The merchant account that the source is for, where it takes no others.
    pub(super) account: Option<String>,
}

/// Takes aim. The configuration is read only for what was not typed; with `--print` an address need not exist.
pub(super) fn take(trigger: &Trigger, provider: &'static dyn Provider) -> anyhow::Result<Aim> {
    let typed_key = trigger.key.as_deref().map(|text| typed_key(provider, text)).transpose()?;
    let typed_to = trigger.to.clone().map(|to| with_path(to, provider.name()));
    match (typed_to, typed_key) {
        (Some(to), Some(key)) => Ok(Aim { policy: signed_url(&to), to, key, account: None }),
        (None, Some(key)) if trigger.print => {
            let to = nowhere(provider.name());
            Ok(Aim { policy: signed_url(&to), to, key, account: None })
        }
        (to, key) => {
            let config = trigger.config.load_quietly()?.config;
            let source = source(&config, provider.name(), trigger.source.as_deref())?;
            let to = match to {
                Some(to) => to,
                None => local(&config, source)?,
            };
            let key = match key {
                Some(key) => key,
                None => current_key(source)?,
            };
            Ok(Aim { to, key, policy: source.policy.clone(), account: source.merchant_accounts.first().cloned() })
        }
    }
}

/// The text of the key that would sign: what was typed, or what the configuration gives the local gateway's source.
pub(super) fn secret(trigger: &Trigger, provider: &'static dyn Provider) -> anyhow::Result<String> {
    if let Some(text) = &trigger.key {
        typed_key(provider, text)?;
        return Ok(text.clone());
    }
    let (name, source) = (provider.name(), trigger.source.as_deref());
    let written = config::signing_secret(trigger.config.options(), name, source).map_err(Complaint::from)?;
    let missing = || no_source(name, source, "add a [[source]] with a key that is not retired, or give --key");
    Ok(written.ok_or_else(missing)?.expose().to_owned())
}

/// Without a source, what is signed is where it goes to.
fn signed_url(to: &Url) -> Policy {
    Policy { url: Some(to.to_string()), ..Policy::default() }
}

fn typed_key(provider: &dyn Provider, text: &str) -> Result<Key, Complaint> {
    let mistaken =
        |mistake: payhook_provider::KeyMistake| Complaint::usage(format!("--key {}", mistake.problem), mistake.hint);
    provider.key("--key", text).map_err(mistaken)
}

/// An address without a path means the gateway there.
fn with_path(mut to: Url, provider: &str) -> Url {
    if to.path() == "/" {
        to.set_path(&format!("/in/{provider}"));
    }
    to
}

fn nowhere(provider: &str) -> Url {
    Url::parse(&format!("http://127.0.0.1:8080/in/{provider}")).expect("a constant address and a plain name")
}

fn source<'c>(config: &'c Resolved, provider: &str, name: Option<&str>) -> Result<&'c Source, Complaint> {
    let mut of_provider = config.sources.iter().filter(|source| source.provider.name() == provider);
    let found = match name {
        Some(name) => of_provider.find(|source| source.name == name),
        None => of_provider.next(),
    };
    found.ok_or_else(|| no_source(provider, name, "add a [[source]], or give --to and --key"))
}

fn no_source(provider: &str, name: Option<&str>, hint: &str) -> Complaint {
    let what = match name {
        Some(name) => format!("the configuration has no source `{name}` of {provider}"),
        None => format!("the configuration has no source of {provider}"),
    };
    Complaint::failed(what, hint)
}

/// The listener's own address, for a gateway on this machine.
fn local(config: &Resolved, source: &Source) -> Result<Url, Complaint> {
    if config.server.public.port() == 0 {
        let hint = "the gateway's `ready` line tells the port; give --to";
        return Err(Complaint::failed("`public` of [server] leaves the port to the system", hint));
    }
    let scheme = if config.server.tls.is_some() { "https" } else { "http" };
    let address = reachable(config.server.public);
    let path = source.paths.first().map_or("/", String::as_str);
    Url::parse(&format!("{scheme}://{address}{path}"))
        .map_err(|_| Complaint::failed(format!("{address}{path} is no address"), "give one with --to"))
}

fn current_key(source: &Source) -> Result<Key, Complaint> {
    let key = source.keys.iter().find(|key| !key.retired).cloned();
    key.ok_or_else(|| {
        let (name, provider) = (&source.name, source.provider.name());
        if !source.provider.about().takes_keys {
            let hint = "docs/guide/providers.md shows what it sends; send it with curl";
            return Complaint::failed(format!("{provider} signs nothing, so that there is nothing to compose"), hint);
        }
        Complaint::failed(format!("`{name}` has no key of its own that is not retired"), "give one with --key")
    })
}
