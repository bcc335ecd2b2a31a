//! From an authentic form to an event.

use data_encoding::BASE64;
use payhook_domain::event::Event;
use payhook_domain::id::EventId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::kind::Kind;
use payhook_domain::money::{Amount, Currency};
use payhook_domain::verdict::Aside;

use super::NAME;
use super::verify::Form;
use crate::currency::decimals;
use crate::declared::event::{minor_units, occurred_at};
use crate::view::TEXT_MAX;
use crate::xml::Element;
use crate::{Parsed, original, xml};

/// What an authentic body says.
pub(super) fn parse(body: &[u8], environment: Environment) -> Parsed {
    let document = document(body);
    match document.as_deref().and_then(xml::read).filter(|root| root.name == "notification") {
        Some(root) => Parsed::Events(vec![event(&root, body, environment)]),
        None => {
            let event = bare(body, Aside::NotUnderstood.as_str(), environment);
            Parsed::NotUnderstood { event: Box::new(event), detail: "bt_payload is no notification in XML".to_owned() }
        }
    }
}

fn document(body: &[u8]) -> Option<String> {
    let payload = Form::read(body)?.payload.replace('\n', "");
    let text = String::from_utf8(BASE64.decode(payload.as_bytes()).ok()?).ok()?;
    Some(text.trim().to_owned())
}

/// Braintree numbers no notifications: what it says is what it is.
fn bare(body: &[u8], code: &str, environment: Environment) -> Event {
    let payload = Form::read(body).map(|form| form.payload.replace('\n', "")).unwrap_or_default();
    let content = Digest::of([payload.as_bytes()]);
    let scope = Scope { provider: NAME, account: "", environment };
    let id = EventId(scope.identity(&["payload", &format!("{content:?}")]));
    Event::bare(id, content, Kind::Other, code.to_owned(), original::of_body(body))
}

fn event(root: &Element<'_>, body: &[u8], environment: Environment) -> Event {
    let code = text(root, &["kind"]).unwrap_or_else(|| "event".to_owned());
    let mut event = bare(body, &code, environment);
    event.occurred_at = text(root, &["timestamp"]).map(occurred_at);
    let Some(subject) = child(root, "subject").and_then(|subject| subject.children.first()) else { return event };
    // A dispute is about a transaction, and names it.
    let transaction = if subject.name == "transaction" { Some(subject) } else { child(subject, "transaction") };
    event.provider_reference = text(subject, &["id"]);
    event.payment = transaction.and_then(|transaction| text(transaction, &["id"]));
    event.reference = transaction.and_then(|transaction| text(transaction, &["order_id"]));
    event.amount = amount(subject);
    let signed = [event.amount.map(|amount| amount.to_string()), event.reference.clone()];
    event.signed = Digest::of(signed.iter().map(|part| part.as_deref().unwrap_or_default().as_bytes()));
    event
}

fn amount(subject: &Element<'_>) -> Option<Amount> {
    let currency = Currency::parse(&text(subject, &["currency_iso_code"])?)?;
    let decimals = decimals(currency);
    Some(Amount { value: minor_units(&text(subject, &["amount"])?, decimals)?, currency, decimals })
}

fn text(element: &Element<'_>, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(element, |element, name| child(element, name))?;
    let text = found.text.trim();
    (!text.is_empty() && text.len() <= TEXT_MAX).then(|| text.to_owned())
}

/// Names come with dashes or underscores, by the version of the API.
fn child<'e, 'r>(element: &'e Element<'r>, name: &str) -> Option<&'e Element<'r>> {
    element.children.iter().find(|child| child.name.replace('-', "_") == name)
}
