//! The pieces all of them are written in: lengths and texts, instants, amounts, checks.

use std::borrow::Cow;

use crate::event::Check;
use crate::money::{Amount, Currency};
use crate::time::Timestamp;

/// Appends a length, seven bits a byte.
pub(crate) fn write_length(into: &mut Vec<u8>, length: usize) {
    let mut rest = length as u64;
    while rest >= 0x80 {
        into.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    into.push(rest.to_le_bytes()[0]);
}

/// Takes a length off the front; nothing when it is no length of this machine.
pub(crate) fn read_length(bytes: &mut &[u8]) -> Option<usize> {
    let mut length = 0_u64;
    for shift in (0..63).step_by(7) {
        let [byte] = take(bytes)?;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(length).ok();
        }
    }
    None
}

/// Takes the next `N` bytes off the front.
pub(crate) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

pub(super) fn write_text(into: &mut Vec<u8>, text: &str) {
    write_length(into, text.len());
    into.extend_from_slice(text.as_bytes());
}

pub(super) fn read_text(bytes: &mut &[u8]) -> Option<String> {
    let length = read_length(bytes)?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok().map(str::to_owned)
}

pub(super) fn write_amount(into: &mut Vec<u8>, amount: &Amount) {
    into.extend_from_slice(&amount.value.to_le_bytes());
    into.extend_from_slice(amount.currency.as_str().as_bytes());
    into.push(amount.decimals);
}

pub(super) fn write_check(into: &mut Vec<u8>, check: &Check) {
    into.extend_from_slice(&check.code.to_le_bytes());
    into.push(u8::from(check.meaning.is_some()));
    if let Some(meaning) = &check.meaning {
        write_text(into, meaning);
    }
}

pub(super) fn read_amount(bytes: &mut &[u8]) -> Option<Amount> {
    let value = i64::from_le_bytes(take(bytes)?);
    let code: [u8; 3] = take(bytes)?;
    let [decimals] = take(bytes)?;
    Some(Amount { value, currency: Currency::parse(std::str::from_utf8(&code).ok()?)?, decimals })
}

pub(super) fn read_instant(bytes: &mut &[u8]) -> Option<Timestamp> {
    take(bytes).map(|micros| Timestamp::from_micros(i64::from_le_bytes(micros)))
}

pub(super) fn read_check(bytes: &mut &[u8]) -> Option<Check> {
    let code = u16::from_le_bytes(take(bytes)?);
    let [explained] = take(bytes)?;
    let meaning = optional(explained == 1, || read_text(bytes))?.map(Cow::Owned);
    (explained < 2).then_some(Check { code, meaning })
}

/// A field that is there and can be read, or is not there; nothing when it is there and cannot.
pub(super) fn optional<T>(there: bool, read: impl FnOnce() -> Option<T>) -> Option<Option<T>> {
    if there { read().map(Some) } else { Some(None) }
}

pub(super) fn numbered<T>(number: u8, of: impl FnOnce(u8) -> Option<T>) -> Option<Option<T>> {
    optional(number != 0, || of(number))
}
