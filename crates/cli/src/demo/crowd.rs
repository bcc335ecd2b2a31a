//! People who buy by themselves: each with a plan of their own, some at the same time.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use payhook_example_shop::shopper::{Errand, Lost, Plan, Receipt};
use url::Url;

/// How many are in the shop at once.
const AT_ONCE: usize = 8;
/// How long somebody waits for an answer, and for an order to end as it should.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many people, each with a plan drawn by the seed.
pub(super) struct Crowd {
    pub(super) shop: Url,
    pub(super) number: u32,
    pub(super) seed: u64,
}

/// One of them, and what came of it.
pub(super) struct Bought {
    pub(super) plan: Plan,
    pub(super) receipt: Result<Receipt, Lost>,
}

impl Bought {
    /// Whether the order ended as the plan has it.
    pub(super) fn is_right(&self) -> bool {
        self.receipt.as_ref().is_ok_and(|receipt| receipt.standing == self.plan.ends().as_str())
    }
}

impl Bought {
    /// The secret part of the order's address, by which the shop's database knows it.
    pub(super) fn page(&self) -> Option<String> {
        let order = &self.receipt.as_ref().ok()?.order;
        Some(order.path_segments()?.nth(1)?.to_owned())
    }

    /// What was meant, and what came of it.
    pub(super) fn told(&self) -> String {
        match &self.receipt {
            Ok(receipt) => format!("{:?} at {} stands as {:?}", self.plan, receipt.order, receipt.standing),
            Err(lost) => format!("{:?}: {lost}", self.plan),
        }
    }
}

impl Crowd {
    /// All of them buy.
    pub(super) async fn buy(&self) -> Vec<Bought> {
        let errands = (0..self.number).map(|number| self.errand(number));
        let buy = |errand: Errand| async move { Bought { plan: errand.plan, receipt: errand.run().await } };
        stream::iter(errands).map(buy).buffer_unordered(AT_ONCE).collect().await
    }

    /// Each plan comes in its turn before one comes again, from a place that the seed chooses.
    fn errand(&self, number: u32) -> Errand {
        let turn = self.seed.wrapping_add(u64::from(number).wrapping_mul(5));
        let plan = Plan::USUAL[usize::try_from(turn % Plan::USUAL.len() as u64).unwrap_or(0)];
        Errand { shop: self.shop.clone(), product: None, plan, patience: PATIENCE }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_dozen_people_have_every_plan_among_them() {
        let shop = Url::parse("http://127.0.0.1/").expect("a URL");
        for seed in 0..20 {
            let crowd = Crowd { shop: shop.clone(), number: 12, seed };
            let plans: HashSet<_> = (0..12).map(|number| crowd.errand(number).plan).collect();
            assert_eq!(plans.len(), Plan::USUAL.iter().collect::<HashSet<_>>().len(), "seed {seed}");
        }
    }
}
