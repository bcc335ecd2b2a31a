//! The members of an item that is not written as JSON, each where the JSON item has it.
//!
//! A form and a SOAP notification have names and texts and nothing else. They are brought into the places of the JSON item
//! here, so that all three are verified, read and told apart by the same code.

use std::borrow::Cow;

use super::content;
use super::item::{Fields, StandardItem, Written};
use crate::scalar::Scalar;

/// One of them.
#[derive(Debug)]
pub(super) struct Member<'r> {
    pub(super) of: Group,
    pub(super) name: Cow<'r, str>,
    pub(super) text: Cow<'r, str>,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// In the item itself.
    Item,
    /// In `amount`.
    Amount,
    /// In `additionalData`.
    Additional,
}

/// The item they make; nothing when a field that is read stands twice.
pub(super) fn item<'r>(members: Vec<Member<'r>>, raw: &'r [u8], written: Written) -> Option<StandardItem<'r>> {
    let said = content::of_members(&members);
    let mut fields = Fields::default();
    for Member { of, name, text } in members {
        let text = || Some(Scalar::Text(text));
        match of {
            Group::Item => fields.meet(&name, text),
            Group::Amount => fields.meet_in_amount(&name, text),
            Group::Additional => fields.meet_in_additional(&name, text),
        }
    }
    fields.into_item(said, raw, written)
}
