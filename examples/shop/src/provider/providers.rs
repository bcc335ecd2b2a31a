//! The providers that are configured, and how each is told who asks.

use data_encoding::BASE64;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use url::Url;

use super::client::{CallError, Client, Reply};
use super::{adyen, banked};
use crate::book::{Intention, Line, Order, Payment};
use crate::intentions::Kind;
use crate::settings::{Adyen, Mistake, Settings};

/// Who moves the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    /// Cards.
    Adyen,
    /// From account to account.
    Banked,
}

/// A request to a provider: a path below its base, and the body's exact text.
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) body: String,
}

/// Those that are configured.
pub(crate) struct Providers {
    client: Client,
    adyen: Option<(Adyen, Door)>,
    banked: Option<Door>,
    base_url: Url,
}

/// Where a provider is asked, and by whom.
struct Door {
    base: Url,
    credential: (HeaderName, HeaderValue),
}

impl Provider {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Adyen => "adyen",
            Self::Banked => "banked",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Adyen, Self::Banked].into_iter().find(|provider| provider.as_str() == word)
    }
}

impl Providers {
    /// Makes ready to ask whoever is configured.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Mistake> {
        let adyen = settings.adyen.as_ref().map(|adyen| {
            let credential = (HeaderName::from_static("x-api-key"), secret("ADYEN_API_KEY", &adyen.api_key)?);
            Ok((adyen.clone(), Door { base: adyen.base_url.clone(), credential }))
        });
        let banked = settings.banked.as_ref().map(|banked| {
            let basic = format!("Basic {}", BASE64.encode(banked.api_key.as_bytes()));
            let credential = (AUTHORIZATION, secret("BANKED_API_KEY", &basic)?);
            Ok(Door { base: banked.base_url.clone(), credential })
        });
        let base_url = settings.base_url.clone();
        Ok(Self { client: Client::new(), adyen: adyen.transpose()?, banked: banked.transpose()?, base_url })
    }

    /// Whether buyers can pay that way.
    pub(crate) const fn has(&self, provider: Provider) -> bool {
        match provider {
            Provider::Adyen => self.adyen.is_some(),
            Provider::Banked => self.banked.is_some(),
        }
    }

    /// The client key, when card details are asked for on a page of the shop.
    pub(crate) fn drop_in(&self) -> Option<&str> {
        let (settings, _) = self.adyen.as_ref().filter(|(settings, _)| adyen::shows_drop_in(settings))?;
        settings.client_key.as_deref()
    }

    /// What is asked for a page on which the buyer pays; nothing when that provider is not configured.
    pub(crate) fn session(&self, provider: Provider, order: &Order, lines: &[Line]) -> Option<Asked> {
        let return_url = self.page(order, "/return");
        match provider {
            Provider::Adyen => self.adyen.as_ref().map(|(settings, _)| adyen::session(settings, order, &return_url)),
            Provider::Banked => self.banked.as_ref().map(|_| banked::session(order, lines, &return_url)),
        }
    }

    /// What is asked for a capture, cancel or refund; nothing when the provider does no such thing.
    pub(crate) fn modification(
        &self,
        provider: Provider,
        kind: Kind,
        order: &Order,
        payment: &Payment,
        amount: i64,
    ) -> Option<Asked> {
        match provider {
            Provider::Adyen => adyen::modification(&self.adyen.as_ref()?.0, kind, order, payment, amount),
            Provider::Banked => {
                self.banked.as_ref()?;
                banked::modification(kind, order, payment, amount, &self.page(order, ""))
            }
        }
    }

    /// Asks what an intention wants, under its key.
    pub(crate) async fn ask(&self, intention: &Intention) -> Result<Reply, CallError> {
        let door = match intention.provider {
            Provider::Adyen => self.adyen.as_ref().map(|(_, door)| door),
            Provider::Banked => self.banked.as_ref(),
        };
        let door = door.ok_or(CallError::NotConfigured(intention.provider.as_str()))?;
        self.client.post(&door.at(&intention.path), &door.credential, &intention.key, &intention.body).await
    }

    /// An address of an order's page.
    fn page(&self, order: &Order, below: &str) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}/orders/{}{below}", url.path().trim_end_matches('/'), order.page));
        url
    }
}

impl Door {
    fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        url
    }
}

fn secret(name: &'static str, text: &str) -> Result<HeaderValue, Mistake> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Mistake::new(name, "holds what no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}
