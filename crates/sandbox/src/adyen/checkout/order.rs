//! An order: one amount, paid by several payments. It is closed when they pay all of it, or when it is given up.

use serde::{Deserialize, Serialize};

use super::payment::{Action, Change, ChangeKind, ChangeState, Payment, State};
use crate::adyen::notice::{Amount, Item, tell};
use crate::book::{Act, BookError, Document};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderState {
    Open,
    Paid,
    GivenUp,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) psp_reference: String,
    pub(crate) merchant_account: String,
    pub(crate) reference: String,
    pub(crate) amount: Amount,
    /// What a payment names it by, besides its reference.
    pub(crate) data: String,
    pub(crate) state: OrderState,
    /// The authorised payments, oldest first.
    pub(crate) legs: Vec<Leg>,
    /// In microseconds.
    pub(crate) expires: i64,
}

/// A payment of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Leg {
    pub(crate) payment: String,
    method: String,
    value: i64,
}

impl Document for Order {
    const KIND: &'static str = "adyen order";

    fn id(&self) -> &str {
        &self.psp_reference
    }

    fn owner(&self) -> &str {
        &self.merchant_account
    }
}

impl Order {
    /// What is still to be paid.
    pub(crate) fn remaining(&self) -> i64 {
        self.amount.value - self.legs.iter().map(|leg| leg.value).sum::<i64>()
    }

    fn item(&self, code: &str, success: bool) -> Item {
        let mut item = Item::new(code, success, &self.psp_reference, self.amount.clone());
        self.merchant_account.clone_into(&mut item.merchant_account);
        self.reference.clone_into(&mut item.merchant_reference);
        item
    }

    fn closed(&self, success: bool) -> Item {
        let legs = self.legs.iter().enumerate();
        legs.fold(self.item("ORDER_CLOSED", success), |item, (place, leg)| {
            let name = |what: &str| format!("order-{}-{what}", place + 1);
            let amount = Amount { currency: self.amount.currency.clone(), value: leg.value };
            item.with(&name("pspReference"), &leg.payment)
                .with(&name("paymentAmount"), format!("{} {}", amount.currency, amount.decimal()))
                .with(&name("paymentMethod"), &leg.method)
                .with_if("includePaymentResultInOrderClosedNotification", &name("success"), "true")
        })
    }
}

/// ORDER_OPENED: it begins.
pub(super) fn open(act: &Act<'_>, order: &Order) -> Result<(), BookError> {
    act.keep(order)?;
    tell(act, &order.item("ORDER_OPENED", true))
}

/// A payment came to something: where it pays a part of an order, the order follows. ORDER_CLOSED when all is paid.
pub(super) fn hears(act: &Act<'_>, payment: &Payment) -> Result<(), BookError> {
    let Some(id) = payment.origin.order.as_ref().filter(|_| payment.state == State::Authorised) else { return Ok(()) };
    let Some(mut order) = act.find::<Order>(id)? else { return Ok(()) };
    if order.state != OrderState::Open || payment.amount.value > order.remaining() {
        // It came too late, or another was faster: it is not the order's, and goes back.
        return give_back(act, &payment.psp_reference);
    }
    let (method, value) = (payment.method.clone(), payment.amount.value);
    order.legs.push(Leg { payment: payment.psp_reference.clone(), method, value });
    if order.remaining() > 0 {
        return act.keep(&order);
    }
    order.state = OrderState::Paid;
    act.keep(&order)?;
    tell(act, &order.closed(true))
}

/// ORDER_CLOSED without success: the parts go back, which no notification of their own says.
pub(super) fn give_up(act: &Act<'_>, order: &mut Order) -> Result<(), BookError> {
    order.state = OrderState::GivenUp;
    act.keep(order)?;
    for leg in &order.legs {
        give_back(act, &leg.payment)?;
    }
    tell(act, &order.closed(false))
}

/// Its time is over.
pub(super) fn expire(act: &Act<'_>, id: &str) -> Result<(), BookError> {
    let open = act.find::<Order>(id)?.filter(|order| order.state == OrderState::Open);
    open.map_or(Ok(()), |mut order| give_up(act, &mut order))
}

fn give_back(act: &Act<'_>, payment: &str) -> Result<(), BookError> {
    let Some(mut payment) = act.find::<Payment>(payment)? else { return Ok(()) };
    let now = act.now.as_micros();
    let mut change = Change {
        psp_reference: act.chance()?.psp_reference(),
        kind: ChangeKind::Reversal,
        amount: None,
        reference: None,
        state: ChangeState::Asked,
        asked: now,
        decided: Some(now),
        automatic: true,
    };
    if let Ok(moved) = payment.decide(&change, false) {
        let returned = moved.action == Some(Action::Refund);
        change.state = ChangeState::Done { moved: moved.value, returned };
        payment.changes.push(change);
    }
    act.keep(&payment)
}
