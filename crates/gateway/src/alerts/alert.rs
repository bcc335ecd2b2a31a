//! One alert: what happened, of what, and what to do.

use std::time::Duration;

use bytes::Bytes;
use payhook_domain::event::{Event, Original};
use payhook_domain::id::EventId;
use payhook_domain::identity::Digest;
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;
use serde::Serialize;

/// What there is to tell.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Alert {
    /// An `alert.*` kind.
    #[serde(serialize_with = "word")]
    pub(crate) alert: Kind,
    /// What tells it from others of its kind: the same again is the same alert, and told once.
    #[serde(skip)]
    pub(crate) about: String,
    /// The source it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// The destination it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<String>,
    /// The event it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<EventId>,
    /// What happened, and what to do.
    pub(crate) message: String,
}

/// An hour and a day: what is raised again and again is told once in each.
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The number of the stretch of this length that `now` is in: part of what an alert is about that is told once in each.
pub(crate) fn stretch(now: Timestamp, length: Duration) -> i64 {
    now.as_seconds().div_euclid(i64::try_from(length.as_secs()).unwrap_or(i64::MAX).max(1))
}

impl Alert {
    /// An alert of this kind, of which there is one for each `about`.
    pub(crate) fn new(alert: Kind, about: impl Into<String>, message: impl Into<String>) -> Self {
        let (about, message) = (about.into(), message.into());
        Self { alert, about, source: None, destination: None, event: None, message }
    }

    /// The word of logs and metrics: the kind without `alert.`.
    pub(super) fn word(&self) -> &'static str {
        let word = self.alert.as_str();
        word.strip_prefix("alert.").unwrap_or(word)
    }

    /// The same for every time it is told.
    pub(super) fn id(&self) -> EventId {
        EventId(Digest::of([b"payhook".as_slice(), self.alert.as_str().as_bytes(), self.about.as_bytes()]))
    }

    /// Its event, and the body the event stands in.
    pub(super) fn event(&self) -> (Event, Bytes) {
        let body = serde_json::to_vec(self).expect("invariant: texts only");
        // However it is worded when it is told again, it is the same alert.
        let (id, code) = (self.id(), self.alert.as_str().to_owned());
        let event = Event::bare(id, id.0, self.alert, code, Original::Slice(0..body.len()));
        (event, body.into())
    }
}

fn word<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_alert_told_again_is_the_same_event_whatever_its_words() {
        let told = |about: &str, message: &str| Alert::new(Kind::AlertConflict, about, message).event();
        let ((one, body), (again, _), (other, _)) = (told("evt_1", "a"), told("evt_1", "b"), told("evt_2", "a"));
        assert_eq!((one.id, one.content), (again.id, again.content));
        assert_ne!(one.id, other.id);
        assert_eq!(body, r#"{"alert":"alert.conflict","message":"a"}"#);
    }
}
