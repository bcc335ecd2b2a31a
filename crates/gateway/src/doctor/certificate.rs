//! `certificate`: that of the public listener: whether this is its time, when that ends, and whether its files can take its
//! place.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use payhook_net::{Standing, Tls, Validity};

use super::finding::Finding;
use super::told::{DAY, span};
use crate::config::TlsFiles;

/// How long before its end it is told of. What renews by itself does so earlier; by hand it takes days. One that is for a few
/// days is told of in the last third of them: it would be told of all the time.
const NEAR: Duration = Duration::from_secs(14 * DAY);

/// Looks at the certificate of a configuration where no gateway serves it.
#[must_use]
pub fn look_at_certificate(files: &TlsFiles, now: Timestamp) -> Vec<Finding> {
    match Tls::from_files(&files.cert, &files.key) {
        Ok(tls) => judge(&tls.standing(), now),
        Err(error) => {
            let what = format!("the certificate cannot be served: {error}");
            vec![Finding::problem("certificate", what, error.hint()).about(files.cert.display().to_string())]
        }
    }
}

/// The rule.
pub(crate) fn judge(standing: &Standing, now: Timestamp) -> Vec<Finding> {
    let file = standing.certificate.display().to_string();
    let stuck = standing.in_vain.as_ref().map(|why| {
        let what = format!("the certificate in use is older than its files, which cannot be used: {why}");
        let hint = "see that the key is that of the first certificate, and that the gateway's user may read both; they are taken \
                    within seconds, without a restart";
        Finding::problem("certificate", what, hint)
    });
    let findings = stuck.into_iter().chain([in_time(&file, standing.validity, now)]);
    findings.map(|finding| finding.about(&file)).collect()
}

fn in_time(file: &str, validity: Option<Validity>, now: Timestamp) -> Finding {
    let Some(Validity { first, last }) = validity else {
        let what = format!("the certificate of {file} does not say readably how long it is valid");
        return Finding::warning("certificate", what, format!("look at it: openssl x509 -noout -dates -in {file}"));
    };
    let (first, last) = (Timestamp::from_seconds(first), Timestamp::from_seconds(last));
    let renew = "renew it, and put certificate and key in the place of the old ones: they are taken within seconds, without a \
                 restart";
    if last < now {
        let what = format!("the certificate of {file} was valid until {last}: providers refuse to connect");
        return Finding::problem("certificate", what, renew);
    }
    if now < first {
        let what =
            format!("the certificate of {file} is valid from {first} only: providers refuse to connect until then");
        let hint = "compare `date -u`; if the time is right, put one that is valid now in its place";
        return Finding::problem("certificate", what, hint);
    }
    let left = last.since(now);
    if left < NEAR.min(last.since(first) / 3) {
        let what = format!("the certificate of {file} is valid for {} more, until {last}", span(left));
        return Finding::warning("certificate", what, renew);
    }
    Finding::ok("certificate", format!("the certificate of {file} is valid until {last}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{self, Ok, Problem, Warning};

    const NOW: i64 = 1_900_000_000;

    fn told(first_day: i64, last_day: i64, in_vain: Option<&str>) -> Vec<Severity> {
        let [first, last] = [first_day, last_day].map(|day| NOW + day * 86_400);
        let validity = Some(Validity { first, last });
        let standing = Standing { certificate: "cert.pem".into(), validity, in_vain: in_vain.map(str::to_owned) };
        judge(&standing, Timestamp::from_seconds(NOW)).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn a_certificate_is_told_of_before_its_time_and_before_and_after_its_end() {
        assert_eq!(told(-70, 20, None), [Ok]);
        assert_eq!(told(-77, 13, None), [Warning]);
        assert_eq!(told(-91, -1, None), [Problem]);
        assert_eq!(told(1, 90, None), [Problem]);
        assert_eq!(told(-90, 0, None), [Warning], "its last second counts");
        assert_eq!(told(-3, 3, None), [Ok], "one of six days is renewed halfway");
        assert_eq!(told(-5, 1, None), [Warning]);
    }

    #[test]
    fn a_renewal_that_cannot_be_used_is_a_problem_before_the_old_one_ends() {
        assert_eq!(told(-60, 30, Some("cannot read key.pem: Permission denied")), [Problem, Ok]);
    }
}
