//! Indexes over digests that stay small and fast however many there are.
//!
//! [`runs`] follow behind what they index, each [`run`] sorted; [`filter`] keeps them from being asked of what is new. What events are
//! found by is packed into [`segments`].

pub(super) mod filter;
pub(super) mod run;
pub(super) mod runs;
pub(super) mod segments;
