//! One standard item as Adyen writes it: the eight signed values, and the few unsigned ones that are read here.
//!
//! Everything borrows from the body but what the item says as a whole, which is written in the same pass.

use std::borrow::Cow;

use payhook_domain::identity::Digest;

use super::content;
use crate::reader::{Reader, Token};
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
    /// What it says, written to be digested; absent when that has no meaning but its bytes.
    pub(super) said: Option<Vec<u8>>,
    /// The item's own bytes.
    pub(super) raw: &'r [u8],
    /// How it is written.
    pub(super) written: Written,
}

/// How an item is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// As JSON, which begins here in the body.
    Json {
        /// Where.
        at: usize,
    },
    /// As a form.
    Form,
    /// As an element of a SOAP notification.
    Soap,
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
    /// Reads one item as JSON; nothing when it is no JSON, nothing inside when it is not the object it should be.
    pub(super) fn read(reader: &mut Reader<'r>) -> Option<Option<Box<Self>>> {
        let at = reader.position();
        let token = reader.token()?;
        if token != Token::Object {
            reader.pass_over(token)?;
            return Some(None);
        }
        let mut fields = Fields::default();
        let said = content::read(reader, &mut fields)?;
        Some(fields.into_item(said, reader.since(at).as_bytes(), Written::Json { at }).map(Box::new))
    }

    /// The item's own bytes.
    pub(crate) fn raw(&self) -> &'r [u8] {
        self.raw
    }
}

impl Signed<'_> {
    /// The string Adyen signs: the eight values joined by colons, nothing escaped. Two amounts that are absent leave
    /// `::`. Seven official libraries and every published vector agree.
    pub(super) fn message(&self) -> Vec<u8> {
        let parts = self.named().map(|(_, value)| value);
        let mut message = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
        for part in parts {
            message.extend_from_slice(part.as_bytes());
            message.push(b':');
        }
        message.pop();
        message
    }

    /// Their names and values, in the order in which they are signed.
    pub(super) fn named(&self) -> [(&'static str, &str); 8] {
        [
            ("pspReference", &self.psp_reference),
            ("originalReference", &self.original_reference),
            ("merchantAccountCode", &self.merchant_account),
            ("merchantReference", &self.merchant_reference),
            ("value", &self.value),
            ("currency", &self.currency),
            ("eventCode", &self.event_code),
            ("success", &self.success),
        ]
    }

    /// A digest of the identity it claims, to notice the same item refused again and again. What names no payment and no
    /// event claims none: anything that is posted as a form reads so, and one is not another for that.
    pub(super) fn claimed(&self) -> Option<Digest> {
        if self.psp_reference.is_empty() && self.event_code.is_empty() {
            return None;
        }
        let parts = [&self.psp_reference, &self.event_code, &self.success, &self.original_reference];
        Some(Digest::of(parts.map(|part| part.as_bytes())))
    }
}

/// The fields of `NotificationRequestItem` that are read, as they are met. A field that stands twice spoils the item: two
/// readers may each take another of them.
#[derive(Debug, Default)]
pub(super) struct Fields<'r> {
    psp_reference: Option<Scalar<'r>>,
    original_reference: Option<Scalar<'r>>,
    /// Seen once in the wild, in place of the other.
    original_reference_in_lower_case: Option<Scalar<'r>>,
    merchant_account: Option<Scalar<'r>>,
    merchant_reference: Option<Scalar<'r>>,
    event_code: Option<Scalar<'r>>,
    success: Option<Scalar<'r>>,
    event_date: Option<Scalar<'r>>,
    payment_method: Option<Scalar<'r>>,
    has_amount: bool,
    value: Option<Scalar<'r>>,
    currency: Option<Scalar<'r>>,
    has_additional: bool,
    additional: AdditionalData<'r>,
    are_spoilt: bool,
}

impl<'r> Fields<'r> {
    /// Meets a member of the item.
    pub(super) fn meet(&mut self, name: &str, value: impl FnOnce() -> Option<Scalar<'r>>) {
        let field = match name {
            "pspReference" => &mut self.psp_reference,
            "originalReference" => &mut self.original_reference,
            "originalreference" => &mut self.original_reference_in_lower_case,
            "merchantAccountCode" => &mut self.merchant_account,
            "merchantReference" => &mut self.merchant_reference,
            "eventCode" => &mut self.event_code,
            "success" => &mut self.success,
            "eventDate" => &mut self.event_date,
            "paymentMethod" => &mut self.payment_method,
            _ => return,
        };
        self.are_spoilt |= !fill(field, value);
    }

    /// Meets `amount`, an object or `null`.
    pub(super) fn meet_amount(&mut self, token: Token<'r>) {
        self.are_spoilt |= self.has_amount || !is_group(token);
        self.has_amount = true;
    }

    /// Meets a member of `amount`.
    pub(super) fn meet_in_amount(&mut self, name: &str, value: impl FnOnce() -> Option<Scalar<'r>>) {
        let field = match name {
            "value" => &mut self.value,
            "currency" => &mut self.currency,
            _ => return,
        };
        self.are_spoilt |= !fill(field, value);
    }

    /// Meets `additionalData`, an object or `null`.
    pub(super) fn meet_additional(&mut self, token: Token<'r>) {
        self.are_spoilt |= self.has_additional || !is_group(token);
        self.has_additional = true;
    }

    /// Meets a member of `additionalData`.
    pub(super) fn meet_in_additional(&mut self, key: &str, value: impl FnOnce() -> Option<Scalar<'r>>) {
        let Some(slot) = self.additional.slot(key) else { return };
        match value() {
            Some(value) if *slot == Scalar::Absent => *slot = value,
            _ => self.are_spoilt = true,
        }
    }

    /// The item these fields make; nothing when they are spoilt, or a signed field holds what cannot be signed as text.
    pub(super) fn into_item(self, said: Option<Vec<u8>>, raw: &'r [u8], written: Written) -> Option<StandardItem<'r>> {
        let original = match self.original_reference {
            None | Some(Scalar::Absent) => self.original_reference_in_lower_case,
            given => given,
        };
        let signed = Signed {
            psp_reference: signed(self.psp_reference)?,
            original_reference: signed(original)?,
            merchant_account: signed(self.merchant_account)?,
            merchant_reference: signed(self.merchant_reference)?,
            value: signed(self.value)?,
            currency: signed(self.currency)?,
            event_code: signed(self.event_code)?,
            success: signed(self.success)?,
        };
        (!self.are_spoilt).then(|| StandardItem {
            signed,
            event_date: self.event_date.unwrap_or_default(),
            payment_method: self.payment_method.unwrap_or_default(),
            live: None,
            additional: self.additional,
            said,
            raw,
            written,
        })
    }
}

/// Whether a value that begins so may hold members.
fn is_group(token: Token<'_>) -> bool {
    matches!(token, Token::Object | Token::Null)
}

/// Fills a field; not when it stood before, or holds half a character.
fn fill<'r>(field: &mut Option<Scalar<'r>>, value: impl FnOnce() -> Option<Scalar<'r>>) -> bool {
    let is_first = field.is_none();
    *field = value();
    is_first && field.is_some()
}

fn signed(field: Option<Scalar<'_>>) -> Option<Cow<'_, str>> {
    field.unwrap_or_default().or_empty()
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
