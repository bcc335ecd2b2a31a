//! How much a suite does: the short scale for every change, the long one for the night.

use std::fmt::Debug;
use std::str::FromStr;

/// The number a suite shall use: the variable `name` when set, else `long` when `PAYHOOK_TEST_SCALE=long`, else `short`.
///
/// # Panics
/// When the variable is set and is not such a number: a misspelt round count must not pass as a short run.
pub fn of<T>(name: &str, short: T, long: T) -> T
where
    T: FromStr,
    T::Err: Debug,
{
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|error| panic!("{name}={text:?} is not a number: {error:?}")),
        Err(_) if is_long() => long,
        Err(_) => short,
    }
}

/// Whether this is the long run.
#[must_use]
pub fn is_long() -> bool {
    std::env::var("PAYHOOK_TEST_SCALE").is_ok_and(|scale| scale == "long")
}
