//! What a merchant account has chosen about all of its payments.

use serde::{Deserialize, Serialize};

use super::Payment;
use crate::book::{Act, BookError, Document};

/// When an authorised payment is captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CaptureDelay {
    /// By itself, with the authorisation.
    #[default]
    Immediate,
    /// When the merchant asks.
    Manual,
}

/// What a payment has of its own, against its account's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) capture_delay: Option<CaptureDelay>,
    pub(crate) multiple_partial_captures: Option<bool>,
}

/// The settings of a merchant account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    pub(crate) merchant_account: String,
    pub(crate) capture_delay: CaptureDelay,
    /// Whether a payment can be captured in several parts. When not, the first capture gives the rest back.
    pub(crate) multiple_partial_captures: bool,
}

impl Document for Settings {
    const KIND: &'static str = "adyen account settings";

    fn id(&self) -> &str {
        &self.merchant_account
    }

    fn owner(&self) -> &str {
        ""
    }
}

impl Settings {
    /// Those of a merchant account; Adyen's usual ones until they are changed, which [`Act::keep`] does.
    pub(crate) fn of(act: &Act<'_>, merchant_account: &str) -> Result<Self, BookError> {
        let usual = || Self {
            merchant_account: merchant_account.to_owned(),
            capture_delay: CaptureDelay::default(),
            multiple_partial_captures: false,
        };
        Ok(act.find(merchant_account)?.unwrap_or_else(usual))
    }

    /// Those that hold for a payment.
    pub(crate) fn for_payment(act: &Act<'_>, payment: &Payment) -> Result<Self, BookError> {
        let Self { merchant_account, capture_delay, multiple_partial_captures } =
            Self::of(act, &payment.merchant_account)?;
        Ok(Self {
            merchant_account,
            capture_delay: payment.terms.capture_delay.unwrap_or(capture_delay),
            multiple_partial_captures: payment.terms.multiple_partial_captures.unwrap_or(multiple_partial_captures),
        })
    }
}
