//! One try: signed by the key that is good now, sent, and the answer taken down.

use bytes::Bytes;
use data_encoding::BASE64;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use payhook_domain::time::Timestamp;
use payhook_net::{Client, Outgoing};
use payhook_provider::{Policy, SignedRequest, Unsigned, by_name};
use tokio::time::Instant;
use url::Url;

use super::Endpoint;
use crate::book::{Attempt, Draft};

/// Who sends.
const AGENT: HeaderValue = HeaderValue::from_static("payhook-sandbox");

/// Sends a notification once, by a client of its endpoint's manner.
pub(crate) async fn make(client: Client, draft: &Draft, endpoint: &Endpoint, now: Timestamp) -> Attempt {
    let began = Instant::now();
    let request = match signed(draft, endpoint, now) {
        Ok(request) => request,
        Err(why) => return nothing_sent(now, why),
    };
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let (headers, body) = (headers.collect(), String::from_utf8_lossy(&request.body).into_owned());
    let (status, answer) = send(&client, &endpoint.url, request).await;
    let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Attempt { at: now.as_micros(), took, status, answer, headers, body }
}

fn nothing_sent(now: Timestamp, why: String) -> Attempt {
    let (headers, body) = (Vec::new(), String::new());
    Attempt { at: now.as_micros(), took: 0, status: None, answer: why, headers, body }
}

/// The status and the beginning of the answer, or why there was none.
async fn send(client: &Client, url: &str, request: SignedRequest) -> (Option<u16>, String) {
    let url = match Url::parse(url) {
        Ok(url) => url,
        Err(error) => return (None, format!("{url} is no URL: {error}")),
    };
    let target = match client.target(&url) {
        Ok(target) => target,
        Err(refused) => return (None, refused.to_string()),
    };
    let SignedRequest { headers, body, .. } = request;
    // Notifications come at least once: a kept connection that its peer has closed is no failure of the endpoint.
    match target.send(Outgoing { method: Method::POST, headers, body, repeatable: true }).await {
        Ok(answer) => (Some(answer.status.as_u16()), String::from_utf8_lossy(&answer.excerpt).into_owned()),
        Err(failure) => (None, failure.to_string()),
    }
}

/// Signed whole; a cut one loses its end on the way.
fn signed(draft: &Draft, endpoint: &Endpoint, now: Timestamp) -> Result<SignedRequest, String> {
    let mut request = signed_whole(draft, endpoint, now)?;
    if let Some(thousandths) = draft.content.fault.as_ref().and_then(|treatment| treatment.cut) {
        let left = request.body.len() * usize::from(thousandths) / 1_000;
        request.body.truncate(left.min(request.body.len().saturating_sub(1)));
    }
    Ok(request)
}

fn signed_whole(draft: &Draft, endpoint: &Endpoint, now: Timestamp) -> Result<SignedRequest, String> {
    let content = &draft.content;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, value(&content.media)?);
    headers.insert(USER_AGENT, AGENT);
    if let Some((user, password)) = &endpoint.basic {
        headers.insert(
            AUTHORIZATION,
            value(&format!("Basic {}", BASE64.encode(format!("{user}:{password}").as_bytes())))?,
        );
    }
    for (name, text) in &endpoint.headers {
        let name = HeaderName::try_from(name).map_err(|error| format!("{name} is no header name: {error}"))?;
        headers.insert(name, value(text)?);
    }
    let body = Bytes::from(content.body.clone());
    let Some(key) = &endpoint.key else {
        return Ok(SignedRequest { target: String::new(), headers, body });
    };
    let provider = by_name(&draft.provider).ok_or("no such provider")?;
    let key = provider.key("sandbox", key).map_err(|mistake| mistake.to_string())?;
    let unsigned = Unsigned { target: String::new(), headers, body };
    provider.sign(unsigned, &key, &Policy::default(), now).ok_or_else(|| "this key cannot sign".to_owned())
}

fn value(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::try_from(text).map_err(|error| format!("{text:?} is no header value: {error}"))
}
