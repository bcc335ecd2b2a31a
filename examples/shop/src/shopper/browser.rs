//! Fetches pages and sends forms, keeps cookies, follows redirects. Where nobody answers it tries again for a while.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use url::Url;
use url::form_urlencoded::Serializer;

use super::page::{Form, Page};

/// Longest wait for one answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);
/// Longest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Most redirects that are followed for one step.
const REDIRECTS_MAX: usize = 10;
/// How long it waits before it tries again.
const PAUSE: Duration = Duration::from_millis(100);

/// Nobody answered, or not as a page does.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// No answer in all the time there was.
    #[error("{url} gave no answer: {why}")]
    Silence {
        /// Who was asked.
        url: Url,
        /// What the last try said.
        why: String,
    },
    /// A page without what was looked for.
    #[error("{url} answered {status}, and nothing on the page is called {wanted}")]
    Missing {
        /// The page.
        url: Url,
        /// Its status.
        status: u16,
        /// What was looked for.
        wanted: String,
    },
}

/// A browser with nobody before it. Speaks HTTP, without TLS: it is for this machine.
pub struct Browser {
    cookies: HashMap<String, HashMap<String, String>>,
    patience: Duration,
}

impl Browser {
    /// One that tries for so long where nobody answers, or somebody says that he cannot now.
    #[must_use]
    pub fn new(patience: Duration) -> Self {
        Self { cookies: HashMap::new(), patience }
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// [`Lost`] when nobody answers.
    pub async fn open(&mut self, url: &Url) -> Result<Page, Lost> {
        self.follow(Method::GET, url.clone(), None).await
    }

    /// Sends the form of a page that has this field, button or address, with these fields filled in.
    pub(super) async fn send(&mut self, page: &Page, form: &str, fill: &[(&str, &str)]) -> Result<Page, Lost> {
        let missing = || page.lacks(form);
        let filled = page.form(form).ok_or_else(missing)?;
        let filled = fill.iter().fold(filled, |form, (name, value)| form.fill(name, value));
        let mut url = page.url.join(&filled.action).map_err(|_| missing())?;
        let encoded = encoded(&filled);
        if filled.is_post {
            return self.follow(Method::POST, url, Some(encoded)).await;
        }
        url.set_query(Some(&encoded));
        self.follow(Method::GET, url, None).await
    }

    /// The page at the end of all redirects.
    async fn follow(&mut self, method: Method, url: Url, body: Option<String>) -> Result<Page, Lost> {
        let (mut method, mut url, mut body) = (method, url, body);
        for _ in 0..REDIRECTS_MAX {
            let answer = self.try_for_a_while(&method, &url, body.as_deref()).await?;
            let leads = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            match leads.filter(|_| answer.status().is_redirection()).and_then(|to| url.join(to).ok()) {
                Some(next) => (method, url, body) = (Method::GET, next, None),
                None => {
                    let status = answer.status().as_u16();
                    return Ok(Page { url, status, html: String::from_utf8_lossy(answer.body()).into_owned() });
                }
            }
        }
        Err(Lost::Silence { url, why: "it leads on and on".to_owned() })
    }

    /// Somebody who is starting again is asked again.
    async fn try_for_a_while(
        &mut self,
        method: &Method,
        url: &Url,
        body: Option<&str>,
    ) -> Result<Response<Bytes>, Lost> {
        let until = Instant::now() + self.patience;
        loop {
            let asked = timeout(ANSWER_TIME_MAX, self.ask(method, url, body)).await;
            let why = match asked {
                Ok(Ok(answer)) if !answer.status().is_server_error() => return Ok(answer),
                Ok(Ok(answer)) => format!("it answers {}", answer.status()),
                Ok(Err(why)) => why,
                Err(_) => "not in time".to_owned(),
            };
            if Instant::now() >= until {
                return Err(Lost::Silence { url: url.clone(), why });
            }
            sleep(PAUSE).await;
        }
    }

    async fn ask(&mut self, method: &Method, url: &Url, body: Option<&str>) -> Result<Response<Bytes>, String> {
        let request = self.request(method, url, body)?;
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
        let said = |error: &dyn std::error::Error| error.to_string();
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.map_err(|error| said(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| said(&error))?;
        let connection = tokio::spawn(connection);
        let answer = sender.send_request(request).await.map_err(|error| said(&error))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|error| error.to_string())?;
        connection.abort();
        self.keep_cookies(url, &parts.headers);
        Ok(Response::from_parts(parts, body.to_bytes()))
    }

    fn request(&self, method: &Method, url: &Url, body: Option<&str>) -> Result<Request<Full<Bytes>>, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(&url[url::Position::BeforePath..url::Position::AfterQuery])
            .header(HOST, &url[url::Position::BeforeHost..url::Position::AfterPort]);
        let kept = self.cookies.get(&url.origin().ascii_serialization());
        let pairs: Vec<_> = kept.into_iter().flatten().map(|(name, value)| format!("{name}={value}")).collect();
        if !pairs.is_empty() {
            request = request.header(COOKIE, pairs.join("; "));
        }
        if body.is_some() {
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(ORIGIN, url.origin().ascii_serialization())
                .header("sec-fetch-site", "same-origin");
        }
        request.body(Full::from(body.unwrap_or_default().to_owned())).map_err(|error| error.to_string())
    }

    fn keep_cookies(&mut self, url: &Url, headers: &http::HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                let jar = self.cookies.entry(url.origin().ascii_serialization()).or_default();
                jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

fn encoded(form: &Form) -> String {
    Serializer::new(String::new()).extend_pairs(&form.fields).finish()
}
