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
        Format::Original => (original_headers(&leased.headers), leased.body.clone()),
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

/// The provider's headers as kept, without those that carried credentials.
fn original_headers(block: &[u8]) -> HeaderMap {
    header_lines(block)
        .filter(|(_, value)| *value != PRESENT.as_bytes())
        .filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(value).ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_providers_headers_travel_without_credentials() {
        let headers = original_headers(b"content-type: application/json\r\ncookie: [present]\r\nhmacsignature: x\r\n");
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["hmacsignature"], "x");
    }
}
