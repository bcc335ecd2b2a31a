//! Small values that must survive a restart and are no events: a breaker's state, a pause, a replay under way.

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memo {
    /// Its name, `breaker/shop`: what it is, a slash, of what. At most [`Memo::NAME_MAX`] bytes.
    pub name: String,
    /// The value, at most [`Memo::VALUE_MAX`] bytes; absent to forget it.
    pub value: Option<Vec<u8>>,
}

impl Memo {
    /// Longest name, in bytes.
    pub const NAME_MAX: usize = 256;
    /// Longest value, in bytes.
    pub const VALUE_MAX: usize = 64 << 10;
}
