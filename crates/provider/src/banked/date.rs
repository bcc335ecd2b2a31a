//! Banked's dates: v2 writes `2019-10-31 16:45:34 UTC`, v3 RFC 3339 with nanoseconds.

use payhook_domain::event::OccurredAt;
use payhook_domain::time::Timestamp;

/// The date as RFC 3339 with its instant; verbatim without one when it is neither form.
pub(super) fn occurred_at(text: &str) -> OccurredAt {
    let rewritten =
        text.strip_suffix(" UTC").and_then(|date| date.split_once(' ')).map(|(day, time)| format!("{day}T{time}Z"));
    for candidate in [rewritten.as_deref(), Some(text)].into_iter().flatten() {
        if let Some(instant) = Timestamp::parse_rfc3339(candidate) {
            return OccurredAt { text: candidate.to_owned(), instant: Some(instant) };
        }
    }
    OccurredAt { text: text.to_owned(), instant: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_a_third_is_kept() {
        for (text, shown, instant) in [
            ("2019-10-31 16:45:34 UTC", "2019-10-31T16:45:34Z", Some("2019-10-31T16:45:34.000Z")),
            ("2025-05-22T10:26:55.815053234Z", "2025-05-22T10:26:55.815053234Z", Some("2025-05-22T10:26:55.815Z")),
            ("2019-10-31 UTC", "2019-10-31 UTC", None),
            ("2019-13-31 16:45:34 UTC", "2019-13-31 16:45:34 UTC", None),
            ("soon", "soon", None),
        ] {
            let read = occurred_at(text);
            assert_eq!(read.text, shown);
            assert_eq!(read.instant.map(|instant| instant.to_string()).as_deref(), instant, "{text}");
        }
    }
}
