//! Who buys: people with a plan each, some at the same time. Where somebody is down they try again, as people do.

use std::time::Duration;

use payhook_example_shop::shopper::{Errand, Lost, Plan, Receipt};
use tokio::task::JoinSet;
use url::Url;

/// How many are in the shop at once.
const AT_ONCE: usize = 8;
/// Longest that anybody waits for an answer, and for an order to stand as it should: kills and the provider's waits included.
const PATIENCE: Duration = Duration::from_secs(60);
/// When no more come in, however few were killed: so many times as many as were asked for.
const CROWD_MAX: usize = 4;

/// People at a shop.
pub(super) struct Crowd {
    pub(super) shop: Url,
    pub(super) orders: usize,
    pub(super) seed: u64,
}

/// One of them, and what came of it.
pub(super) struct Bought {
    pub(super) plan: Plan,
    receipt: Result<Receipt, Lost>,
}

impl Bought {
    /// Whether the order's page says what was meant.
    pub(super) fn is_right(&self) -> bool {
        self.receipt.as_ref().is_ok_and(|receipt| receipt.standing == self.plan.ends().as_str())
    }

    /// The secret part of its page's address.
    pub(super) fn page(&self) -> String {
        let order = &self.receipt.as_ref().expect("it ended right").order;
        order.path_segments().and_then(|mut parts| parts.nth(1)).expect("/orders/PAGE").to_owned()
    }

    pub(super) fn told(&self) -> String {
        match &self.receipt {
            Ok(receipt) => format!("{:?} at {} stands as {:?}", self.plan, receipt.order, receipt.standing),
            Err(lost) => format!("{:?}: {lost}", self.plan),
        }
    }
}

impl Crowd {
    /// All of them buy; and more, as long as that is wanted.
    pub(super) fn buy(&self, more: impl Fn() -> bool) -> Vec<Bought> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime needs nothing but memory").block_on(async {
            let (mut inside, mut bought) = (JoinSet::new(), Vec::new());
            let mut came = 0;
            loop {
                while inside.len() < AT_ONCE && (came < self.orders || (more() && came < CROWD_MAX * self.orders)) {
                    inside.spawn(go(self.errand(came)));
                    came += 1;
                }
                match inside.join_next().await {
                    Some(one) => bought.push(one.expect("nobody panics in a shop")),
                    None => return bought,
                }
            }
        })
    }

    /// Each plan comes in its turn before one comes again, from a place that the seed chooses.
    fn errand(&self, number: usize) -> Errand {
        let turn = usize::try_from(self.seed).unwrap_or_default().wrapping_add(5 * number);
        let plan = Plan::USUAL[turn % Plan::USUAL.len()];
        Errand { shop: self.shop.clone(), product: None, plan, patience: PATIENCE }
    }
}

async fn go(errand: Errand) -> Bought {
    Bought { plan: errand.plan, receipt: errand.run().await }
}
