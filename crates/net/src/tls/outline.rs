//! What a certificate says of itself, as far as leniency asks, and whoever keeps one: by whom it was issued, for whom, and
//! for how long. Nothing of it is believed here.

use rustls::pki_types::UnixTime;

/// The tags of DER that are met on the way.
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// Most bytes that say how long an element is: 16 MiB, more than a handshake carries.
const LENGTH_BYTES_MAX: usize = 3;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// A certificate's issuer, subject and validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outline<'c> {
    issuer: &'c [u8],
    subject: &'c [u8],
    /// The first moment at which it is valid, and the last, in seconds since 1970.
    pub(super) first: i64,
    pub(super) last: i64,
}

impl<'c> Outline<'c> {
    /// Reads it from DER (RFC 5280, section 4.1); nothing when it is no certificate.
    pub(super) fn read(der: &'c [u8]) -> Option<Self> {
        let certificate = Reader(der).take(SEQUENCE)?;
        let mut fields = Reader(Reader(certificate).take(SEQUENCE)?);
        if fields.0.first() == Some(&VERSION) {
            fields.take(VERSION)?;
        }
        fields.take(INTEGER)?;
        fields.take(SEQUENCE)?;
        let issuer = fields.take(SEQUENCE)?;
        let mut validity = Reader(fields.take(SEQUENCE)?);
        let subject = fields.take(SEQUENCE)?;
        Some(Self { issuer, subject, first: validity.moment()?, last: validity.moment()? })
    }

    /// Whether it names itself as its issuer.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }
}

/// Seconds since 1970 of a moment that was never before.
pub(super) fn seconds(now: UnixTime) -> i64 {
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}

/// What is left to be read.
struct Reader<'c>(&'c [u8]);

impl<'c> Reader<'c> {
    /// The content of the next element, which has this tag.
    fn take(&mut self, tag: u8) -> Option<&'c [u8]> {
        self.0.split_first().filter(|(found, _)| **found == tag)?;
        self.next().map(|(_, content)| content)
    }

    /// The next element: its tag and its content.
    fn next(&mut self) -> Option<(u8, &'c [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&short, rest) = rest.split_first()?;
        let (length, rest) = match short {
            0..0x80 => (usize::from(short), rest),
            _ => {
                let bytes = usize::from(short & 0x7F);
                let (long, rest) = rest.split_at_checked(bytes).filter(|_| (1..=LENGTH_BYTES_MAX).contains(&bytes))?;
                (long.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// `261128100000Z`, or with four digits of the year. Of two, 50 to 99 are of the last century.
    fn moment(&mut self) -> Option<i64> {
        let (tag, text) = self.next()?;
        let digits = text.strip_suffix(b"Z").filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
        let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
        let (year, rest) = match tag {
            UTC_TIME => digits.split_at_checked(2).map(|(year, rest)| (1950 + (number(year) + 50) % 100, rest)),
            GENERALIZED_TIME => digits.split_at_checked(4).map(|(year, rest)| (number(year), rest)),
            _ => None,
        }?;
        let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|at| rest.get(at..at + 2).map(number));
        let of_day = hour? * 3_600 + minute? * 60 + second?;
        let whole = rest.len() == 10 && (1..=12).contains(&month?) && (1..=31).contains(&day?);
        whole.then(|| days(year, month.unwrap_or(1), day.unwrap_or(1)) * DAY_SECONDS + of_day)
    }
}

/// Days from 1970 to this one: years begin in March here, so that the day that not all of them have is their last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + of_year - DAYS_TO_1970
}

/// Days from the first of March of the year 0 to the first of January 1970.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("a certificate").der().to_vec()
    }

    #[test]
    fn a_certificate_says_for_how_long_it_is_valid_in_this_century_and_beyond_2050() {
        for ((year, month, day), seconds) in [
            ((1970, 1, 1), 0),
            ((1999, 12, 31), 946_598_400),
            ((2000, 2, 29), 951_782_400),
            ((2026, 11, 28), 1_795_824_000),
            ((2049, 12, 31), 2_524_521_600),
            ((2100, 3, 1), 4_107_542_400),
        ] {
            let der = certificate(|params| params.not_after = date_time_ymd(year, month, day));
            assert_eq!(Outline::read(&der).map(|outline| outline.last), Some(seconds), "{year}-{month}-{day}");
        }
    }

    #[test]
    fn who_names_oneself_as_issuer_is_known_from_who_names_another() {
        let own = certificate(|_| ());
        assert!(Outline::read(&own).expect("a certificate").is_self_issued());
        let (root, leaf) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "An authority");
        let issuer = rcgen::Issuer::new(authority, root);
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let other = params.signed_by(&leaf, &issuer).expect("a certificate");
        assert!(!Outline::read(other.der()).expect("a certificate").is_self_issued());
    }

    #[test]
    fn what_is_cut_or_changed_is_read_as_nothing_or_as_something_and_never_panics() {
        let der = certificate(|_| ());
        let whole = Outline::read(&der);
        assert!(whole.is_some());
        for end in 0..der.len() {
            assert_eq!(Outline::read(&der[..end]), None, "cut at {end}");
        }
        let mut changed = der.clone();
        for place in 0..der.len() {
            for value in [0x00, 0x30, 0x7F, 0x80, 0x83, 0x84, 0xFF] {
                changed[place] = value;
                let _ = Outline::read(&changed);
            }
            changed[place] = der[place];
        }
    }
}
