//! Sends a plan and tells the answers.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use http::Method;
use payhook_net::{Answer, Client, ClientError, Outgoing};
use payhook_provider::SignedRequest;
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};
use url::Url;

use super::compose::Composer;
use super::plan::Plan;
use crate::client::settings;
use crate::complaint::{Complaint, Exit};
use crate::output;
use crate::table::printable;

/// Longest wait for one answer; providers give up after ten seconds.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// Most bytes of an answer that are shown.
const ANSWER_BYTES_MAX: usize = 4_096;
/// Up to this many are told one by one, more only in sum.
const TOLD_MAX: usize = 20;

/// How to send.
pub(super) struct Manner {
    pub(super) to: Url,
    pub(super) rate: Option<u32>,
    pub(super) json: bool,
}

/// Sends all. Fails when one gets no answer, or a good one is refused.
pub(super) async fn all(plan: &Plan, composer: &Composer<'_>, manner: &Manner) -> anyhow::Result<ExitCode> {
    let client = Client::new(settings(ANSWER_TIME_MAX, ANSWER_BYTES_MAX));
    let hint = "write --to http://127.0.0.1:8080/in/adyen";
    let target = client.target(&manner.to).map_err(|refused| Complaint::usage(refused.to_string(), hint))?;
    let began = Instant::now();
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for (place, step) in plan.steps().enumerate() {
        pause(manner.rate, plan.faults.delay, began, place).await;
        let (event, request) = composer.request(step)?;
        let answer = target.send(outgoing(request)).await.map_err(|failure| unanswered(&manner.to, &failure, place))?;
        *statuses.entry(answer.status.as_u16()).or_default() += 1;
        if plan.total() <= TOLD_MAX || manner.json {
            tell(place, &event, &answer, manner.json);
        }
    }
    if plan.total() > TOLD_MAX && !manner.json {
        output::line(&sum(&statuses, began.elapsed()));
    }
    let refused = statuses.keys().any(|status| !(200..300).contains(status));
    Ok(if refused && !plan.faults.forged() { ExitCode::from(Exit::Failed as u8) } else { ExitCode::SUCCESS })
}

/// Waits for this one's turn.
async fn pause(rate: Option<u32>, delay: Option<Duration>, began: Instant, place: usize) {
    if let Some(delay) = delay {
        sleep(delay).await;
    }
    if let Some(rate) = rate {
        sleep_until(began + Duration::from_secs(1).mul_f64(place as f64 / f64::from(rate))).await;
    }
}

/// Providers send again what may have been lost; so may we.
fn outgoing(request: SignedRequest) -> Outgoing {
    Outgoing { method: Method::POST, headers: request.headers, body: request.body, repeatable: true }
}

fn tell(place: usize, event: &str, answer: &Answer, as_json: bool) {
    let (status, body) = (answer.status.as_u16(), String::from_utf8_lossy(&answer.excerpt));
    if as_json {
        let line = json!({ "number": place + 1, "event": event, "status": status, "body": body });
        output::line(&line.to_string());
    } else {
        output::line(&format!("{:>3}  {event}  {status}  {}", place + 1, printable(body.trim())));
    }
}

fn sum(statuses: &BTreeMap<u16, usize>, took: Duration) -> String {
    let total: usize = statuses.values().sum();
    let each: Vec<_> = statuses.iter().map(|(status, times)| format!("{times} × {status}")).collect();
    let rate = total as f64 / took.as_secs_f64().max(0.001);
    format!("sent {total} in {:.1} s ({rate:.0}/s): {}", took.as_secs_f64(), each.join(", "))
}

fn unanswered(to: &Url, failure: &payhook_net::Failure, answered: usize) -> Complaint {
    let before = if answered > 0 { format!(" after {answered} answers") } else { String::new() };
    let hint = match &failure.error {
        // Something listens: on this machine it is asked by its address, which is in no certificate of the internet.
        ClientError::Tls(_) => {
            "its certificate is not one for this address that this machine trusts: name the address in it with --to, and a file \
             that vouches for it with SSL_CERT_FILE"
        }
        _ => "is `payhook serve` running? --to names another address",
    };
    Complaint::failed(format!("{to} gave no answer{before}: {failure}"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_is_no_gateway_that_does_not_run() {
        let to = Url::parse("https://127.0.0.1:8443/in/adyen").expect("an address");
        let hint = |error: ClientError| {
            let failure = payhook_net::Failure { error, timings: payhook_net::Timings::default() };
            unanswered(&to, &failure, 0).said[0].1.clone()
        };
        let other = || std::io::Error::other("NotValidForName");
        assert!(hint(ClientError::Tls(other())).contains("SSL_CERT_FILE"));
        assert!(hint(ClientError::Connect(other())).contains("payhook serve"));
    }
}
