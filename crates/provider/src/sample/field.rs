//! Changing one field of a composed notification: `amount.value=500`, `additionalData.avsResult=2 No match`.

use serde_json::{Map, Value};

/// Why a field cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldMistake {
    /// The field as given.
    pub field: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// Sets a field to a value given as text, which is read as the type the field has; a new field becomes text. The field
/// is looked for where a person means it: in the item of an Adyen standard webhook, in what an envelope holds that has
/// no field of that name itself. Dots lead into objects; below `additionalData` they belong to the key. Returns whether the
/// field is a new one.
///
/// # Errors
/// [`FieldMistake`] when the text is not of the field's type, or the path leads through something that is no object.
pub fn set(notification: &mut Value, field: &str, text: &str) -> Result<bool, FieldMistake> {
    let mistake = |problem| FieldMistake { field: field.to_owned(), problem };
    let place = target(notification, field).ok_or_else(|| mistake("the notification is no JSON object"))?;
    set_at(place, field, text).map_err(mistake)
}

/// Where envelopes keep what they are about, the innermost first.
const INSIDE: [&str; 5] =
    ["/notificationItems/0/NotificationRequestItem", "/events/0", "/_embedded/entity", "/data/object", "/data"];

/// The object a field without further path stands in.
fn target<'v>(notification: &'v mut Value, field: &str) -> Option<&'v mut Map<String, Value>> {
    let head = field.split('.').next().unwrap_or(field);
    let here = notification.as_object()?.contains_key(head);
    let inner = INSIDE.into_iter().find(|path| notification.pointer(path).is_some_and(Value::is_object));
    match inner {
        Some(path) if !here => notification.pointer_mut(path)?.as_object_mut(),
        _ => notification.as_object_mut(),
    }
}

fn set_at(object: &mut Map<String, Value>, path: &str, text: &str) -> Result<bool, &'static str> {
    let Some((head, rest)) = path.split_once('.').filter(|_| !object.contains_key(path)) else {
        let value = typed(object.get(path), text)?;
        return Ok(object.insert(path.to_owned(), value).is_none());
    };
    let inner = object.entry(head).or_insert_with(|| Value::Object(Map::new()));
    let inner = inner.as_object_mut().ok_or("the path leads through something that is no object")?;
    if head == "additionalData" {
        return Ok(inner.insert(rest.to_owned(), Value::from(text)).is_none());
    }
    set_at(inner, rest, text)
}

/// The text as the type of what it replaces.
fn typed(present: Option<&Value>, text: &str) -> Result<Value, &'static str> {
    match present {
        Some(Value::Number(_)) => text.parse::<i64>().map(Value::from).map_err(|_| "takes a whole number"),
        Some(Value::Bool(_)) => text.parse::<bool>().map(Value::from).map_err(|_| "takes true or false"),
        Some(Value::Object(_) | Value::Array(_)) => Err("is an object or a list; name a field inside it"),
        Some(Value::String(_) | Value::Null) | None => Ok(Value::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_found_where_a_person_means_it() {
        let mut standard = json!({"live": "false", "notificationItems": [{"NotificationRequestItem": {
            "merchantReference": "a", "amount": {"value": 1, "currency": "EUR"}}}]});
        for (field, text) in [
            ("live", "true"),
            ("merchantReference", "b:c"),
            ("amount.value", "250"),
            ("additionalData.modification.action", "refund"),
        ] {
            let is_new = set(&mut standard, field, text).expect(field);
            assert_eq!(is_new, field.starts_with("additionalData"), "{field}");
        }
        let item = json!({"merchantReference": "b:c", "amount": {"value": 250, "currency": "EUR"},
            "additionalData": {"modification.action": "refund"}});
        assert_eq!(standard, json!({"live": "true", "notificationItems": [{"NotificationRequestItem": item}]}));

        let mut envelope = json!({"id": "e", "type": "refund_sent", "data": {"amount": 1}});
        set(&mut envelope, "amount", "2").expect("amount");
        set(&mut envelope, "id", "f").expect("id");
        assert_eq!(envelope, json!({"id": "f", "type": "refund_sent", "data": {"amount": 2}}));
    }

    #[test]
    fn a_value_of_another_type_is_a_mistake() {
        let mut flat = json!({"amount": 1, "live": true, "payee": {}, "reference": "r"});
        for (field, text) in [("amount", "many"), ("live", "perhaps"), ("payee", "x"), ("reference.x", "y")] {
            assert!(set(&mut flat, field, text).is_err(), "{field}");
        }
    }
}
