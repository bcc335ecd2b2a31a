//! A page as it was read, and the forms on it. Reads what well-kept pages are written like; it is no browser's parser.

use url::Url;

use super::browser::Lost;

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it was found, after redirects.
    pub url: Url,
    /// The status it came with.
    pub status: u16,
    /// Its text.
    pub html: String,
}

/// A form, as filled in as the page had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) action: String,
    pub(super) is_post: bool,
    pub(super) fields: Vec<(String, String)>,
    /// Names and values of the buttons that send it.
    pub(super) buttons: Vec<(String, String)>,
}

impl Page {
    /// The first form that has a field or button of this name, or leads to an address that ends so.
    pub(super) fn form(&self, wanted: &str) -> Option<Form> {
        forms(&self.html).find(|form| form.has(wanted) || form.action.ends_with(wanted))
    }

    /// The first link that leads to that site.
    pub(super) fn link_to(&self, site: &Url) -> Option<Url> {
        let anchors = tags(&self.html).filter(|tag| tag.starts_with("a "));
        let mut links = anchors.filter_map(|tag| self.url.join(&attribute(tag, "href")?).ok());
        links.find(|link| link.origin() == site.origin())
    }

    /// That this page is not what was looked for.
    pub(super) fn lacks(&self, wanted: &str) -> Lost {
        Lost::Missing { url: self.url.clone(), status: self.status, wanted: wanted.to_owned() }
    }
}

impl Form {
    fn has(&self, name: &str) -> bool {
        self.fields.iter().chain(&self.buttons).any(|(have, _)| have == name)
    }

    /// Writes a value into a field, whether the page showed it or not.
    pub(super) fn fill(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(have, _)| have != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Every form of a page.
fn forms(html: &str) -> impl Iterator<Item = Form> + '_ {
    html.split("<form").skip(1).map(|rest| {
        let inside = rest.split("</form").next().unwrap_or_default();
        let (opening, content) = inside.split_once('>').unwrap_or((inside, ""));
        let mut form = Form {
            action: attribute(opening, "action").unwrap_or_default(),
            is_post: attribute(opening, "method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: Vec::new(),
            buttons: Vec::new(),
        };
        tags(content).for_each(|tag| read_tag(tag, &mut form));
        form
    })
}

fn read_tag(tag: &str, form: &mut Form) {
    let Some(name) = attribute(tag, "name") else { return };
    let value = attribute(tag, "value").unwrap_or_default();
    let kind = attribute(tag, "type").unwrap_or_default();
    if tag.starts_with("button") {
        form.buttons.push((name, value));
    } else if tag.starts_with("input") && !matches!(kind.as_str(), "radio" | "checkbox") {
        form.fields.push((name, value));
    } else if tag.starts_with("input") {
        // One of several: the one that is chosen already counts, else the first.
        let is_first = !form.fields.iter().any(|(have, _)| *have == name);
        let is_chosen = tag.split_whitespace().any(|word| word.trim_end_matches('/') == "checked");
        if is_chosen {
            form.fields.retain(|(have, _)| *have != name);
        }
        if is_chosen || (is_first && kind == "radio") {
            form.fields.push((name, value));
        }
    } else if tag.starts_with("select") || tag.starts_with("textarea") {
        form.fields.push((name, String::new()));
    }
}

/// What stands between `<` and `>`.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.match_indices(name).find(|(at, _)| {
        let before = tag[..*at].chars().next_back();
        before.is_some_and(char::is_whitespace) && tag[at + name.len()..].starts_with("=\"")
    })?;
    let value = &tag[start.0 + name.len() + 2..];
    Some(unescape(&value[..value.find('"')?]))
}

fn unescape(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2f;", "/")];
    entities.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign)).replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        Page { url: Url::parse("http://shop.test/").expect("a URL"), status: 200, html: html.to_owned() }
    }

    #[test]
    fn a_form_is_read_as_it_is_filled_in() {
        let form = page(
            r#"<form method="get" action="/search"><input name="q"></form>
               <form class="pay" method="post" action="/pay?a=1&amp;b=2">
               <input type="hidden" name="attempt" value="&lt;7&gt;"> <input name="holder">
               <input type="radio" name="way" value="card"> <input type="radio" name="way" value="bank" checked>
               <button name="answer" value="approve">Yes</button></form>"#,
        );
        let form = form.form("answer").expect("the second form");
        assert_eq!((form.action.as_str(), form.is_post), ("/pay?a=1&b=2", true));
        let field = |name: &str| form.fields.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str());
        assert_eq!((field("attempt"), field("holder"), field("way")), (Some("<7>"), Some(""), Some("bank")));
        assert_eq!(form.buttons, [("answer".to_owned(), "approve".to_owned())]);
    }

    #[test]
    fn the_way_to_another_site_is_found_among_the_links() {
        let page = page(
            r#"<a href="/here">Here</a> <a class="button" href="http://kites.test/orders/1?a=1&amp;b=2">Back</a>"#,
        );
        let kites = Url::parse("http://kites.test/").expect("a URL");
        assert_eq!(page.link_to(&kites).expect("a link").as_str(), "http://kites.test/orders/1?a=1&b=2");
        assert_eq!(page.link_to(&Url::parse("http://elsewhere.test/").expect("a URL")), None);
    }

    #[test]
    fn a_filled_field_replaces_what_the_page_had() {
        let form = page(r#"<form action="/a"><input name="number" value="1"></form>"#).form("/a").expect("a form");
        assert_eq!(form.fill("number", "2").fields, [("number".to_owned(), "2".to_owned())]);
    }
}
