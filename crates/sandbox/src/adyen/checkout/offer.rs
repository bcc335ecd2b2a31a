//! Sessions and payment links: an amount that a shopper may pay at the hosted page, until it is over.

use std::collections::BTreeMap;

use payhook_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::pay::{Authenticate, Instrument, Purchase};
use super::payment::{Origin, Payment, Shopper, State};
use crate::adyen::notice::{Amount, Item, tell};
use crate::book::{Act, BookError, Document};

/// Which of both it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OfferKind {
    Session,
    Link,
}

/// Where it stands, by the API's words for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Standing {
    Active,
    PaymentPending,
    Completed,
    /// The last try was refused; another may follow.
    Refused,
    Canceled,
    Expired,
}

/// A session or a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) id: String,
    pub(crate) kind: OfferKind,
    pub(crate) merchant_account: String,
    pub(crate) reference: String,
    pub(crate) amount: Amount,
    pub(crate) return_url: Option<String>,
    pub(crate) shopper: Shopper,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) merchant_order_reference: Option<String>,
    pub(crate) standing: Standing,
    /// What the shopper brings back of a session.
    pub(crate) result: String,
    /// In microseconds.
    pub(crate) expires: i64,
    /// Whether a link can be paid again and again.
    pub(crate) reusable: bool,
    /// The newest try.
    pub(crate) payment: Option<String>,
    /// What was answered when it was made.
    pub(crate) answered: serde_json::Value,
}

impl Document for Offer {
    const KIND: &'static str = "adyen offer";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.merchant_account
    }
}

impl Offer {
    /// Whether it can be paid now.
    pub(crate) fn is_payable(&self, now: Timestamp) -> bool {
        matches!(self.standing, Standing::Active | Standing::Refused) && now < Timestamp::from_micros(self.expires)
    }

    /// Whether it is paid, or a payment of it is on its way. One that can be paid again never is.
    pub(crate) fn is_paid(&self) -> bool {
        matches!(self.standing, Standing::Completed | Standing::PaymentPending)
    }

    /// What a shopper who pays it by this buys.
    pub(crate) fn purchase(&self, by: Instrument) -> Purchase {
        let (session, link) = match self.kind {
            OfferKind::Session => (Some(self.id.clone()), None),
            OfferKind::Link => (None, Some(self.id.clone())),
        };
        let merchant_order_reference = self.merchant_order_reference.clone();
        Purchase {
            authenticate: Authenticate::AsTheCard,
            return_url: self.return_url.clone().unwrap_or_default(),
            shopper: self.shopper.clone(),
            metadata: self.metadata.clone(),
            origin: Origin { session, link, order: None, merchant_order_reference },
            ..Purchase::new(&self.merchant_account, &self.reference, self.amount.clone(), by)
        }
    }

    /// Where the shopper goes afterwards, with the result; nothing when the merchant named no place.
    pub(crate) fn way_back(&self) -> Option<String> {
        let mut url = url::Url::parse(self.return_url.as_deref()?).ok()?;
        if self.kind == OfferKind::Session {
            url.query_pairs_mut().append_pair("sessionId", &self.id).append_pair("sessionResult", &self.result);
        }
        Some(url.into())
    }
}

/// The session or link that a payment came from.
pub(super) fn of(act: &Act<'_>, payment: &Payment) -> Result<Option<Offer>, BookError> {
    let origin = payment.origin.session.as_deref().or(payment.origin.link.as_deref());
    origin.map_or(Ok(None), |id| act.find(id))
}

/// A payment came to something: the offer it came from follows.
pub(super) fn hears(act: &Act<'_>, payment: &Payment) -> Result<(), BookError> {
    let Some(mut offer) = of(act, payment)? else { return Ok(()) };
    offer.payment = Some(payment.psp_reference.clone());
    offer.standing = match payment.state {
        _ if offer.reusable => Standing::Active,
        State::Authorised => Standing::Completed,
        State::Pending => Standing::PaymentPending,
        _ if offer.standing == Standing::Completed => Standing::Completed,
        _ => Standing::Refused,
    };
    act.keep(&offer)
}

/// Its time is over: if nobody paid, OFFER_CLOSED says so.
pub(super) fn close(act: &Act<'_>, id: &str) -> Result<(), BookError> {
    let open = |offer: &Offer| matches!(offer.standing, Standing::Active | Standing::Refused);
    let Some(mut offer) = act.find::<Offer>(id)?.filter(open) else { return Ok(()) };
    offer.standing = Standing::Expired;
    act.keep(&offer)?;
    let psp_reference = match &offer.payment {
        Some(payment) => payment.clone(),
        None => act.chance()?.psp_reference(),
    };
    tell(act, &closed(&offer, &psp_reference))
}

fn closed(offer: &Offer, psp_reference: &str) -> Item {
    let mut item = Item::new("OFFER_CLOSED", true, psp_reference, offer.amount.clone());
    offer.merchant_account.clone_into(&mut item.merchant_account);
    offer.reference.clone_into(&mut item.merchant_reference);
    match offer.kind {
        OfferKind::Session => item.with("checkoutSessionId", &offer.id),
        OfferKind::Link => item.with("paymentLinkId", &offer.id),
    }
}
