//! Events that say something about a payment, in few words.

use payhook_domain::event::OccurredAt;
use payhook_domain::fact::{Effect, Fact, Subject};
use payhook_domain::id::PaymentId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::kind::Kind;
use payhook_domain::money::{Amount, Currency};
use payhook_domain::payment::Names;
use payhook_store::{Disposition, RecordEvent, StoredEvent};

use crate::desk::{at, event};

pub(crate) const SCOPE: Scope<'_> = Scope { provider: "adyen", account: "Shop", environment: Environment::Test };

/// What one event says.
#[derive(Clone, Debug)]
pub(crate) struct Told<'t> {
    /// The payment's reference.
    pub(crate) payment: &'t str,
    /// The reference of what happened to it; empty for the payment itself.
    pub(crate) part: &'t str,
    pub(crate) order: &'t str,
    pub(crate) says: (Kind, Subject, Effect),
    pub(crate) amount: i64,
    pub(crate) currency: &'t str,
    /// The event's own date, in seconds of the test's day.
    pub(crate) second: i64,
}

pub(crate) const AUTHORISED: (Kind, Subject, Effect) = (Kind::PaymentAuthorised, Subject::Payment, Effect::Succeeded);
pub(crate) const REFUSED: (Kind, Subject, Effect) = (Kind::PaymentRefused, Subject::Payment, Effect::Refused);
pub(crate) const CAPTURED: (Kind, Subject, Effect) = (Kind::PaymentCaptured, Subject::Capture, Effect::Succeeded);
pub(crate) const CHARGED_BACK: (Kind, Subject, Effect) = (Kind::DisputeOpened, Subject::Dispute, Effect::ChargedBack);

impl Told<'static> {
    /// About payment `P1` of order `order-1`.
    pub(crate) const fn of(says: (Kind, Subject, Effect), part: &'static str, amount: i64, second: i64) -> Self {
        Self { payment: "P1", part, order: "order-1", says, amount, currency: "EUR", second }
    }
}

impl Told<'_> {
    /// As the store is handed it.
    pub(crate) fn item(&self, disposition: Disposition) -> RecordEvent {
        let (kind, subject, effect) = self.says;
        let identity = format!("{}/{}/{kind:?}", self.payment, self.part);
        // The date is not signed: the same with another is a revision.
        let mut item = event(&identity, self.amount, &self.second.to_string(), disposition);
        let told = &mut item.event;
        told.kind = kind;
        told.amount =
            Currency::parse(self.currency).map(|currency| Amount { value: self.amount, currency, decimals: 2 });
        told.reference = Some(self.order.to_owned());
        told.payment = Some(self.payment.to_owned());
        told.aliases = Some(self.part.to_owned()).filter(|part| !part.is_empty()).into_iter().collect();
        told.occurred_at = Some(OccurredAt { text: String::new(), instant: Some(at(self.second)) });
        told.fact = Some(Fact {
            leg: if self.payment == self.part { String::new() } else { self.payment.to_owned() },
            part: self.part.to_owned(),
            amount: told.amount,
            occurred_at: Some(at(self.second)),
            reference: told.reference.clone(),
            ..Fact::of(subject, effect)
        });
        item.names = Names::of(&SCOPE, &item.event);
        item
    }
}

/// What a row tells of its payment: the public id, and the version.
pub(crate) fn version(row: &StoredEvent) -> (String, u64) {
    let json = row.payment.clone().expect("it is about a payment");
    let behind = |name: &str| json.split_once(name).expect("told").1.to_owned();
    let id = behind("\"id\":\"").split('"').next().expect("an id").to_owned();
    let version = behind("\"version\":").split(',').next().and_then(|version| version.parse().ok());
    (id, version.expect("a number"))
}

/// A name of a payment.
pub(crate) fn name(reference: &str) -> PaymentId {
    PaymentId(digest(reference))
}

fn digest(reference: &str) -> Digest {
    SCOPE.identity(&["payment", reference])
}
