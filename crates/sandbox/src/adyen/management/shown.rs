//! A webhook as it is answered: everything but its password and its keys.

use serde_json::{Map, Value, json};

use super::properties::PROPERTIES;
use super::scope::{Level, Scope};
use crate::adyen::webhook::{Webhook, check_value};
use crate::book::Act;

/// Where the API stands.
pub(super) const BASE: &str = "/adyen/management/v3";
/// The certificate that Adyen shows when it calls; a name, nothing more.
const CERTIFICATE: &str = "signed-test.adyen.com_2026";

/// A webhook, with links to what can be done with it.
pub(super) fn shown(act: &Act<'_>, scope: &Scope, webhook: &Webhook) -> Value {
    let mut shown = json!({
        "id": webhook.id,
        "type": webhook.kind,
        "url": webhook.url,
        "username": webhook.username.as_deref().unwrap_or_default(),
        "hasPassword": webhook.password.is_some(),
        "active": webhook.active,
        "hasError": webhook.has_error,
        "communicationFormat": webhook.communication_format,
        "acceptsExpiredCertificate": webhook.accepts_expired_certificate,
        "acceptsSelfSignedCertificate": webhook.accepts_self_signed_certificate,
        "acceptsUntrustedRootCertificate": webhook.accepts_untrusted_root_certificate,
        "certificateAlias": CERTIFICATE,
        "populateSoapActionHeader": webhook.populate_soap_action_header,
        "encryptionProtocol": webhook.encryption_protocol,
        "additionalSettings": settings(webhook),
        "_links": links(act, scope, &webhook.id),
    });
    let mut put = |name: &str, value: Option<Value>| value.map(|value| shown[name] = value);
    put("description", webhook.description.as_deref().map(Value::from));
    put("networkType", webhook.network_type.as_deref().map(Value::from));
    // That of the newest: it was generated last.
    let key = webhook.keys.last();
    put("hmacKeyCheckValue", key.and_then(|key| check_value(&key.hex)).map(Value::from));
    if scope.level == Level::Company {
        put("filterMerchantAccountType", Some(json!(webhook.filter_merchant_account_type)));
        put("filterMerchantAccounts", Some(json!(webhook.filter_merchant_accounts)));
    }
    shown
}

/// The path of an account's webhooks, or of one.
pub(super) fn path(scope: &Scope, webhook: Option<&str>) -> String {
    let one = webhook.map(|id| format!("/{id}")).unwrap_or_default();
    format!("{BASE}/{}/{}/webhooks{one}", scope.level.segment(), scope.account)
}

fn settings(webhook: &Webhook) -> Value {
    let properties: Map<_, _> = PROPERTIES.iter().map(|name| ((*name).to_owned(), webhook.sets(name).into())).collect();
    let mut settings = json!({ "properties": properties });
    if !webhook.include_event_codes.is_empty() {
        settings["includeEventCodes"] = json!(webhook.include_event_codes);
    }
    settings
}

fn links(act: &Act<'_>, scope: &Scope, id: &str) -> Value {
    let own = act.address(&path(scope, Some(id)));
    let account = act.address(&format!("{BASE}/{}/{}", scope.level.segment(), scope.account));
    let owner = if scope.level == Level::Company { "company" } else { "merchant" };
    json!({
        "self": { "href": own },
        "generateHmac": { "href": format!("{own}/generateHmac") },
        "testWebhook": { "href": format!("{own}/test") },
        owner: { "href": account },
    })
}
