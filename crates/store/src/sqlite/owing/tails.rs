//! Tails: the last delivery of a payment to each destination, as the payment's row keeps them.

use payhook_domain::id::{DeliveryId, NameId};

use super::owe::delivery;

/// Bytes of one tail: destination, event row, generation.
const LEN: usize = 2 + 8 + 4;

/// The last deliveries of one payment's lanes. As a rule one per destination; more after two payments became one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sqlite) struct Tails(Vec<DeliveryId>);

impl Tails {
    pub(in crate::sqlite) fn read(bytes: &[u8]) -> Self {
        let tail = |tail: &[u8]| {
            let destination = NameId(u16::from_le_bytes(tail[..2].try_into().ok()?));
            let event = i64::from_le_bytes(tail[2..10].try_into().ok()?);
            Some(delivery(event, destination, u32::from_le_bytes(tail[10..].try_into().ok()?)))
        };
        Self(bytes.chunks_exact(LEN).filter_map(tail).collect())
    }

    pub(in crate::sqlite) fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * LEN);
        for tail in &self.0 {
            bytes.extend_from_slice(&tail.destination.0.to_le_bytes());
            bytes.extend_from_slice(&tail.event.0.to_le_bytes());
            bytes.extend_from_slice(&tail.generation.to_le_bytes());
        }
        bytes
    }

    /// The lane's last deliveries to the destination.
    pub(in crate::sqlite) fn of(&self, destination: NameId) -> Vec<DeliveryId> {
        self.0.iter().copied().filter(|tail| tail.destination == destination).collect()
    }

    /// `last` is now the lane's one last delivery.
    pub(in crate::sqlite) fn end_with(&mut self, last: DeliveryId) {
        self.0.retain(|tail| tail.destination != last.destination);
        self.0.push(last);
    }

    /// `after` stands in the place of `before`, if that is a tail; whether it was.
    pub(in crate::sqlite) fn exchange(&mut self, before: DeliveryId, after: DeliveryId) -> bool {
        let place = self.0.iter_mut().find(|tail| **tail == before);
        place.map(|tail| *tail = after).is_some()
    }

    /// Takes over those of a payment that turned out to be this one.
    pub(in crate::sqlite) fn absorb(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_kept_per_destination_and_read_back() {
        let mut tails = Tails::default();
        tails.end_with(delivery(1, NameId(1), 1));
        tails.end_with(delivery(2, NameId(2), 1));
        tails.end_with(delivery(3, NameId(1), 2));
        let mut other = Tails::default();
        other.end_with(delivery(9, NameId(1), 1));
        tails.absorb(other);
        assert_eq!(Tails::read(&tails.write()), tails);
        assert_eq!(tails.of(NameId(1)), [delivery(3, NameId(1), 2), delivery(9, NameId(1), 1)]);
        assert!(tails.exchange(delivery(9, NameId(1), 1), delivery(9, NameId(1), 2)));
        tails.end_with(delivery(10, NameId(1), 1));
        assert_eq!(tails.of(NameId(1)), [delivery(10, NameId(1), 1)]);
        assert!(!tails.exchange(delivery(9, NameId(1), 2), delivery(9, NameId(1), 3)));
    }
}
