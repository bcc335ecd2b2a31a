//! What may have been signed in the place of an item's eight values: the mistakes that libraries and proxies made.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::item::{Signed, StandardItem};
use crate::doctor::{Cause, Finding, Reading};

type Values<'s> = [(&'static str, Cow<'s, str>); 8];

/// The string as Adyen signs it, then as it may have been signed by mistake.
pub(super) fn messages<'s>(signed: &'s Signed<'_>) -> impl Iterator<Item = Reading<Vec<u8>>> + 's {
    let values: Values<'s> = signed.named().map(|(name, value)| (name, Cow::Borrowed(value)));
    let right = std::iter::once(Reading::right(joined(&values)));
    right.chain(whole(&values)).chain((0..values.len()).flat_map(move |at| one_changed(&values, at)))
}

/// A signature in the header that was made over an item instead of the body.
pub(super) fn item_instead(
    items: Option<Vec<Option<Box<StandardItem<'_>>>>>,
) -> impl Iterator<Item = Reading<Vec<u8>>> {
    items.into_iter().flatten().flatten().map(|item| {
        let what = "the header's signature is made over the values of an item, as additionalData.hmacSignature is";
        let hint = "a standard webhook carries its signature in each item; send no HmacSignature header with it";
        Reading::wrong(item.signed.message(), Finding::new(Cause::OtherScheme, what, hint))
    })
}

fn joined(values: &Values<'_>) -> Vec<u8> {
    values.iter().map(|(_, value)| value.as_ref()).collect::<Vec<_>>().join(":").into_bytes()
}

/// All values joined in a way of its own.
fn whole(values: &Values<'_>) -> Vec<Reading<Vec<u8>>> {
    let escaped =
        values.clone().map(|(name, value)| (name, Cow::Owned(value.replace('\\', "\\\\").replace(':', "\\:"))));
    let mut by_name = values.clone();
    by_name.sort_by_key(|(name, _)| *name);
    let names: Vec<&str> = by_name.iter().map(|(name, _)| *name).collect();
    let payment_page = [names.join(":").into_bytes(), joined(&by_name)].join(&b':');
    let wrong = |message, cause, what| {
        Reading::wrong(
            message,
            Finding::new(
                cause,
                what,
                "update the library that signs; Adyen joins the eight values by colons and escapes nothing",
            ),
        )
    };
    let escapes = "what was signed has a backslash before each colon and backslash, as old libraries wrote it";
    let sorted = "what was signed are the values in the order of their names";
    let pages = "it is signed as Adyen's payment pages were: names and values, in the order of their names";
    let mut readings =
        vec![wrong(joined(&by_name), Cause::Escaping, sorted), wrong(payment_page, Cause::OtherScheme, pages)];
    if joined(&escaped) != joined(values) {
        readings.insert(0, wrong(joined(&escaped), Cause::Escaping, escapes));
    }
    readings
}

/// One value as it may have been before it was changed, or as it may have been taken by whoever signed.
fn one_changed(values: &Values<'_>, at: usize) -> Vec<Reading<Vec<u8>>> {
    let (name, value) = &values[at];
    let mut others: Vec<(String, &str)> = vec![
        (String::new(), "left out"),
        (value.trim().to_owned(), "without the white space around it"),
        (value.replace('+', " "), "with spaces where plus signs stand: a form was not decoded on its way"),
        (value.replace(' ', "+"), "with plus signs where spaces stand: it was decoded once too often"),
        (
            percent_decode_str(value).decode_utf8_lossy().into_owned(),
            "percent-decoded: a form was not decoded on its way",
        ),
        (value.to_uppercase(), "in capitals"),
        (value.to_lowercase(), "in small letters"),
    ];
    match *name {
        "value" => others.extend(decimal(value).map(|decimal| (decimal, "as a decimal number instead of minor units"))),
        "success" => others.extend([
            (capitalised(value), "with a capital, as Python writes it"),
            (if value == "true" { "1" } else { "0" }.to_owned(), "as a number"),
            (if value == "true" { "false" } else { "true" }.to_owned(), "as its opposite"),
        ]),
        "originalReference" => others.push((values[0].1.to_string(), "as the pspReference")),
        _ => {}
    }
    let differ = others.into_iter().filter(|(other, _)| other != value);
    differ
        .map(|(other, how)| {
            let mut changed = values.clone();
            changed[at].1 = Cow::Owned(other);
            let what = format!("the signature fits with {name} {how}");
            let hint = "that value was changed on its way, or the signer takes it from elsewhere; all eight are signed as they stand in the item";
            Reading::wrong(joined(&changed), Finding::new(Cause::FieldChanged, what, hint))
        })
        .collect()
}

fn decimal(value: &str) -> Option<String> {
    let minor: i64 = value.parse().ok()?;
    Some(format!("{}.{:02}", minor / 100, (minor % 100).abs()))
}

fn capitalised(value: &str) -> String {
    let mut letters = value.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
