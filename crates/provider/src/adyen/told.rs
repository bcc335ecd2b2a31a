//! What a body signed by the header tells of what it is about: references, account, amount.
//!
//! Families put it in different places: most in `data`, classic platforms in `content`, a relayed authorisation beside the
//! type, and the notices of a resource (`balancePlatform.accountHolder.updated`) in a member called like it. Each value is
//! taken from the first place that has it. The whole is handed on as the original in any case.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json;
use crate::scalar::Scalar;

/// The places of one body, the nearest to what it is about first.
pub(super) struct Told<'r> {
    /// `data` or `content`.
    data: Place<'r>,
    /// The member of it that is called like what the type is about.
    resource: Place<'r>,
    /// The body itself.
    body: Place<'r>,
    amount: Amount<'r>,
}

/// What may stand in a place.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Place<'r> {
    #[serde(borrow)]
    merchant_account: Scalar<'r>,
    #[serde(borrow)]
    merchant_account_code: Scalar<'r>,
    #[serde(borrow)]
    merchant_id: Scalar<'r>,
    #[serde(borrow)]
    stored_payment_method_id: Scalar<'r>,
    #[serde(borrow)]
    psp_reference: Scalar<'r>,
    #[serde(borrow)]
    id: Scalar<'r>,
    #[serde(borrow)]
    card_order_item_id: Scalar<'r>,
    #[serde(borrow)]
    balance_account_id: Scalar<'r>,
    #[serde(borrow)]
    account_id: Scalar<'r>,
    #[serde(borrow)]
    file_name: Scalar<'r>,
    #[serde(borrow)]
    reference: Scalar<'r>,
    #[serde(borrow)]
    merchant_reference: Scalar<'r>,
    #[serde(borrow)]
    creation_date: Scalar<'r>,
    #[serde(borrow)]
    amount: Option<&'r RawValue>,
    #[serde(borrow)]
    disputed_amount: Option<&'r RawValue>,
}

/// An amount.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Amount<'r> {
    #[serde(borrow)]
    value: Scalar<'r>,
    #[serde(borrow)]
    currency: Scalar<'r>,
}

impl<'r> Told<'r> {
    /// Of a body of type `code`, of which `data` is what its family puts in it.
    pub(super) fn read(code: &str, body: &'r [u8], data: Option<&'r RawValue>) -> Self {
        let place = |raw: Option<&'r RawValue>| raw.and_then(|raw| json::object(raw.get())).unwrap_or_default();
        let resource = data.and_then(|data| member(data, resource(code)?)).unwrap_or_default();
        let (data, body): (Place<'_>, Place<'_>) = (place(data), json::object_in(body).unwrap_or_default());
        let amount = data.amount.or(data.disputed_amount).or(body.amount);
        let amount = amount.and_then(|raw| json::object(raw.get())).unwrap_or_default();
        Self { data, resource, body, amount }
    }

    /// The merchant account under its own name, which identities are made with.
    pub(super) fn merchant_account(&self) -> Option<&str> {
        self.data.merchant_account.text()
    }

    /// The merchant account, whatever its family calls it.
    pub(super) fn account(&self) -> Option<&str> {
        let Place { merchant_account, merchant_account_code, merchant_id, .. } = &self.data;
        [merchant_account, merchant_account_code, merchant_id].into_iter().find_map(Scalar::filled)
    }

    /// The provider's reference of what it is about; `psp_reference` is the body's own.
    pub(super) fn own<'s>(&'s self, psp_reference: &'s Scalar<'_>) -> Option<&'s str> {
        let Place { stored_payment_method_id, psp_reference: of_data, id, .. } = &self.data;
        let Place { card_order_item_id, balance_account_id, account_id, file_name, merchant_id, .. } = &self.data;
        let near = [stored_payment_method_id, of_data, psp_reference, id, &self.body.id, &self.resource.id];
        let far = [card_order_item_id, balance_account_id, account_id, file_name, merchant_id];
        near.into_iter().chain(far).find_map(Scalar::filled)
    }

    /// The merchant's own reference.
    pub(super) fn reference(&self) -> Option<&str> {
        let places = [&self.data, &self.body, &self.resource].into_iter();
        places.flat_map(|place| [&place.reference, &place.merchant_reference]).find_map(Scalar::filled)
    }

    /// When it was made, where the envelope says nothing.
    pub(super) fn date(&self) -> Option<&str> {
        self.data.creation_date.filled()
    }

    /// Value and currency, as they are written; empty where there are none.
    pub(super) fn amount(&self) -> (&str, &str) {
        let Amount { value, currency } = &self.amount;
        (value.text().unwrap_or_default(), currency.text().unwrap_or_default())
    }
}

/// What a type of the balance platform is about: `accountHolder` of `balancePlatform.accountHolder.updated`.
fn resource(code: &str) -> Option<&str> {
    code.strip_prefix("balancePlatform.")?.split('.').next()
}

fn member<'r>(data: &'r RawValue, name: &str) -> Option<Place<'r>> {
    let members: HashMap<String, &'r RawValue> = json::object(data.get())?;
    json::object(members.get(name)?.get())
}
