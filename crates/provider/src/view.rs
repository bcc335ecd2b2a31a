//! A JSON body, asked for what stands where.
//!
//! For what a provider says beyond what its scheme points at: many places of one body, so it is read once. Text is taken
//! up to a bound, whole numbers only as they are; what is anything else counts as absent.

use serde_json::Value;

/// Text from outside is as long as it likes; what is kept of it beside the body is not.
pub(crate) const TEXT_MAX: usize = 512;

/// The keys under which shops write their order number into free fields, in the order they are looked for.
const ORDER_KEYS: [&str; 4] = ["order_id", "orderId", "order", "reference"];

/// A JSON body.
#[derive(Debug)]
pub(crate) struct View(Value);

impl View {
    /// Reads a body; nothing when it is no JSON object.
    pub(crate) fn of(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().filter(Value::is_object).map(Self)
    }

    /// What stands there, whatever it is.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    /// The text there, when there is one and it is not empty.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        text(self.at(pointer)?)
    }

    /// The same, to be kept.
    pub(crate) fn owned(&self, pointer: &str) -> Option<String> {
        self.text(pointer).map(str::to_owned)
    }

    /// The reference there: text, or the `id` of the object that stands in its place.
    pub(crate) fn id(&self, pointer: &str) -> Option<String> {
        let value = self.at(pointer)?;
        text(value).or_else(|| text(value.get("id")?)).map(str::to_owned)
    }

    /// The whole number there.
    pub(crate) fn whole(&self, pointer: &str) -> Option<i64> {
        self.at(pointer)?.as_i64()
    }

    /// The flag there.
    pub(crate) fn flag(&self, pointer: &str) -> Option<bool> {
        self.at(pointer)?.as_bool()
    }

    /// The order number in the free fields there, which may be an object or such an object as text.
    pub(crate) fn order(&self, pointer: &str) -> Option<String> {
        let fields = self.at(pointer)?;
        let read = text(fields).and_then(|text| serde_json::from_str::<Value>(text).ok());
        let fields = read.as_ref().unwrap_or(fields);
        ORDER_KEYS.iter().find_map(|key| match fields.get(key)? {
            Value::Number(number) => Some(number.to_string()),
            value => text(value).map(str::to_owned),
        })
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty() && text.len() <= TEXT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(json: &str) -> View {
        View::of(json.as_bytes()).expect("an object")
    }

    #[test]
    fn what_is_not_what_is_asked_for_is_absent() {
        let view = view(r#"{"a":{"n":12,"f":1.5,"t":"x","e":"","b":true,"id":"i"},"big":9e99}"#);
        assert_eq!(
            (view.whole("/a/n"), view.whole("/a/f"), view.whole("/a/t"), view.whole("/big")),
            (Some(12), None, None, None)
        );
        assert_eq!(
            (view.text("/a/t"), view.text("/a/e"), view.text("/a/n"), view.text("/z")),
            (Some("x"), None, None, None)
        );
        assert_eq!((view.flag("/a/b"), view.flag("/a/t")), (Some(true), None));
        assert_eq!(
            (view.id("/a").as_deref(), view.id("/a/t").as_deref(), view.id("/a/n")),
            (Some("i"), Some("x"), None)
        );
        let long = format!(r#"{{"t":"{}"}}"#, "x".repeat(TEXT_MAX + 1));
        assert_eq!(View::of(long.as_bytes()).expect("an object").text("/t"), None);
        assert!(View::of(b"[1]").is_none() && View::of(b"x").is_none());
    }

    #[test]
    fn an_order_number_is_found_under_its_usual_names_and_in_text() {
        for (fields, expected) in [
            (r#"{"order_id":"17","reference":"r"}"#, Some("17")),
            (r#"{"orderId":17}"#, Some("17")),
            (r#"{"reference":"r"}"#, Some("r")),
            (r#""{\"order_id\":12345}""#, Some("12345")),
            (r#"{"colour":"red"}"#, None),
            (r#""red""#, None),
            ("null", None),
        ] {
            assert_eq!(view(&format!(r#"{{"m":{fields}}}"#)).order("/m").as_deref(), expected, "{fields}");
        }
    }
}
