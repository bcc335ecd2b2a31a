//! What is sold, on one page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use minijinja::context;

use super::basket::read;
use super::page::page;
use crate::catalogue::{PRODUCTS, Product};
use crate::shop::Till;

/// `GET /`
pub(crate) async fn show(State(till): State<Arc<Till>>, headers: HeaderMap) -> Response {
    let basket = read(&headers, &till);
    let product = |product: &Product| {
        let &Product { id, name, about, price, picture } = product;
        context! { id, name, about, price, picture, in_basket => basket.quantity(product) }
    };
    let products: Vec<_> = PRODUCTS.iter().map(product).collect();
    page(StatusCode::OK, "shelf.html", context! { products, count => basket.count() })
}
