//! What a standard item says, in whichever envelope and under whichever key it came.
//!
//! One report comes to two sources under two keys, as JSON here and as a form there, and again after a key was rolled.
//! All of them are one content: the item's signature is no part of it, nor is the envelope's `live`, and what a form or a
//! SOAP notification says stands where the JSON item has it.

use payhook_domain::identity::Digest;

use super::item::{Fields, StandardItem};
use super::members::{Group, Member};
use crate::meaning::{Meaning, Said};
use crate::reader::{Reader, Token};
use crate::scalar::Scalar;

/// The one member of `additionalData` that is left out.
pub(super) const SIGNATURE: &str = "hmacSignature";

/// Room for what most items say, in bytes.
const ROOM: usize = 960;

/// Most members of an item that are put in order; real ones have fewer than two hundred. An item of more counts by its bytes.
const MEMBERS_MAX: usize = 2_048;

/// The digest of everything the item says.
pub(super) fn digest(item: &StandardItem<'_>) -> Digest {
    Digest::of([item.said.as_deref().unwrap_or(item.raw)])
}

/// Reads the members of an item, of which `fields` takes its own, and writes what they say. A form has `operations` as
/// one text with commas, and so it is written here. Nothing when it is no JSON, nothing inside when it has no meaning.
pub(super) fn read<'r>(reader: &mut Reader<'r>, fields: &mut Fields<'r>) -> Option<Option<Vec<u8>>> {
    let mut meaning = Meaning::of_members(ROOM, MEMBERS_MAX);
    meaning.object(reader, |meaning, reader, name, token| match name {
        "amount" => amount(reader, token, fields, meaning),
        "additionalData" => additional(reader, token, fields, meaning),
        "operations" => meaning.joined(token, reader),
        _ => {
            fields.meet(name, || Scalar::of(token));
            meaning.value(token, reader)
        }
    })?;
    Some(meaning.written())
}

fn amount<'r>(
    reader: &mut Reader<'r>,
    token: Token<'r>,
    fields: &mut Fields<'r>,
    meaning: &mut Meaning,
) -> Option<Said> {
    fields.meet_amount(token);
    if token != Token::Object {
        return meaning.value(token, reader);
    }
    meaning.object(reader, |meaning, reader, name, token| {
        fields.meet_in_amount(name, || Scalar::of(token));
        meaning.value(token, reader)
    })
}

fn additional<'r>(
    reader: &mut Reader<'r>,
    token: Token<'r>,
    fields: &mut Fields<'r>,
    meaning: &mut Meaning,
) -> Option<Said> {
    fields.meet_additional(token);
    if token != Token::Object {
        return meaning.value(token, reader);
    }
    meaning.object(reader, |meaning, reader, key, token| {
        fields.meet_in_additional(key, || Scalar::of(token));
        if key == SIGNATURE {
            return reader.pass_over(token).map(|()| Said::Nothing);
        }
        meaning.value(token, reader)
    })
}

/// Writes what members that are no JSON say, each where the JSON item has it.
pub(super) fn of_members(members: &[Member<'_>]) -> Option<Vec<u8>> {
    let mut meaning = Meaning::of_members(ROOM, MEMBERS_MAX);
    let all = |group| members.iter().filter(move |member| member.of == group);
    let item = meaning.begin();
    for member in all(Group::Item) {
        text(&mut meaning, member)?;
    }
    group(&mut meaning, "amount", all(Group::Amount))?;
    group(&mut meaning, "additionalData", all(Group::Additional).filter(|member| member.name != SIGNATURE))?;
    meaning.end(&item);
    meaning.written()
}

fn group<'m>(meaning: &mut Meaning, name: &str, members: impl Iterator<Item = &'m Member<'m>>) -> Option<()> {
    meaning.member(name, |meaning| {
        let group = meaning.begin();
        for member in members {
            text(meaning, member)?;
        }
        Some(meaning.end(&group))
    })
}

fn text(meaning: &mut Meaning, member: &Member<'_>) -> Option<()> {
    meaning.member(&member.name, |meaning| Some(meaning.text(&member.text)))
}
