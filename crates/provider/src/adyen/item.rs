//! One standard item as Adyen writes it: the eight signed values, and the few unsigned ones that are read here.
//!
//! Everything borrows from the body. Fields nobody asked for are passed over, so that a new field costs nothing.

use std::borrow::Cow;
use std::fmt;

use payhook_domain::identity::Digest;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use crate::scalar::Scalar;

/// One item, read but not judged.
#[derive(Debug)]
pub(crate) struct StandardItem<'r> {
    /// What the signature covers.
    pub(super) signed: Signed<'r>,
    /// `eventDate`, unsigned.
    pub(super) event_date: Scalar<'r>,
    /// `paymentMethod`, unsigned.
    pub(super) payment_method: Scalar<'r>,
    /// The envelope's `live`, unsigned.
    pub(super) live: Option<bool>,
    /// What was asked for of `additionalData`, unsigned but for its own signature.
    pub(super) additional: AdditionalData<'r>,
    /// The item's own bytes.
    pub(super) raw: &'r [u8],
    /// Where `raw` begins in the body; absent when the item is not JSON.
    pub(super) at: Option<usize>,
}

/// The eight signed values as they are signed: JSON-decoded, absence as the empty text, nothing trimmed.
#[derive(Debug, Default)]
pub(super) struct Signed<'r> {
    pub(super) psp_reference: Cow<'r, str>,
    pub(super) original_reference: Cow<'r, str>,
    pub(super) merchant_account: Cow<'r, str>,
    pub(super) merchant_reference: Cow<'r, str>,
    pub(super) value: Cow<'r, str>,
    pub(super) currency: Cow<'r, str>,
    pub(super) event_code: Cow<'r, str>,
    pub(super) success: Cow<'r, str>,
}

impl<'r> StandardItem<'r> {
    /// The item's own bytes.
    pub(crate) fn raw(&self) -> &'r [u8] {
        self.raw
    }
}

impl Signed<'_> {
    /// The string Adyen signs: the eight values joined by colons, nothing escaped. Two amounts that are absent leave
    /// `::`. Seven official libraries and every published vector agree.
    pub(super) fn message(&self) -> Vec<u8> {
        let parts = [
            &self.psp_reference,
            &self.original_reference,
            &self.merchant_account,
            &self.merchant_reference,
            &self.value,
            &self.currency,
            &self.event_code,
            &self.success,
        ];
        let mut message = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
        for part in parts {
            message.extend_from_slice(part.as_bytes());
            message.push(b':');
        }
        message.pop();
        message
    }

    /// A digest of the identity it claims, to notice the same item refused again and again.
    pub(super) fn claimed(&self) -> Digest {
        let parts = [&self.psp_reference, &self.event_code, &self.success, &self.original_reference];
        Digest::of(parts.map(|part| part.as_bytes()))
    }
}

/// The fields of `NotificationRequestItem` that are read. A field that stands twice is an error: two readers may each
/// take another of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Fields<'r> {
    #[serde(borrow)]
    pub(super) psp_reference: Scalar<'r>,
    #[serde(borrow)]
    pub(super) original_reference: Scalar<'r>,
    /// Seen once in the wild, in place of the other.
    #[serde(borrow, rename = "originalreference")]
    pub(super) original_reference_in_lower_case: Scalar<'r>,
    #[serde(borrow)]
    pub(super) merchant_account_code: Scalar<'r>,
    #[serde(borrow)]
    pub(super) merchant_reference: Scalar<'r>,
    #[serde(borrow)]
    pub(super) amount: Option<AmountFields<'r>>,
    #[serde(borrow)]
    pub(super) event_code: Scalar<'r>,
    #[serde(borrow)]
    pub(super) success: Scalar<'r>,
    #[serde(borrow)]
    pub(super) event_date: Scalar<'r>,
    #[serde(borrow)]
    pub(super) payment_method: Scalar<'r>,
    #[serde(borrow)]
    pub(super) additional_data: Option<AdditionalData<'r>>,
}

/// `amount`, also of the families signed by a header.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AmountFields<'r> {
    #[serde(borrow)]
    pub(super) value: Scalar<'r>,
    #[serde(borrow)]
    pub(super) currency: Scalar<'r>,
}

impl<'r> Fields<'r> {
    /// The item these fields make; nothing when a signed field holds what cannot be signed as text.
    pub(super) fn into_item(self, live: Option<bool>, raw: &'r [u8], at: Option<usize>) -> Option<StandardItem<'r>> {
        let amount = self.amount.unwrap_or_default();
        let original = match self.original_reference {
            Scalar::Absent => self.original_reference_in_lower_case,
            given => given,
        };
        let signed = Signed {
            psp_reference: self.psp_reference.or_empty()?,
            original_reference: original.or_empty()?,
            merchant_account: self.merchant_account_code.or_empty()?,
            merchant_reference: self.merchant_reference.or_empty()?,
            value: amount.value.or_empty()?,
            currency: amount.currency.or_empty()?,
            event_code: self.event_code.or_empty()?,
            success: self.success.or_empty()?,
        };
        let additional = self.additional_data.unwrap_or_default();
        let (event_date, payment_method) = (self.event_date, self.payment_method);
        Some(StandardItem { signed, event_date, payment_method, live, additional, raw, at })
    }
}

/// The keys of `additionalData` that are read.
#[derive(Debug, Default)]
pub(super) struct AdditionalData<'r> {
    pub(super) hmac_signature: Scalar<'r>,
    pub(super) avs_result: Scalar<'r>,
    pub(super) cvc_result: Scalar<'r>,
    pub(super) modification_action: Scalar<'r>,
    pub(super) dispute_status: Scalar<'r>,
    pub(super) defense_period_ends_at: Scalar<'r>,
    /// `order-N-pspReference`: the payments of an order, by N.
    pub(super) order_legs: Vec<(u8, Scalar<'r>)>,
}

impl<'r> AdditionalData<'r> {
    /// The place of a key's value, for the keys that are read.
    pub(super) fn slot(&mut self, key: &str) -> Option<&mut Scalar<'r>> {
        Some(match key {
            "hmacSignature" => &mut self.hmac_signature,
            "avsResult" => &mut self.avs_result,
            "cvcResult" => &mut self.cvc_result,
            "modification.action" => &mut self.modification_action,
            "disputeStatus" => &mut self.dispute_status,
            "defensePeriodEndsAt" => &mut self.defense_period_ends_at,
            _ => self.order_leg(key.strip_prefix("order-")?.strip_suffix("-pspReference")?)?,
        })
    }

    fn order_leg(&mut self, number: &str) -> Option<&mut Scalar<'r>> {
        let number: u8 = number.parse().ok()?;
        let known = self.order_legs.iter().position(|(of, _)| *of == number);
        let place = known.unwrap_or_else(|| {
            self.order_legs.push((number, Scalar::Absent));
            self.order_legs.len() - 1
        });
        Some(&mut self.order_legs[place].1)
    }
}

/// By hand, because the map is wide (200 keys are known), its keys are free text, and few of them matter.
impl<'de: 'r, 'r> Deserialize<'de> for AdditionalData<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AdditionalDataVisitor)
    }
}

struct AdditionalDataVisitor;

impl<'de> Visitor<'de> for AdditionalDataVisitor {
    type Value = AdditionalData<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("additional data")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut data = AdditionalData::default();
        while let Some(Name(key)) = map.next_key()? {
            match data.slot(&key) {
                Some(slot) if *slot == Scalar::Absent => *slot = map.next_value()?,
                Some(_) => return Err(A::Error::custom("a key stands twice")),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(data)
    }
}

/// A key of a JSON object, borrowed unless it holds an escape.
#[derive(Deserialize)]
struct Name<'r>(#[serde(borrow)] Cow<'r, str>);
