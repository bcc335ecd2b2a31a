//! One purchase, from the shelf to the order's page.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use url::Url;

use super::browser::{Browser, Lost};
use super::page::Page;
use crate::standing::Standing;

/// A card that is charged. Adyen's own test number, as all of these.
const GOOD_CARD: &str = "4111111145551142";
/// A card whose issuer asks for 3-D Secure.
const ASKING_CARD: &str = "4917610000000000";
/// The card holder whose payments are refused.
const REFUSED_HOLDER: &str = "DECLINED";
/// When the cards expire, and their code.
const EXPIRY: &str = "03/30";
const CVC: &str = "737";
/// An account at the mock bank with enough on it.
const GOOD_ACCOUNT: &str = "050511";
/// How often the order's page is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What somebody means to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Plan {
    /// Pay by card.
    Card,
    /// Pay by card, and approve the 3-D Secure page.
    Asked,
    /// Pay by a card that is refused, then by another.
    SecondCard,
    /// Fail the 3-D Secure page, and leave it at that.
    FailsAsked,
    /// Pay by bank.
    Bank,
    /// Decline at the bank, then pay by card.
    BankThenCard,
    /// Pay by card, and have the merchant give all of it back.
    Returns,
    /// Pay by bank, and have the merchant give all of it back.
    BankReturns,
}

impl Plan {
    /// Every plan, the most usual ones more than once: what a choice by chance is made from.
    pub const USUAL: [Self; 12] = [
        Self::Card,
        Self::Card,
        Self::Asked,
        Self::Asked,
        Self::SecondCard,
        Self::SecondCard,
        Self::Bank,
        Self::Bank,
        Self::BankThenCard,
        Self::FailsAsked,
        Self::Returns,
        Self::BankReturns,
    ];

    /// How the order has to stand in the end.
    #[must_use]
    pub const fn ends(self) -> Standing {
        match self {
            Self::FailsAsked => Standing::Refused,
            Self::Returns | Self::BankReturns => Standing::Refunded,
            _ => Standing::Paid,
        }
    }
}

/// Somebody at a shop, with a plan.
#[derive(Clone, Debug)]
pub struct Errand {
    /// The shop.
    pub shop: Url,
    /// What is bought: a product's id; nothing takes what stands first.
    pub product: Option<String>,
    /// What is meant to be done.
    pub plan: Plan,
    /// How long is waited for anybody, and for the order to stand as it should.
    pub patience: Duration,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The order's page.
    pub order: Url,
    /// The word under which the order stood when it was last looked at.
    pub standing: String,
}

impl Errand {
    /// Does it.
    ///
    /// # Errors
    /// [`Lost`] when somebody does not answer, or not as they should. An order may have been placed.
    pub async fn run(&self) -> Result<Receipt, Lost> {
        let mut browser = Browser::new(self.patience);
        let by_bank = matches!(self.plan, Plan::Bank | Plan::BankThenCard | Plan::BankReturns);
        let method = if by_bank { "bank" } else { "card" };
        let offer = self.check_out(&mut browser, method).await?;
        let last = match self.plan {
            Plan::Card | Plan::Returns => pay(&mut browser, &offer, GOOD_CARD, "").await?,
            Plan::Asked => self.answer(&mut browser, &offer, "true").await?,
            Plan::FailsAsked => {
                let refused = self.answer(&mut browser, &offer, "false").await?;
                browser.send(&refused, "/cancel", &[]).await?
            }
            Plan::SecondCard => {
                let refused = pay(&mut browser, &offer, GOOD_CARD, REFUSED_HOLDER).await?;
                pay(&mut browser, &refused, GOOD_CARD, "").await?
            }
            Plan::Bank | Plan::BankReturns => bank(&mut browser, &offer, "approve").await?,
            Plan::BankThenCard => {
                let declined = bank(&mut browser, &offer, "decline").await?;
                let declined = self.home(&mut browser, declined).await?;
                let declined = self.wait_for(&mut browser, &declined.url, "refused").await?;
                let asked = browser.send(&declined, "/pay", &[("method", "card")]).await?;
                let offer = self.offer(&mut browser, asked, "card").await?;
                pay(&mut browser, &offer, GOOD_CARD, "").await?
            }
        };
        let order = order_page(&self.home(&mut browser, last).await?.url);
        if self.plan.ends() == Standing::Refunded {
            self.wait_for(&mut browser, &order, "paid").await?;
            self.give_back(&mut browser, &order).await?;
        }
        let page = self.wait_for(&mut browser, &order, self.plan.ends().as_str()).await?;
        Ok(Receipt { order, standing: standing(&page).unwrap_or_default().to_owned() })
    }

    /// From the shelf to the provider's page.
    async fn check_out(&self, browser: &mut Browser, method: &str) -> Result<Page, Lost> {
        let shelf = browser.open(&self.shop).await?;
        let chosen = self.product.as_deref().map(|product| ("product", product));
        let basket = browser.send(&shelf, "/basket", chosen.as_slice()).await?;
        let asked = browser.send(&basket, "/checkout", &[("email", "ada@example.com"), ("method", method)]).await?;
        self.offer(browser, asked, method).await
    }

    /// The provider's page. While it does not open, the order's own page says so; its button is pressed once it has one.
    async fn offer(&self, browser: &mut Browser, asked: Page, method: &str) -> Result<Page, Lost> {
        let until = Instant::now() + self.patience;
        let mut page = asked;
        while self.is_shops(&page) && Instant::now() < until {
            page = match page.form("/pay") {
                Some(_) => browser.send(&page, "/pay", &[("method", method)]).await?,
                None => {
                    sleep(LOOK_EVERY).await;
                    browser.open(&order_page(&page.url)).await?
                }
            };
        }
        Ok(page)
    }

    /// Back at the shop. Who pressed twice, since the first answer got lost, is told by the provider that it is done, and
    /// finds a link there.
    async fn home(&self, browser: &mut Browser, page: Page) -> Result<Page, Lost> {
        if self.is_shops(&page) {
            return Ok(page);
        }
        match page.link_to(&self.shop) {
            Some(way) => browser.open(&way).await,
            None => Err(page.lacks("the way back to the shop")),
        }
    }

    fn is_shops(&self, page: &Page) -> bool {
        page.url.origin() == self.shop.origin()
    }

    /// Pays by a card whose issuer asks, and answers.
    async fn answer(&self, browser: &mut Browser, offer: &Page, approved: &str) -> Result<Page, Lost> {
        let asked = pay(browser, offer, ASKING_CARD, "").await?;
        browser.send(&asked, "approved", &[("approved", approved)]).await
    }

    /// The merchant gives back what was paid.
    async fn give_back(&self, browser: &mut Browser, order: &Url) -> Result<(), Lost> {
        let page = browser.open(order).await?;
        let reference = reference(&page).unwrap_or_default();
        let at = |path: &str| self.shop.join(path).unwrap_or_else(|_| self.shop.clone());
        let until = Instant::now() + self.patience;
        loop {
            let admin = browser.open(&at(&format!("/admin/orders/{reference}"))).await?;
            match browser.send(&admin, "/refund", &[]).await {
                Ok(_) => return Ok(()),
                Err(lost) if Instant::now() >= until => return Err(lost),
                Err(_) => sleep(LOOK_EVERY).await,
            }
        }
    }

    /// The order's page once it says this word, or the last one seen.
    async fn wait_for(&self, browser: &mut Browser, order: &Url, word: &str) -> Result<Page, Lost> {
        let until = Instant::now() + self.patience;
        loop {
            let page = browser.open(&order_page(order)).await?;
            if standing(&page) == Some(word) || Instant::now() >= until {
                return Ok(page);
            }
            sleep(LOOK_EVERY).await;
        }
    }
}

/// Fills in the hosted page's card form.
async fn pay(browser: &mut Browser, offer: &Page, number: &str, holder: &str) -> Result<Page, Lost> {
    let card = [("number", number), ("expiry", EXPIRY), ("cvc", CVC), ("holder", holder)];
    browser.send(offer, "number", &card).await
}

/// Chooses a bank and an account, and decides.
async fn bank(browser: &mut Browser, offer: &Page, decision: &str) -> Result<Page, Lost> {
    let bank = offer.form("bank").and_then(|form| form.buttons.first().map(|(_, value)| value.clone()));
    let account = browser.send(offer, "bank", &[("bank", &bank.unwrap_or_default())]).await?;
    let consent = browser.send(&account, "account", &[("account", GOOD_ACCOUNT)]).await?;
    browser.send(&consent, "decision", &[("decision", decision)]).await
}

/// The order's own page, whichever page below it one has come back to.
fn order_page(url: &Url) -> Url {
    let mut page = url.clone();
    page.set_query(None);
    let path = url.path().split('/').take(3).collect::<Vec<_>>().join("/");
    page.set_path(&path);
    page
}

/// The word under which an order stands, as its page has it.
fn standing(page: &Page) -> Option<&str> {
    let (_, rest) = page.html.split_once("class=\"standing ")?;
    rest.split(['"', ' ']).next()
}

/// The order's reference, as its page has it.
fn reference(page: &Page) -> Option<&str> {
    let (_, rest) = page.html.split_once("Order <span class=\"mono\">")?;
    rest.split('<').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_one_comes_back_to_belongs_to_the_order() {
        let url = Url::parse("http://shop.test/orders/abc/return?sessionId=1").expect("a URL");
        assert_eq!(order_page(&url).as_str(), "http://shop.test/orders/abc");
    }

    #[test]
    fn the_standing_is_read_from_the_page() {
        let html = r#"<section id="standing" class="standing paid" role="status">"#.to_owned();
        let page = Page { url: Url::parse("http://shop.test/").expect("a URL"), status: 200, html };
        assert_eq!(standing(&page), Some("paid"));
    }
}
