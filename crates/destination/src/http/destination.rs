//! One endpoint, and a parcel sent to it.

use std::time::Duration;

use http::Method;
use ipnet::IpNet;
use payhook_domain::delivery::{Attempt, Outcome, Timings};
use payhook_net::{Answer, Client, ClientLimits, ClientSettings, Failure, Guard, Outgoing, Refused, Target, Trust};
use url::Url;

use super::{ending, headers};
use crate::standard_webhooks::Secret;
use crate::{BoxFuture, Destination, Parcel, Report};

/// What makes an HTTP destination.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Where parcels go.
    pub url: Url,
    /// What they are signed with; without one they go unsigned, which only the operator can decide.
    pub secret: Option<Secret>,
    /// How long one try may take, from look-up to the answer's last byte.
    pub timeout: Duration,
    /// Ranges allowed beside public addresses.
    pub allow: Vec<IpNet>,
    /// Idle connections kept: as many as there are tries at a time.
    pub connections_idle_max: usize,
    /// Whom it trusts over TLS.
    pub trust: Trust,
}

/// Why a destination cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// Its URL.
    #[error(transparent)]
    Url(#[from] Refused),
    /// Its timeout.
    #[error("the timeout must be more than zero and at most {} s", HttpSettings::TIMEOUT_MAX.as_secs())]
    Timeout,
}

impl HttpSettings {
    /// Longest timeout accepted: a try that may take longer holds a place others wait for.
    pub const TIMEOUT_MAX: Duration = Duration::from_secs(300);
}

/// An HTTP endpoint.
///
/// 2xx is delivered, 410 rejected, all else failed: 3xx too, since a redirect followed is a signed payment event sent to
/// an address nobody configured. `Retry-After` of 429 and 503 is passed on.
#[derive(Clone, Debug)]
pub struct HttpDestination {
    target: Target,
    secret: Option<Secret>,
}

impl HttpDestination {
    /// Longest wait for a connection, the handshake included; a shorter timeout shortens it.
    const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);

    /// A destination, checked as far as can be without calling it.
    ///
    /// # Errors
    /// A URL that may not be called, or a timeout out of bounds.
    pub fn new(settings: HttpSettings) -> Result<Self, Mistake> {
        if settings.timeout.is_zero() || settings.timeout > HttpSettings::TIMEOUT_MAX {
            return Err(Mistake::Timeout);
        }
        let limits = ClientLimits {
            connect_time_max: settings.timeout.min(Self::CONNECT_TIME_MAX),
            time_max: settings.timeout,
            answer_bytes_max: Attempt::EXCERPT_MAX,
            idle_connections_max: settings.connections_idle_max,
            ..ClientLimits::default()
        };
        let guard = Guard::new(settings.allow);
        let client = Client::new(ClientSettings { guard, trust: settings.trust, limits, ..ClientSettings::default() });
        Ok(Self { target: client.target(&settings.url)?, secret: settings.secret })
    }

    async fn send(&self, parcel: &Parcel) -> Report {
        let outgoing = Outgoing {
            method: Method::POST,
            headers: headers::for_parcel(parcel, self.secret.as_ref()),
            body: parcel.body.clone(),
            // The receiver knows it again by `webhook-id`, as it must for any retry.
            repeatable: true,
        };
        match self.target.send(outgoing).await {
            Ok(answer) => answered(&answer, parcel),
            Err(failure) => unanswered(&failure),
        }
    }
}

impl Destination for HttpDestination {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Report> {
        Box::pin(self.send(parcel))
    }
}

fn answered(answer: &Answer, parcel: &Parcel) -> Report {
    let outcome = ending::outcome(answer.status, &answer.headers, parcel.sent_at);
    Report {
        error: (outcome != Outcome::Delivered).then(|| format!("the destination answered {}", answer.status)),
        outcome,
        status: Some(answer.status.as_u16()),
        excerpt: ending::excerpt(&answer.excerpt),
        timings: timings(answer.timings),
    }
}

fn unanswered(failure: &Failure) -> Report {
    Report {
        outcome: Outcome::Failed { retry_after: None },
        status: None,
        error: Some(failure.to_string()),
        excerpt: None,
        timings: timings(failure.timings),
    }
}

fn timings(timings: payhook_net::Timings) -> Timings {
    let payhook_net::Timings { dns, connect, tls, first_byte } = timings;
    Timings { dns, connect, tls, first_byte }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, timeout: Duration) -> HttpSettings {
        let url = url.parse().expect("a URL");
        let trust = Trust::system();
        HttpSettings { url, secret: None, timeout, allow: Vec::new(), connections_idle_max: 1, trust }
    }

    #[test]
    fn a_destination_that_could_never_work_is_a_mistake_at_once() {
        const SECOND: Duration = Duration::from_secs(1);
        let private = HttpDestination::new(settings("http://10.0.0.5/hook", SECOND)).expect_err("private");
        assert_eq!(private.to_string(), "10.0.0.5 is not a public address and not in an allowed range");
        assert!(matches!(HttpDestination::new(settings("ftp://example.com/", SECOND)), Err(Mistake::Url(_))));
        for timeout in [Duration::ZERO, Duration::MAX] {
            assert_eq!(HttpDestination::new(settings("https://example.com/", timeout)).err(), Some(Mistake::Timeout));
        }
    }
}
