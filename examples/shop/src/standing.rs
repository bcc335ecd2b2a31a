//! What the payments of an order amount to. A pure function of them, so that it does not matter how they were told.

use crate::book::Payment;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Nothing is known of a payment yet.
    Waiting,
    /// A payment was begun; its outcome is not known.
    Pending,
    /// All of it is paid.
    Paid,
    /// Something was paid, but less than the order, or in another currency. A person has to look.
    Short,
    /// No payment went through. Another may be tried.
    Refused,
    /// The payment was given up, or ran out, before money moved.
    Cancelled,
    /// All that was paid was given back.
    Refunded,
}

impl Standing {
    /// Every one.
    const ALL: [Self; 7] =
        [Self::Waiting, Self::Pending, Self::Paid, Self::Short, Self::Refused, Self::Cancelled, Self::Refunded];

    /// Its word, as kept and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Short => "short",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// The one with this word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }

    /// Whether the buyer may try to pay (again): nothing is paid, and nothing is on its way.
    pub(crate) const fn may_be_paid(self) -> bool {
        matches!(self, Self::Waiting | Self::Refused | Self::Cancelled)
    }
}

/// What `payments` amount to for an order of `total` in `currency`.
///
/// One payment that went through outweighs any that did not: two cards tried for one order are two payments.
pub(crate) fn of(total: i64, currency: &str, payments: &[Payment]) -> Standing {
    let any = |words: &[&str]| payments.iter().any(|payment| words.contains(&payment.status.as_str()));
    if any(MONEY_IN) {
        // The amount is compared too: an order is not paid by a payment of one penny with its reference.
        return if paid(currency, payments) >= total { Standing::Paid } else { Standing::Short };
    }
    if any(&["refunded"]) {
        Standing::Refunded
    } else if any(&["initiated", "pending"]) {
        Standing::Pending
    } else if any(&["cancelled", "expired"]) {
        Standing::Cancelled
    } else if any(&["refused", "failed", "abandoned"]) {
        Standing::Refused
    } else {
        Standing::Waiting
    }
}

/// Statuses of a payment that went through.
const MONEY_IN: &[&str] = &["authorised", "captured", "sent", "settled"];

/// What came in, in that currency.
pub(crate) fn paid(currency: &str, payments: &[Payment]) -> i64 {
    let in_currency = payments.iter().filter(|payment| payment.currency.as_deref() == Some(currency));
    let through = in_currency.filter(|payment| MONEY_IN.contains(&payment.status.as_str()));
    through.map(|payment| payment.authorised.max(payment.captured)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(status: &str, authorised: i64) -> Payment {
        Payment {
            status: status.to_owned(),
            authorised,
            currency: Some("GBP".to_owned()),
            ..Payment::unknown(format!("pay_{status}"))
        }
    }

    fn stands(payments: &[Payment]) -> Standing {
        let standing = of(1_000, "GBP", payments);
        let backwards: Vec<_> = payments.iter().rev().cloned().collect();
        assert_eq!(of(1_000, "GBP", &backwards), standing, "order must not matter");
        standing
    }

    #[test]
    fn an_order_is_paid_by_what_went_through_whatever_else_was_tried() {
        assert_eq!(stands(&[]), Standing::Waiting);
        assert_eq!(stands(&[payment("refused", 0)]), Standing::Refused);
        assert_eq!(stands(&[payment("refused", 0), payment("authorised", 1_000)]), Standing::Paid);
        assert_eq!(stands(&[payment("abandoned", 0), payment("pending", 0)]), Standing::Pending);
        assert_eq!(stands(&[payment("refused", 0), payment("cancelled", 1_000)]), Standing::Cancelled);
        assert_eq!(stands(&[payment("refunded", 1_000), payment("refused", 0)]), Standing::Refunded);
    }

    #[test]
    fn too_little_and_another_currency_do_not_pay_it() {
        assert_eq!(stands(&[payment("captured", 999)]), Standing::Short);
        let dollars = Payment { currency: Some("USD".to_owned()), ..payment("captured", 1_000) };
        assert_eq!(stands(&[dollars]), Standing::Short);
        assert_eq!(stands(&[payment("captured", 400), payment("authorised", 600)]), Standing::Paid);
    }

    #[test]
    fn every_word_reads_back() {
        assert!(Standing::ALL.iter().all(|standing| Standing::parse(standing.as_str()) == Some(*standing)));
    }
}
