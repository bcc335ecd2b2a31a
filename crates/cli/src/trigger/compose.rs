//! One notification: composed, signed, and with the faults asked for.

use anyhow::Context;
use payhook_domain::time::Timestamp;
use payhook_gateway::keyfile;
use payhook_provider::{Key, Policy, Provider, SignedRequest, Unsigned, sample};
use serde_json::{Value, json};
use url::Url;

use super::Faults;
use super::plan::Step;
use super::script::Script;
use crate::complaint::Complaint;
use crate::output;
use crate::table::printable;

/// Makes the notifications of a plan.
pub(super) struct Composer<'t> {
    pub(super) provider: &'static dyn Provider,
    pub(super) key: Key,
    pub(super) policy: &'t Policy,
    /// The merchant account it is about, unless `set` names another.
    pub(super) account: Option<&'t str>,
    pub(super) script: Script<'t>,
    /// The moment that signatures are made at.
    pub(super) at: Timestamp,
    pub(super) set: &'t [(String, String)],
    pub(super) form: bool,
    pub(super) soap: bool,
    pub(super) faults: &'t Faults,
}

impl Composer<'_> {
    /// What one step is called, and its request.
    pub(super) fn request(&self, step: Step) -> anyhow::Result<(String, SignedRequest)> {
        let (event, value) = self.script.line(self.provider, step)?;
        let unsigned = self.unsigned(&event, value)?;
        let key = if self.faults.bad_signature { &self.strange_key()? } else { &self.key };
        let signed = self.provider.sign(unsigned, key, self.policy, self.at);
        let mut request = signed.with_context(|| format!("{} cannot be signed with this key", self.provider.name()))?;
        if self.faults.truncate {
            request.body.truncate(request.body.len() / 2);
        }
        Ok((event, request))
    }

    fn unsigned(&self, event: &str, mut value: Value) -> anyhow::Result<Unsigned> {
        let name = self.provider.name();
        if let Some(account) = self.account {
            sample::move_to(&mut value, account);
        }
        for (field, text) in self.set {
            let hint = format!("`payhook trigger {name} {event} --print` shows the fields");
            let set = sample::set(&mut value, field, text);
            let is_new = set.map_err(|mistake| Complaint::usage(mistake.to_string(), hint.clone()))?;
            // Of additional data a notification has what its merchant asked for.
            if is_new && !field.starts_with("additionalData.") {
                output::note(&format!("note: `{}` is new in {event}; {hint} it has", printable(field)));
            }
        }
        let (what, write): (_, fn(&Value) -> Option<Unsigned>) = match (self.form, self.soap) {
            (true, _) => ("a form", sample::unsigned_form),
            (_, true) => ("SOAP", sample::unsigned_soap),
            _ => return Ok(sample::unsigned(name, &value)),
        };
        let hint = format!("only Adyen's standard webhooks can be sent as {what}");
        let written = (name == "adyen").then(|| write(&value)).flatten();
        Ok(written.ok_or_else(|| Complaint::usage(format!("`{event}` cannot be {what}"), hint))?)
    }

    /// A key of the right shape that nobody knows.
    fn strange_key(&self) -> anyhow::Result<Key> {
        let random = keyfile::random().context("the operating system gave no random bytes")?;
        let text = self.provider.key_text(&random).context("no key can be made for this provider")?;
        self.provider.key("strange", &text).context("a generated key is a key")
    }
}

/// Shows a request as it would be sent.
pub(super) fn print(request: &SignedRequest, to: &Url, as_json: bool) {
    let body = String::from_utf8_lossy(&request.body);
    let headers =
        request.headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    if as_json {
        let headers: Vec<_> = headers.map(|(name, value)| json!([name, value])).collect();
        output::line(&json!({ "url": to, "headers": headers, "body": body }).to_string());
        return;
    }
    output::line(&format!("POST {to}"));
    headers.for_each(|(name, value)| output::line(&format!("{name}: {}", printable(&value))));
    output::line(&format!("\n{}\n", printable(&body)));
}
