//! One page of a list, with links to the others.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// Entries of a page, when nothing is asked, and at most.
const SIZE: usize = 10;
const SIZE_MAX: usize = 100;

/// Which page is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    number: usize,
    size: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    page_number: Option<String>,
    page_size: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let asked = Query::<Asked>::from_request_parts(parts, state).await;
        let Query(asked) = asked.map_err(|error| Refusal::field("pageNumber", "", error.body_text()))?;
        let number = within("pageNumber", asked.page_number, 1, usize::MAX)?;
        Ok(Self { number, size: within("pageSize", asked.page_size, SIZE, SIZE_MAX)? })
    }
}

fn within(name: &str, asked: Option<String>, usual: usize, most: usize) -> Result<usize, Refusal> {
    let Some(text) = asked else { return Ok(usual) };
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| {
        let bound = if most == SIZE_MAX { format!("from 1 to {most}") } else { "from 1".to_owned() };
        Refusal::field(name, text, format!("must be a number {bound}"))
    })
}

impl Page {
    /// What of `all` is on it, written by `shown`; `address` is that of the list.
    pub(super) fn of<T>(self, all: &[T], address: &str, shown: impl Fn(&T) -> Value) -> Value {
        let pages = all.len().div_ceil(self.size).max(1);
        let skipped = (self.number - 1).saturating_mul(self.size);
        let data: Vec<_> = all.iter().skip(skipped).take(self.size).map(shown).collect();
        let mut links = Map::new();
        let mut link = |name: &str, page: usize| {
            let href = format!("{address}?pageNumber={page}&pageSize={}", self.size);
            links.insert(name.to_owned(), json!({ "href": href }));
        };
        link("first", 1);
        link("last", pages);
        link("self", self.number);
        if self.number < pages {
            link("next", self.number + 1);
        }
        if self.number > 1 {
            link("prev", (self.number - 1).min(pages));
        }
        json!({ "_links": links, "itemsTotal": all.len(), "pagesTotal": pages, "data": data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_leads_to_its_neighbours_and_one_beyond_the_end_is_empty() {
        let all: Vec<u32> = (0..25).collect();
        let page = |number| Page { number, size: 10 }.of(&all, "http://x/list", |entry| json!(entry));
        let names = |page: &Value| page["_links"].as_object().expect("links").keys().cloned().collect::<Vec<_>>();
        let (first, middle, last, beyond) = (page(1), page(2), page(3), page(9));
        assert_eq!(names(&first), ["first", "last", "next", "self"]);
        assert_eq!(names(&middle), ["first", "last", "next", "prev", "self"]);
        assert_eq!(middle["_links"]["next"]["href"], "http://x/list?pageNumber=3&pageSize=10");
        assert_eq!((&last["data"], &last["itemsTotal"]), (&json!([20, 21, 22, 23, 24]), &json!(25)));
        assert_eq!((&beyond["data"], &beyond["pagesTotal"]), (&json!([]), &json!(3)));
        assert_eq!(beyond["_links"]["prev"]["href"], "http://x/list?pageNumber=3&pageSize=10");
    }
}
