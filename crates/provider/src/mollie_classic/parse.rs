//! What a hint says: of what something has changed.

use payhook_domain::event::Event;
use payhook_domain::id::EventId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::kind::Kind;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;

use super::{NAME, codes, verify};
use crate::original;

/// The event of a form received at this moment. The moment tells it from the last one about the same id: were it absorbed
/// as a repeat, nobody would ask for the status that changed since.
pub(super) fn event(body: &[u8], at: Timestamp, environment: Environment) -> Event {
    let id = verify::id(body).unwrap_or_default();
    let scope = Scope { provider: NAME, account: "", environment };
    let identity = scope.identity(&["hint", &id, &at.as_micros().to_string()]);
    let code = codes::of(&id).unwrap_or("other");
    let mut event =
        Event::bare(EventId(identity), Digest::of([body]), Kind::Other, code.to_owned(), original::of_body(body));
    event.proof = Proof::Unsigned;
    event.provider_reference = Some(id.clone());
    event.payment = Some(id);
    event
}
