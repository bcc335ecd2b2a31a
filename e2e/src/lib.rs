//! End-to-end tests of the shipped binary stand in `tests/`, one promise a file. Nothing here but this sign.
