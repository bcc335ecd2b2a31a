//! A basket: a cookie signed by the shop, so that nothing is kept for people who only look.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;

use crate::catalogue::{self, Product};

/// Most of one thing that a basket holds.
pub(crate) const QUANTITY_MAX: u32 = 20;

/// The cookie's name.
pub(crate) const COOKIE: &str = "basket";

/// What somebody is about to buy: at most one line per product.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Basket {
    lines: Vec<(&'static str, u32)>,
}

impl Basket {
    /// The basket that a `cookie` header carries; an empty one when there is none, or somebody changed it.
    pub(crate) fn read(header: &str, key: &hmac::Key) -> Self {
        let cookies = header.split(';').filter_map(|cookie| cookie.trim().split_once('='));
        let mut ours = cookies.filter(|(name, _)| *name == COOKIE);
        ours.find_map(|(_, value)| Self::of_value(value, key)).unwrap_or_default()
    }

    fn of_value(value: &str, key: &hmac::Key) -> Option<Self> {
        let (content, tag) = value.split_once('~')?;
        let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).ok()?;
        hmac::verify(key, content.as_bytes(), &tag).ok()?;
        let mut basket = Self::default();
        for line in content.split('.').filter(|line| !line.is_empty()) {
            let (id, quantity) = line.split_once('-')?;
            // What is sold no more falls out.
            if let Some(product) = catalogue::find(id) {
                basket.set(product, quantity.parse().ok()?);
            }
        }
        Some(basket)
    }

    /// The cookie's value.
    pub(crate) fn value(&self, key: &hmac::Key) -> String {
        let lines: Vec<_> = self.lines.iter().map(|(id, quantity)| format!("{id}-{quantity}")).collect();
        let content = lines.join(".");
        let tag = BASE64URL_NOPAD.encode(hmac::sign(key, content.as_bytes()).as_ref());
        format!("{content}~{tag}")
    }

    /// How many of a product it holds.
    pub(crate) fn quantity(&self, product: &Product) -> u32 {
        self.lines.iter().find(|(id, _)| *id == product.id).map_or(0, |(_, quantity)| *quantity)
    }

    /// Makes it hold that many of a product, at most [`QUANTITY_MAX`]; none takes the line out.
    pub(crate) fn set(&mut self, product: &'static Product, quantity: u32) {
        let quantity = quantity.min(QUANTITY_MAX);
        match self.lines.iter_mut().find(|(id, _)| *id == product.id) {
            Some(line) => line.1 = quantity,
            None => self.lines.push((product.id, quantity)),
        }
        self.lines.retain(|(_, quantity)| *quantity > 0);
    }

    /// Product and quantity, line by line.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&'static Product, u32)> {
        self.lines.iter().filter_map(|(id, quantity)| Some((catalogue::find(id)?, *quantity)))
    }

    /// Things in it.
    pub(crate) fn count(&self) -> u32 {
        self.lines.iter().map(|(_, quantity)| quantity).sum()
    }

    /// What it costs, in pence.
    pub(crate) fn total(&self) -> i64 {
        self.lines().map(|(product, quantity)| product.price * i64::from(quantity)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32])
    }

    fn filled() -> Basket {
        let mut basket = Basket::default();
        basket.set(catalogue::find("swift").unwrap(), 2);
        basket.set(catalogue::find("koi").unwrap(), 1);
        basket
    }

    #[test]
    fn a_basket_comes_back_as_it_was_written() {
        let basket = filled();
        let header = format!("theme=dark; {COOKIE}={}", basket.value(&key(1)));
        assert_eq!(Basket::read(&header, &key(1)), basket);
        assert_eq!((basket.count(), basket.total()), (3, 2 * 2_450 + 1_850));
    }

    #[test]
    fn a_changed_basket_is_an_empty_one() {
        let value = filled().value(&key(1));
        let changed = value.replace("swift-2", "swift-9");
        assert_ne!(value, changed);
        assert_eq!(Basket::read(&format!("{COOKIE}={changed}"), &key(1)), Basket::default());
        assert_eq!(Basket::read(&format!("{COOKIE}={value}"), &key(2)), Basket::default());
    }

    #[test]
    fn a_line_is_bounded_and_goes_when_nothing_is_left_of_it() {
        let mut basket = filled();
        let swift = catalogue::find("swift").unwrap();
        basket.set(swift, 1_000_000);
        assert_eq!(basket.quantity(swift), QUANTITY_MAX);
        basket.set(swift, 0);
        assert_eq!(basket.lines().count(), 1);
    }
}
