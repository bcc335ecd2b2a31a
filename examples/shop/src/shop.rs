//! Opening a shop and letting it run.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use url::Url;

use crate::book::{self, Book, BookError, Order};
use crate::intentions;
use crate::provider::Providers;
use crate::settings::{Mistake, Settings};
use crate::signature::{NoSecret, Secret};
use crate::web;

/// Longest that requests under way may take to end when the shop stops.
const DRAIN_MAX: Duration = Duration::from_secs(5);

/// Most order pages that are told of changes at once; others look again by themselves.
const WATCHERS_MAX: usize = 256;

/// A shop, ready to run.
pub struct Shop {
    till: Arc<Till>,
}

/// What every handler is given.
pub(crate) struct Till {
    pub(crate) book: Arc<Book>,
    pub(crate) providers: Arc<Providers>,
    pub(crate) secret: Secret,
    /// Signs baskets.
    pub(crate) basket_key: hmac::Key,
    pub(crate) base_url: Url,
    pub(crate) admin_password: Option<String>,
    pub(crate) watchers: Arc<Semaphore>,
    /// Turns true when the shop stops: what would run on ends itself.
    pub(crate) closing: watch::Sender<bool>,
}

/// A shop that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its file.
    #[error(transparent)]
    Book(#[from] BookError),
    /// A credential.
    #[error(transparent)]
    Setting(#[from] Mistake),
    /// The secret webhooks are signed with.
    #[error(transparent)]
    Secret(#[from] NoSecret),
}

impl Shop {
    /// Opens the shop's file.
    ///
    /// # Errors
    /// [`OpenError`] when it cannot be used, or a setting makes no sense.
    pub fn open(settings: &Settings) -> Result<Self, OpenError> {
        let secret = Secret::read(&settings.signing_secret)?;
        let providers = Arc::new(Providers::new(settings)?);
        let book = Arc::new(Book::open(&settings.file)?);
        let basket_key = hmac::Key::new(hmac::HMAC_SHA256, &book.secret("basket")?);
        let till = Till {
            book,
            providers,
            secret,
            basket_key,
            base_url: settings.base_url.clone(),
            admin_password: settings.admin_password.clone(),
            watchers: Arc::new(Semaphore::new(WATCHERS_MAX)),
            closing: watch::Sender::new(false),
        };
        Ok(Self { till: Arc::new(till) })
    }

    /// Sells until `stop` completes, and takes up first what an earlier run left open.
    ///
    /// # Errors
    /// Those of the listener.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let router = web::router(Arc::clone(&self.till)).into_make_service_with_connect_info::<SocketAddr>();
        let closing = self.till.closing.clone();
        let mut closed = closing.subscribe();
        let stop = async move {
            stop.await;
            closing.send_replace(true);
        };
        let served = axum::serve(listener, router).with_graceful_shutdown(stop);
        let late = async {
            // Its sender lives as long as the shop.
            let _ = closed.wait_for(|closing| *closing).await;
            tokio::time::sleep(DRAIN_MAX).await;
        };
        tokio::select! {
            served = served => served,
            () = late => Ok(()),
            never = intentions::run(Arc::clone(&self.till.book), Arc::clone(&self.till.providers)) => match never {},
        }
    }

    /// Every order, newest first.
    ///
    /// # Errors
    /// [`BookError`] when the file cannot be read.
    pub async fn orders(&self) -> Result<Vec<Order>, BookError> {
        self.till.book.read(|act| book::latest(act, u32::MAX)).await
    }
}
