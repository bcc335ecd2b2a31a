//! Segments: what events are found by, put away packed, 2,048 of them at a time.
//!
//! An index row per identity and per reference would be most of what a recording writes. Until a segment is full its
//! events are found by looking through their rows; then what they are found by is written once: their identities side by
//! side ([`identities`]), their references as hashes in drawers ([`words`]). [`open`] is the segment that is being filled.
//! Identities are found faster through [`super::runs`].

pub(in crate::sqlite) mod identities;
mod open;
pub(in crate::sqlite) mod words;

pub(in crate::sqlite) use identities::first_open_row;
pub(in crate::sqlite) use open::Segments;

/// Events per segment, as a shift.
const SHIFT: u32 = 11;

/// The segment of an event's row.
pub(in crate::sqlite) const fn of(seq: i64) -> i64 {
    seq >> SHIFT
}

/// The first row of a segment.
pub(in crate::sqlite) const fn start(segment: i64) -> i64 {
    segment << SHIFT
}
