//! Fields: one thing shown as `name  value` lines.

use payhook_domain::money::{Amount, Currency};
use serde_json::Value;

use crate::output::BOLD;
use crate::table::{printable, style_of, text};

/// Shows the members of `value` named by JSON pointer, those that are there, each under its label.
pub(crate) fn render(value: &Value, fields: &[(&str, &str)]) -> String {
    let shown: Vec<_> = fields
        .iter()
        .filter_map(|(label, pointer)| Some((*label, value.pointer(pointer)?)))
        .map(|(label, value)| (label, printable(&if label == "amount" { amount(value) } else { text(value) })))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let width = shown.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    let lines = shown.iter().map(|(label, text)| {
        let style = style_of(text);
        format!("{BOLD}{label:width$}{BOLD:#}  {style}{text}{style:#}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// `12.50 EUR` from an amount in JSON; nothing when it is none.
pub(crate) fn amount(value: &Value) -> String {
    let read = || {
        Some(Amount {
            value: value.get("value")?.as_i64()?,
            currency: Currency::parse(value.get("currency")?.as_str()?)?,
            decimals: u8::try_from(value.get("decimals")?.as_u64()?).ok()?,
        })
    };
    read().map(|amount| amount.to_string()).unwrap_or_default()
}

/// A kept request: header lines, an empty line, the body; base64 where it is no text.
pub(crate) fn received(value: &Value) -> String {
    let headers = value.get("headers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut lines: Vec<String> =
        headers.iter().map(|pair| format!("{}: {}", printable(&text(&pair[0])), printable(&text(&pair[1])))).collect();
    lines.push(String::new());
    match (value.get("body"), value.get("body_base64")) {
        (Some(body), _) => lines.extend(text(body).lines().map(printable)),
        (None, Some(encoded)) => lines.push(format!("(base64) {}", text(encoded))),
        (None, None) => lines.push("(the bytes are gone)".to_owned()),
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_are_absent_take_no_line() {
        let value =
            json!({ "id": "evt_1", "kind": null, "amount": { "value": 1250, "currency": "EUR", "decimals": 2 } });
        let shown = render(&value, &[("id", "/id"), ("kind", "/kind"), ("amount", "/amount"), ("none", "/none")]);
        assert_eq!(anstream::adapter::strip_str(&shown).to_string(), "id      evt_1\namount  12.50 EUR");
    }
}
