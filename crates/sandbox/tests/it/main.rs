//! The sandbox as a merchant meets it: a real listener in front, a real endpoint behind, time turned by hand.

mod banked;
