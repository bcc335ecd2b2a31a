//! One try to get a key set: bounded in bytes and time, never redirected, and read before it counts.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use payhook_net::{Client, ClientLimits, ClientSettings, Failure, Outgoing, Refused, Target, Trust};
use payhook_provider::{KeySet, KeySetMistake};
use url::Url;

use super::address;

/// Longest a fetch may take: a notification waits for it, and its provider gives up after 10 s.
const FETCH_TIME_MAX: Duration = Duration::from_secs(5);

/// How long a set is used that says nothing of it, and the bounds of what it may say: not fetched for each notification, and a
/// withdrawn key not used for ever.
const AGE_USUAL: Duration = Duration::from_secs(60 * 60);
const AGE_MIN: Duration = Duration::from_secs(5 * 60);
const AGE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// A set, and how long it may be used.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) set: KeySet,
    pub(super) age: Duration,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotFetched {
    /// No answer.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// Another answer than 200; a redirect is one, too.
    #[error("it answered {0}")]
    Status(StatusCode),
    /// What came is no key set.
    #[error(transparent)]
    Mistake(#[from] KeySetMistake),
}

/// Makes an address ready to be asked.
pub(super) fn target(url: &Url, trust: &Trust) -> Result<Target, Refused> {
    let limits = ClientLimits {
        time_max: FETCH_TIME_MAX,
        connect_time_max: FETCH_TIME_MAX,
        answer_bytes_max: KeySet::LEN_MAX,
        answer_read_max: KeySet::LEN_MAX,
        // A set is fetched once an hour: no connection lives that long.
        idle_connections_max: 0,
        ..ClientLimits::default()
    };
    let settings =
        ClientSettings { guard: address::guard(url), trust: trust.clone(), limits, ..ClientSettings::default() };
    Client::new(settings).target(url)
}

/// Asks once.
pub(super) async fn fetch(target: &Target) -> Result<Fetched, NotFetched> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/jwk-set+json, application/json"));
    let asked = Outgoing { method: Method::GET, headers, body: Bytes::new(), repeatable: true };
    let answer = target.send(asked).await?.whole()?;
    if answer.status != StatusCode::OK {
        return Err(NotFetched::Status(answer.status));
    }
    if answer.cut {
        return Err(KeySetMistake::TooLong.into());
    }
    Ok(Fetched { set: KeySet::read(&answer.excerpt)?, age: age(&answer.headers) })
}

/// What `Cache-Control` allows, within the bounds.
fn age(headers: &HeaderMap) -> Duration {
    let said = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut age = AGE_USUAL;
    for word in said.flat_map(|value| value.split(',')).map(str::trim) {
        match word.split_once('=') {
            None if ["no-cache", "no-store"].iter().any(|never| word.eq_ignore_ascii_case(never)) => return AGE_MIN,
            Some((name, seconds)) if name.eq_ignore_ascii_case("max-age") => {
                age = seconds.trim_matches('"').parse().map_or(AGE_USUAL, Duration::from_secs);
            }
            _ => {}
        }
    }
    age.clamp(AGE_MIN, AGE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_used_as_long_as_it_says_within_the_bounds() {
        for (said, seconds) in [
            ("", 3_600),
            ("public", 3_600),
            ("public, max-age=7200", 7_200),
            ("Max-Age=\"900\"", 900),
            ("max-age=0", 300),
            ("max-age=1", 300),
            ("max-age=99999999999999999999", 3_600),
            ("max-age=31536000, immutable", 86_400),
            ("max-age=7200, no-cache", 300),
            ("no-store", 300),
        ] {
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(said))]);
            assert_eq!(age(&headers).as_secs(), seconds, "{said:?}");
        }
        assert_eq!(age(&HeaderMap::new()), AGE_USUAL);
    }
}
