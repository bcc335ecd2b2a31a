//! A sandbox in memory, its time standing still, and a browser without a script in front of it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use payhook_domain::time::{Clock, Timestamp};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tower_service::Service;
use url::form_urlencoded;

use crate::accounts::Accounts;
use crate::book::{Act, Book, BookError};
use crate::time::{Pace, Time};
use crate::world::World;

/// The moment everything happens at.
const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// What came back.
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Page {
    /// Where it leads, without what was done before.
    pub(super) fn leads_to(&self) -> String {
        let location = self.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_else(|| panic!("{} leads nowhere: {}", self.status, self.text));
        location.split('?').next().unwrap_or_default().to_owned()
    }

    /// Asserts that it says something.
    #[track_caller]
    pub(super) fn says(&self, what: &str) -> &Self {
        assert!(self.text.contains(what), "{what:?} does not stand in {}", self.text);
        self
    }

    /// Asserts that it does not.
    #[track_caller]
    pub(super) fn keeps_quiet_about(&self, what: &str) -> &Self {
        assert!(!self.text.contains(what), "{what:?} stands in {}", self.text);
        self
    }
}

pub(super) struct Browser {
    world: Arc<World>,
    router: Router,
    runtime: Runtime,
}

impl Browser {
    pub(super) fn new() -> Self {
        let merchants = vec!["SandboxMerchant".to_owned(), "SecondMerchant".to_owned()];
        let world = Arc::new(World {
            book: Book::open(None, Some(7)).expect("memory"),
            time: Time::new(Arc::new(Stopped), Pace::Scaled(1.0), None),
            accounts: Accounts { merchants, ..Accounts::default() },
            base: "http://127.0.0.1:8090".parse().expect("a URL"),
            weather: Vec::new(),
            bell: Notify::new(),
        });
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { router: crate::http::router(Arc::clone(&world)), world, runtime }
    }

    /// What is behind it.
    pub(super) fn world(&self) -> &World {
        &self.world
    }

    /// One act behind the browser's back.
    pub(super) fn act<T>(&self, work: impl FnOnce(&Act<'_>) -> Result<T, BookError>) -> T {
        self.world.act(work).expect("the book is in memory")
    }

    /// Goes to an address.
    pub(super) fn get(&self, path: &str) -> Page {
        self.send(Request::get(path).header(HOST, "127.0.0.1:8090").body(Body::empty()).expect("a request"))
    }

    /// Sends a form of the sandbox's own.
    pub(super) fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        self.post_saying(path, form, &[("host", "127.0.0.1:8090"), ("sec-fetch-site", "same-origin")])
    }

    /// Sends a form with these headers.
    pub(super) fn post_saying(&self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).expect("a request"))
    }

    /// Sends a form that has to be taken, and goes where that leads.
    #[track_caller]
    pub(super) fn does(&self, path: &str, form: &[(&str, &str)]) -> (String, Page) {
        let page = self.post(path, form);
        assert_eq!(page.status, 303, "{}", page.text);
        let there = page.leads_to();
        let asked = page.headers[LOCATION].to_str().expect("an address");
        (there, self.get(asked))
    }

    pub(super) fn send(&self, request: Request<Body>) -> Page {
        self.runtime.block_on(async {
            let answer = self.router.clone().call(request).await.unwrap_or_else(|never| match never {});
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            // Templates escape the slash, too; whoever reads a page does not see that.
            let text = String::from_utf8(body.to_vec()).expect("pages are text").replace("&#x2f;", "/");
            Page { status: parts.status.as_u16(), headers: parts.headers, text }
        })
    }
}
