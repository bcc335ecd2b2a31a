//! A key that takes another's place. Banked has no way to change a webhook's: a merchant makes another webhook that
//! leads to the same address, and deletes the one before, sooner or later. In the customer area it can be typed anew.

use serde::{Deserialize, Serialize};

use super::Webhook;
use crate::banked::gone::Gone;
use crate::book::{Act, BookError, Document};

/// Where a webhook that is no more led, and by which key it signed.
#[derive(Serialize, Deserialize)]
struct Former {
    id: String,
    target_url: String,
    signature_key: Option<String>,
}

impl Document for Former {
    const KIND: &'static str = "banked former webhook";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.target_url
    }
}

impl Webhook {
    /// Gives it a key, or none, and lets it remember which one that has replaced: its own, or that of the webhook
    /// before it at the same address, which may be there still.
    pub(crate) fn take_key(&mut self, act: &Act<'_>, key: Option<String>) -> Result<(), BookError> {
        let before = match self.signature_key.take() {
            Some(own) => Some(own),
            None => key_before(act, self, key.as_deref())?,
        };
        self.replaced_key = before.filter(|before| Some(before) != key.as_ref()).or(self.replaced_key.take());
        self.signature_key = key;
        Ok(())
    }

    /// Deletes it. What waits for it is not sent any more.
    pub(crate) fn delete(self, act: &Act<'_>) -> Result<(), BookError> {
        act.remove::<Self>(&self.id)?;
        act.keep(&Gone { id: self.id.clone() })?;
        act.keep(&Former { id: self.id, target_url: self.target_url, signature_key: self.signature_key })
    }
}

/// The newest key that is another than this, of those that lead or led to where it leads.
fn key_before(act: &Act<'_>, webhook: &Webhook, key: Option<&str>) -> Result<Option<String>, BookError> {
    let another = |found: Option<String>| found.filter(|found| Some(found.as_str()) != key);
    let living = act.all_of::<Webhook>("")?.into_iter().rev();
    let mut living = living.filter(|other| other.id != webhook.id && other.target_url == webhook.target_url);
    if let Some(key) = living.find_map(|other| another(other.signature_key)) {
        return Ok(Some(key));
    }
    let former = act.latest_of::<Former>(&webhook.target_url, FORMER_MAX)?;
    Ok(former.into_iter().rev().find_map(|former| another(former.signature_key)))
}

/// How many webhooks back a key is looked for.
const FORMER_MAX: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::banked::stage::Stage;

    fn webhook(act: &Act<'_>, url: &str, key: &str) -> Result<Webhook, BookError> {
        let mut webhook = Webhook { target_url: url.to_owned(), ..Webhook::begin(act)? };
        webhook.take_key(act, Some(key.to_owned()))?;
        act.keep(&webhook)?;
        Ok(webhook)
    }

    #[test]
    fn a_webhook_knows_the_key_before_its_own_from_the_one_before_it_or_from_itself() {
        let stage = Stage::new();
        let replaced = stage.act(|act| {
            let here = "https://shop.example/b";
            let first = webhook(act, here, "one")?;
            let elsewhere = webhook(act, "https://shop.example/c", "two")?;
            let beside = webhook(act, here, "three")?;
            first.clone().delete(act)?;
            beside.clone().delete(act)?;
            let after = webhook(act, here, "four")?;
            let mut typed_anew = after.clone();
            typed_anew.take_key(act, Some("five".to_owned()))?;
            typed_anew.take_key(act, Some("five".to_owned()))?;
            Ok([first, elsewhere, beside, after, typed_anew].map(|webhook| webhook.replaced_key))
        });
        let replaced: Vec<_> = replaced.iter().map(Option::as_deref).collect();
        assert_eq!(replaced, [None, None, Some("one"), Some("three"), Some("four")]);
    }
}
