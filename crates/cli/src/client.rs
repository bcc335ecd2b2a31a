//! A client of a running gateway's API.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use payhook_gateway::config::Secret;
use payhook_gateway::introduction::Challenge;
use payhook_net::{Answer, ClientError, ClientLimits, ClientSettings, Guard, Outgoing, Target};
use serde_json::Value;
use url::Url;

use crate::complaint::Complaint;
use crate::table::printable;

/// Longest one call may take: a bulk retry writes five hundred rows.
const CALL_TIME_MAX: Duration = Duration::from_secs(60);
/// Largest answer read: a page of five hundred events, or a notification of the largest size in base64.
const ANSWER_BYTES_MAX: usize = 128 << 20;

/// Asks one gateway, with its token.
pub(crate) struct Client {
    base: Url,
    bearer: HeaderValue,
    net: payhook_net::Client,
    /// The token, where nobody named the address: whatever listens there now must show that it has it, before it is sent.
    unshown: Option<Secret>,
}

/// Who answers at the address of a gateway.
#[derive(Debug)]
pub(crate) enum Answering {
    /// Nobody; or somebody who gives no answer, who may well hear a token.
    Nobody(ClientError),
    /// A gateway with the token that would be sent to it.
    Gateway,
    /// A gateway with another token, or something else.
    Other,
}

impl Client {
    /// A client of the gateway that a configuration says is at `base`.
    pub(crate) fn of_own(base: Url, token: &str) -> anyhow::Result<Self> {
        Ok(Self { unshown: Some(Secret::new(token)), ..Self::new(base, token)? })
    }

    /// A client of the gateway at `base`, which the user named.
    pub(crate) fn new(base: Url, token: &str) -> anyhow::Result<Self> {
        let hint = "use the text of payhook.db.token, beside the gateway's store";
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| Complaint::usage("the token holds characters that no token has", hint))?;
        bearer.set_sensitive(true);
        let net = payhook_net::Client::new(settings(CALL_TIME_MAX, ANSWER_BYTES_MAX));
        Ok(Self { base, bearer, net, unshown: None })
    }

    /// `GET`, with the query parameters that are there.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, Option<&str>)]) -> anyhow::Result<Value> {
        self.call(Method::GET, self.address(path, query), None).await
    }

    /// Who answers there, which is asked without a token.
    pub(crate) async fn answering(&self) -> anyhow::Result<Answering> {
        let challenge = Challenge::new();
        let target = self.target(&self.address("/healthz", &[("prove", Some(challenge.nonce()))]))?;
        let asked = Outgoing { method: Method::GET, headers: HeaderMap::new(), body: Bytes::new(), repeatable: true };
        let answer = match target.send(asked).await {
            Ok(answer) => answer,
            Err(failure) => return Ok(Answering::Nobody(failure.error)),
        };
        let said: Value = serde_json::from_slice(&answer.excerpt).unwrap_or_default();
        let is_met = |token: &Secret| challenge.is_met_by(said["proof"].as_str().unwrap_or_default(), token.expose());
        Ok(if self.unshown.as_ref().is_none_or(is_met) { Answering::Gateway } else { Answering::Other })
    }

    /// Whom the token would be sent to: it is for nobody but [`Answering::Gateway`]. An address that the user named is one.
    pub(crate) async fn addressee(&self) -> anyhow::Result<Answering> {
        if self.unshown.is_some() { self.answering().await } else { Ok(Answering::Gateway) }
    }

    /// That something else answers there.
    pub(crate) fn is_other(&self) -> Complaint {
        let at = self.base.as_str().trim_end_matches('/');
        Complaint::failed(
            format!("what answers at {at} is not the gateway with this token, so the token was not sent"),
            "another program may listen there (`ss -ltnp`), or a gateway of an older release, to be restarted, or another gateway: \
             name its address with --url and put its token into PAYHOOK_TOKEN",
        )
    }

    /// `POST`, with a body when there is one.
    pub(crate) async fn post(&self, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        self.call(Method::POST, self.address(path, &[]), body).await
    }

    /// `POST` without a body; why it was left as it is, where the present state stands against it or it is gone.
    pub(crate) async fn post_or_left(&self, path: &str) -> anyhow::Result<Result<Value, String>> {
        let answer = self.answer(Method::POST, self.address(path, &[]), None).await?;
        match answer.status {
            StatusCode::CONFLICT | StatusCode::NOT_FOUND => Ok(Err(refused(&answer))),
            _ => read(&answer, noun(path)).map(Ok),
        }
    }

    /// The full address of a path.
    pub(crate) fn address(&self, path: &str, query: &[(&str, Option<&str>)]) -> Url {
        // Behind a proxy the gateway may have a folder of its own.
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let given: Vec<_> = query.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
        if !given.is_empty() {
            url.query_pairs_mut().extend_pairs(given);
        }
        url
    }

    /// The value of the `Authorization` header.
    pub(crate) fn bearer(&self) -> &HeaderValue {
        &self.bearer
    }

    async fn call(&self, method: Method, url: Url, body: Option<&Value>) -> anyhow::Result<Value> {
        let of = noun(url.path());
        read(&self.answer(method, url, body).await?, of)
    }

    async fn answer(&self, method: Method, url: Url, body: Option<&Value>) -> anyhow::Result<Answer> {
        match self.addressee().await? {
            Answering::Gateway => {}
            Answering::Other => return Err(self.is_other().into()),
            Answering::Nobody(error) => return Err(unreachable(&self.base, &error).into()),
        }
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.bearer.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = body.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
        let target = self.target(&url)?;
        let repeatable = method == Method::GET;
        let sent = target.send(Outgoing { method, headers, body, repeatable }).await;
        Ok(sent.and_then(Answer::whole).map_err(|failure| unreachable(&self.base, &failure.error))?)
    }

    fn target(&self, url: &Url) -> Result<Target, Complaint> {
        self.net.target(url).map_err(|refused| Complaint::usage(refused.to_string(), "check --url"))
    }
}

/// A client for addresses the user typed: any address is allowed, private ones too.
pub(crate) fn settings(time_max: Duration, answer_bytes_max: usize) -> ClientSettings {
    let everywhere = ["0.0.0.0/0", "::/0"].map(|range| range.parse().expect("a constant range"));
    ClientSettings {
        guard: Guard::new(everywhere.to_vec()),
        limits: ClientLimits {
            time_max,
            answer_bytes_max,
            answer_read_max: answer_bytes_max,
            ..ClientLimits::default()
        },
        ..ClientSettings::default()
    }
}

/// What has an id in this path, where a command lists such things.
fn noun(path: &str) -> Option<&'static str> {
    const LISTED: [&str; 7] = ["events", "payments", "deliveries", "destinations", "quarantine", "aside", "conflicts"];
    let (_, rest) = path.split_once("/api/v1/")?;
    let (noun, _id) = rest.split_once('/')?;
    LISTED.into_iter().find(|listed| *listed == noun)
}

/// The JSON of a good answer; a complaint otherwise. `of`: what was asked for by its id.
fn read(answer: &Answer, of: Option<&'static str>) -> anyhow::Result<Value> {
    if answer.status.is_success() {
        let hint = "is this the admin address of a payhook gateway?";
        return Ok(
            serde_json::from_slice(&answer.excerpt).map_err(|_| Complaint::failed("the answer is not JSON", hint))?
        );
    }
    let what = refused(answer);
    // What the gateway cannot make sense of was typed here: scripts that try again what failed must not try that.
    let complaint = if answer.status == StatusCode::BAD_REQUEST { Complaint::usage } else { Complaint::failed };
    let is_unknown = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST);
    let hint = match of.filter(|_| is_unknown) {
        Some(noun) => format!("`payhook {noun} list` shows what there is"),
        None => hint_for(answer.status).to_owned(),
    };
    Err(complaint(what, hint).into())
}

/// What the gateway said instead of doing it.
fn refused(answer: &Answer) -> String {
    let said = serde_json::from_slice(&answer.excerpt).ok().as_ref().and_then(sentence);
    said.unwrap_or_else(|| format!("the gateway answered {}", answer.status))
}

/// The sentence of a refusal.
pub(crate) fn sentence(refusal: &Value) -> Option<String> {
    let said = refusal.pointer("/error/message")?.as_str()?;
    Some(printable(said).trim_end_matches('.').to_owned())
}

fn hint_for(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "put the text of payhook.db.token, beside the gateway's store, into PAYHOOK_TOKEN",
        StatusCode::NOT_FOUND => "`list` shows what there is",
        StatusCode::CONFLICT => "nothing was changed; `list` and `show` tell the present state",
        StatusCode::BAD_REQUEST => "`--help` shows what it takes",
        _ => "the gateway's log says more",
    }
}

/// Why nothing was heard.
pub(crate) fn unreachable(base: &Url, error: &ClientError) -> Complaint {
    let at = base.as_str().trim_end_matches('/');
    Complaint::failed(
        format!("no gateway answers at {at}: {error}"),
        "start one with `payhook serve`, or name its admin address with --url",
    )
}
