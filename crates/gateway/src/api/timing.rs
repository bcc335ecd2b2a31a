//! How long questions take: slow ones are remembered for the doctor, by their route, without what was asked for.

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use super::Api;

/// These take as long as they are followed, or look at everything.
const LONG: [&str; 2] = ["/api/v1/events/stream", "/api/v1/doctor"];

/// Takes the time of a question.
pub(crate) async fn take(State(api): State<Api>, request: Request, next: Next) -> Response {
    let is_question = request.method() == Method::GET;
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default().to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    if is_question && !LONG.contains(&route.as_str()) {
        api.gateway.slow_reads.answered(&route, began.elapsed(), api.gateway.clock.now());
    }
    response
}
