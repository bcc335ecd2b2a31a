//! The webhooks, made through the provider's own APIs, as a merchant would make them.

use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use data_encoding::BASE64;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method};
use payhook_net::{Answer, Client, Outgoing};
use payhook_sandbox::Accounts;
use serde_json::{Value, json};
use url::Url;

use super::keys::Keys;
use crate::client::settings;

/// Longest wait for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// Largest answer that is read.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A merchant at the provider's APIs.
pub(super) struct Merchant<'m> {
    client: Client,
    base: &'m Url,
    accounts: &'m Accounts,
}

impl<'m> Merchant<'m> {
    pub(super) fn new(base: &'m Url, accounts: &'m Accounts) -> Self {
        Self { client: Client::new(settings(ANSWER_TIME_MAX, ANSWER_BYTES_MAX)), base, accounts }
    }

    /// Has the notifications of both sent to the gateway. Keys come to be known here.
    pub(super) async fn register(&self, keys: &mut Keys, gateway: &str) -> anyhow::Result<()> {
        self.at_adyen(keys, &format!("{gateway}/in/adyen")).await?;
        self.at_banked(keys, &format!("{gateway}/in/banked")).await
    }

    /// A webhook of the company, and its key; or the one there was, at a new address.
    async fn at_adyen(&self, keys: &mut Keys, url: &str) -> anyhow::Result<()> {
        let webhooks = format!("adyen/management/v3/companies/{}/webhooks", self.accounts.company);
        if !keys.adyen_webhook.is_empty() {
            let path = format!("{webhooks}/{}", keys.adyen_webhook);
            self.adyen(Method::PATCH, &path, &json!({ "url": url })).await?;
            return Ok(());
        }
        let made = self.adyen(Method::POST, &webhooks, &adyen_webhook(url)).await?;
        keys.adyen_webhook = word(&made, "id")?;
        let path = format!("{webhooks}/{}/generateHmac", keys.adyen_webhook);
        keys.adyen_key = word(&self.adyen(Method::POST, &path, &json!({})).await?, "hmacKey")?;
        Ok(())
    }

    /// Banked's webhooks cannot be changed: those of an earlier run go, with their address.
    async fn at_banked(&self, keys: &Keys, url: &str) -> anyhow::Result<()> {
        let listed = self.banked(Method::GET, "banked/v2/webhooks", None).await?;
        for id in listed.as_array().into_iter().flatten().filter_map(|webhook| webhook["id"].as_str()) {
            self.banked(Method::DELETE, &format!("banked/v2/webhooks/{id}"), None).await?;
        }
        let events = ["payment_initiated", "payment_pending", "payment_sent", "payment_failed"];
        let refunds = ["refund_pending", "refund_sent", "refund_failed"];
        let events = [events.as_slice(), refunds.as_slice()].concat();
        let body = json!({ "target_url": url, "signature_key": keys.banked_key, "events": events });
        self.banked(Method::POST, "banked/v2/webhooks", Some(&body)).await?;
        Ok(())
    }

    async fn adyen(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
        let name = HeaderName::from_static("x-api-key");
        self.ask(method, path, Some(body), (name, self.accounts.adyen_api_key.clone())).await
    }

    async fn banked(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let pair = format!("{}:{}", self.accounts.banked_api_key, self.accounts.banked_secret);
        self.ask(method, path, body, (AUTHORIZATION, format!("Basic {}", BASE64.encode(pair.as_bytes())))).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        (name, value): (HeaderName, String),
    ) -> anyhow::Result<Value> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(name, HeaderValue::try_from(value)?);
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let target = self.client.target(&self.base.join(path)?)?;
        let sent = target.send(Outgoing { method, headers, body, repeatable: false }).await;
        let answer =
            sent.and_then(Answer::whole).map_err(|failure| anyhow::anyhow!("the sandbox: {}", failure.error))?;
        let said = String::from_utf8_lossy(&answer.excerpt);
        ensure!(answer.status.is_success(), "the sandbox answered {} to {path}: {said}", answer.status);
        Ok(serde_json::from_slice(&answer.excerpt).unwrap_or_default())
    }
}

/// Everything that happens, with what the acquirer said of address and card code.
fn adyen_webhook(url: &str) -> Value {
    json!({
        "type": "standard",
        "url": url,
        "active": true,
        "communicationFormat": "json",
        "description": "payhook demo",
        "filterMerchantAccountType": "allAccounts",
        "filterMerchantAccounts": [],
        "encryptionProtocol": "HTTP",
        "additionalSettings": { "properties": { "addAcquirerResult": true, "addRawAcquirerResult": true } },
    })
}

fn word(answer: &Value, name: &str) -> anyhow::Result<String> {
    Ok(answer[name].as_str().with_context(|| format!("the sandbox's answer has no {name}"))?.to_owned())
}
