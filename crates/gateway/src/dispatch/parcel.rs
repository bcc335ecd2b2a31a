//! Wraps an event for the road: payhook's payload, or the provider's own bytes and headers.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_destination::Parcel;
use payhook_domain::notification::{PRESENT, header_lines};
use payhook_domain::time::Timestamp;
use payhook_store::{Leased, NameKind};

use crate::config::Format;
use crate::gateway::Gateway;
use crate::payload;

/// The parcel of one try.
pub(crate) fn wrap(gateway: &Gateway, format: Format, leased: &Leased, sent_at: Timestamp) -> Parcel {
    let (headers, body) = match format {
        Format::Payhook => {
            let source = gateway.names.name(NameKind::Source, leased.event.source);
            let provider = gateway.names.name(NameKind::Provider, leased.event.provider);
            (json_headers(), payload::render(&leased.event, &leased.missed, &leased.body, &source, &provider))
        }
        Format::Original => {
            let mut headers = headers_as_kept(&leased.headers);
            if let Some(source) = gateway.plan.load().source(leased.event.source) {
                source.settings.provider.put_back(&mut headers, &source.settings.keys);
            }
            (without_credentials(headers), leased.body.clone())
        }
    };
    Parcel {
        event: leased.event.event.id,
        delivery: leased.id,
        attempt: leased.attempt,
        replay: leased.id.generation > 1,
        test: false,
        sent_at,
        headers,
        body,
    }
}

fn json_headers() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}

/// The provider's headers as kept.
fn headers_as_kept(block: &[u8]) -> HeaderMap {
    header_lines(block)
        .filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(value).ok()?)))
        .collect()
}

/// Without those of which nothing but the presence was kept.
fn without_credentials(mut headers: HeaderMap) -> HeaderMap {
    let hidden: Vec<HeaderName> =
        headers.iter().filter(|(_, value)| *value == PRESENT).map(|(name, _)| name.clone()).collect();
    for name in hidden {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_providers_headers_travel_without_credentials() {
        let kept = b"content-type: application/json\r\ncookie: [present]\r\nhmacsignature: x\r\nvia: a\r\nvia: b\r\n";
        let headers = without_credentials(headers_as_kept(kept));
        assert_eq!(headers.len(), 4);
        assert_eq!(headers.get_all("via").iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers["hmacsignature"], "x");
    }
}
