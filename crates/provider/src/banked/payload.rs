//! v2 bodies and v3 envelopes, reduced to one shape.
//!
//! v2 is flat: the resource's fields with `webhook_event` beside them. v3 wraps the resource: `{id, type, version,
//! data}`. Several of Banked's own pages misspell `webhook_type` as `webook_type`; neither decides anything here.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::codes;
use crate::json;
use crate::scalar::Scalar;

/// What a body says, whichever version wrote it.
#[derive(Debug, Default)]
pub(super) struct Payload<'r> {
    /// The event's name.
    pub(super) event: String,
    /// The envelope's own id: v3 has one, v2 none.
    pub(super) event_id: Option<String>,
    /// The resource the event is about.
    pub(super) resource: Resource<'r>,
}

/// The fields of a resource that are read: payment session, payin, refund, payout, mandate, batch.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Resource<'r> {
    #[serde(borrow)]
    pub(super) id: Scalar<'r>,
    #[serde(borrow)]
    pub(super) amount: Scalar<'r>,
    #[serde(borrow)]
    pub(super) currency: Scalar<'r>,
    #[serde(borrow)]
    pub(super) created_at: Scalar<'r>,
    #[serde(borrow)]
    pub(super) sent_at: Scalar<'r>,
    #[serde(borrow)]
    pub(super) live: Scalar<'r>,
    #[serde(borrow)]
    pub(super) mode: Scalar<'r>,
    #[serde(borrow)]
    pub(super) reference: Scalar<'r>,
    #[serde(borrow)]
    pub(super) external_reference: Scalar<'r>,
    #[serde(borrow)]
    pub(super) payment_session_id: Scalar<'r>,
    #[serde(borrow)]
    original_payin_information: Option<&'r RawValue>,
    #[serde(borrow)]
    state: Scalar<'r>,
}

impl Resource<'_> {
    /// The payment a refund gives back.
    pub(super) fn refunded_payment(&self) -> Option<String> {
        let payin = || {
            let payin: Payin<'_> = json::object(self.original_payin_information?.get())?;
            payin.id.filled().map(str::to_owned)
        };
        self.payment_session_id.filled().map(str::to_owned).or_else(payin)
    }
}

/// Why a body is no event.
pub(super) const NOT_AN_OBJECT: &str = "the body is not a JSON object, or a field of it stands twice";
/// Why a body is no event.
const NO_EVENT: &str = "the body has neither webhook_event nor type, and its state is none of those webhooks report";

/// Reads a body of either version.
pub(super) fn read(body: &[u8]) -> Result<Payload<'_>, &'static str> {
    let envelope: Envelope<'_> = json::object_in(body).ok_or(NOT_AN_OBJECT)?;
    if let (Some(event), Some(data)) = (envelope.event_type.filled(), envelope.data) {
        let resource = json::object(data.get()).ok_or(NOT_AN_OBJECT)?;
        return Ok(Payload { event: event.to_owned(), event_id: envelope.id.filled().map(str::to_owned), resource });
    }
    let resource: Resource<'_> = json::object_in(body).ok_or(NOT_AN_OBJECT)?;
    let named = envelope.webhook_event.filled();
    let event = named.or_else(|| codes::of_state(resource.state.text()?)).ok_or(NO_EVENT)?;
    Ok(Payload { event: event.to_owned(), event_id: None, resource })
}

/// The fields that tell the versions apart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope<'r> {
    #[serde(borrow)]
    id: Scalar<'r>,
    #[serde(borrow, rename = "type")]
    event_type: Scalar<'r>,
    #[serde(borrow)]
    data: Option<&'r RawValue>,
    #[serde(borrow)]
    webhook_event: Scalar<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payin<'r> {
    #[serde(borrow)]
    id: Scalar<'r>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_what_the_body_names_and_never_its_state() {
        for (body, event) in [
            (r#"{"id":"s","state":"awaiting_payer","webhook_event":"payment_sent"}"#, Ok("payment_sent")),
            (r#"{"id":"s","state":"sent","webook_type":"payment_session"}"#, Ok("payment_sent")),
            (r#"{"id":"e","type":"active","version":"v3","data_version":1,"data":{"id":"m"}}"#, Ok("active")),
            (r#"{"id":"e","type":"refund_sent","data":{}}"#, Ok("refund_sent")),
            (r#"{"id":"s","state":"awaiting_payer"}"#, Err(NO_EVENT)),
            (r#"{}"#, Err(NO_EVENT)),
            (r#"[]"#, Err(NOT_AN_OBJECT)),
            (r#"{"id":"a","id":"b","webhook_event":"payment_sent"}"#, Err(NOT_AN_OBJECT)),
            (r#"{"id":"e","type":"active","data":[]}"#, Err(NOT_AN_OBJECT)),
            ("payment_sent", Err(NOT_AN_OBJECT)),
        ] {
            assert_eq!(read(body.as_bytes()).map(|payload| payload.event).as_deref(), event.as_deref(), "{body}");
        }
    }

    #[test]
    fn a_refund_names_its_payment_in_either_version() {
        for body in [
            r#"{"webhook_event":"refund_sent","payment_session_id":"s"}"#,
            r#"{"type":"refund_sent","data":{"original_payin_information":{"amount":1,"id":"s"}}}"#,
        ] {
            let payload = read(body.as_bytes()).expect("readable");
            assert_eq!(payload.resource.refunded_payment().as_deref(), Some("s"), "{body}");
        }
    }
}
