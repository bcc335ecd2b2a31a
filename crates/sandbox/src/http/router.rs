//! All paths.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};

use super::banner::banner;
use super::guard::guard_programs;
use crate::world::World;
use crate::{adyen, banked, control, pages};

/// Largest request body, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 20;

/// Everything the sandbox answers.
pub(crate) fn router(world: Arc<World>) -> Router {
    let api = |at: &str, api: Router<Arc<World>>| at_its_address(at, api, &world);
    Router::new()
        .merge(pages::router(Arc::clone(&world)))
        .merge(api("/adyen/checkout/v71", adyen::checkout()))
        .merge(api("/adyen/management/v3", adyen::management()))
        .nest("/reports", adyen::reports())
        .merge(api("/banked/v2", banked::api()))
        .merge(api("/sandbox/v1", control::router()))
        .fallback(pages::nowhere)
        .method_not_allowed_fallback(pages::no_such_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        // Its keys stand in its documentation, so that a key tells a program from a foreign page nowhere.
        .layer(from_fn_with_state(Arc::clone(&world), guard_programs))
        .layer(map_response(banner))
        .with_state(world)
}

/// An API under its address, also with a slash behind it: a program hears there, too, that it asked for nothing, in that API's
/// words, where a nested router alone would leave it to the page for people.
fn at_its_address(at: &str, api: Router<Arc<World>>, world: &Arc<World>) -> Router<Arc<World>> {
    let with_slash = api.clone().with_state(Arc::clone(world));
    Router::new().nest(at, api).route_service(&format!("{at}/"), with_slash)
}
