//! Public names: what users see in URLs, logs and payloads, and type back.
//!
//! An [`EventId`] is the digest of the event's identity, so it is the same after a repeat, a restore or on a second
//! node. The others number rows of one store and mean nothing outside it. Order never comes from any of them.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};
use std::sync::LazyLock;

use crate::identity::Digest;

/// RFC 4648 base32 in lower case without padding: double-click selects it whole, and no letter case is lost.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.encoding().expect("a constant alphabet of 32 distinct symbols")
});

/// A text that does not name anything of the wanted sort.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct NotAnId {
    expected: &'static str,
}

/// Declares the name of a digest: prefix, underscore, 26 characters.
macro_rules! digested {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Digest);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                BASE32.encode_display(self.0.as_bytes()).fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let wrong = NotAnId { expected: $expected };
                let digest = text.strip_prefix($prefix).ok_or_else(|| wrong.clone())?;
                let bytes = BASE32.decode(digest.as_bytes()).map_err(|_| wrong.clone())?;
                bytes.try_into().map(|bytes| Self(Digest::from_bytes(bytes))).map_err(|_| wrong)
            }
        }

        text_serde!($name);
    };
}

/// Declares a numbered row name: prefix, underscore, decimal number.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.strip_prefix($prefix)
                    .and_then(|number| number.parse().ok())
                    .map(Self)
                    .ok_or(NotAnId { expected: $expected })
            }
        }

        text_serde!($name);
    };
}

/// Shows and reads an id as its text wherever serde is asked.
macro_rules! text_serde {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

digested!(
    /// `evt_` and 26 characters: the event's identity, and the `webhook-id` of each of its deliveries.
    EventId, "evt_", "an event id (evt_ and 26 characters)"
);
digested!(
    /// `pay_` and 26 characters: provider, account, environment and the key a payment was first known by. When two
    /// turn out to be one, the older name stays and the other leads to it.
    PaymentId, "pay_", "a payment id (pay_ and 26 characters)"
);

digested!(
    /// `con_` and 26 characters: all that one copy of an event says. What comes again and says the same has the same.
    ContentId, "con_", "what an event says (con_ and 26 characters)"
);

numbered!(
    /// `ntf_` and a number: one stored notification.
    NotificationId, "ntf_", "a notification id (ntf_ and a number)"
);
numbered!(
    /// `qrn_` and a number: one entry of the quarantine.
    QuarantineId, "qrn_", "a quarantine id (qrn_ and a number)"
);
numbered!(
    /// The place of an event row in the store's order of commits. Revisions and conflicts of one event have rows,
    /// and so sequences, of their own.
    EventSeq, "seq_", "an event row (seq_ and a number)"
);

/// A source or destination by its number in the store's table of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u16);

/// `dlv_EVENT_DESTINATION_GENERATION`: one event owed to one destination; a replay or a manual retry makes a new
/// generation, and never touches the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    /// The event's row.
    pub event: EventSeq,
    /// The destination's number.
    pub destination: NameId,
    /// 1 for the first, counting up.
    pub generation: u32,
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dlv_{}_{}_{}", self.event.0, self.destination.0, self.generation)
    }
}

impl FromStr for DeliveryId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let read = || {
            let mut parts = text.strip_prefix("dlv_")?.split('_');
            let id = Self {
                event: EventSeq(parts.next()?.parse().ok()?),
                destination: NameId(parts.next()?.parse().ok()?),
                generation: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(id)
        };
        read().ok_or(NotAnId { expected: "a delivery id (dlv_ and three numbers)" })
    }
}

text_serde!(DeliveryId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_being_shown_and_typed_back() {
        let event = EventId(Digest::of([b"x".as_slice()]));
        assert_eq!(event.to_string().len(), 4 + 26);
        assert_eq!(event.to_string().parse(), Ok(event));
        let delivery = DeliveryId { event: EventSeq(17), destination: NameId(2), generation: 1 };
        assert_eq!(delivery.to_string(), "dlv_17_2_1");
        assert_eq!("dlv_17_2_1".parse(), Ok(delivery));
    }

    #[test]
    fn what_is_not_an_id_says_what_was_expected() {
        assert_eq!(
            "17".parse::<NotificationId>().expect_err("no prefix").to_string(),
            "not a notification id (ntf_ and a number)"
        );
        assert!("evt_zz".parse::<EventId>().is_err());
        assert!("dlv_1_2_3_4".parse::<DeliveryId>().is_err());
    }
}
