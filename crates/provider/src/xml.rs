//! XML as a small tree: names without their prefixes, texts as decoded, and where each element stands.
//!
//! What a provider sends needs little of XML, and the rest is where XML bites. A document type is refused, so nothing can
//! be declared and nothing expands; of entities only the five that XML has by itself and characters by number are read;
//! processing instructions and other encodings than UTF-8 are refused. Depth, elements and attributes are counted while
//! they are met, so that a body of any shape costs time and memory as its bytes do.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

/// How deep elements may stand in each other. A SOAP notification has nine levels.
const DEPTH_MAX: usize = 32;

/// Most elements of a document. Six items with two hundred and fifty additional data each have 4,700.
const ELEMENTS_MAX: usize = 16_384;

/// Most attributes of one element: two of one name are looked for by comparing each with each.
const ATTRIBUTES_MAX: usize = 64;

/// One element.
#[derive(Debug)]
pub(crate) struct Element<'r> {
    /// Its name without a prefix.
    pub(crate) name: &'r str,
    /// Its own text, decoded, nothing trimmed; that of its children is theirs.
    pub(crate) text: Cow<'r, str>,
    pub(crate) children: Vec<Element<'r>>,
    /// Where it stands in the text that was read, tags included.
    pub(crate) at: Range<usize>,
    /// Where its content stands; absent for a tag that closes itself.
    pub(crate) content: Option<Range<usize>>,
}

/// Reads a document; nothing when it is no XML, or more of it than it may be.
pub(crate) fn read(text: &str) -> Option<Element<'_>> {
    let mut reader = Reader::from_str(text);
    let mut tree = Tree::default();
    loop {
        let start = position(&reader)?;
        let event = reader.read_event().ok()?;
        let end = position(&reader)?;
        match event {
            Event::Start(tag) => tree.open(element(text, &tag, start..end)?)?,
            Event::Empty(tag) => {
                tree.open(Element { content: None, ..element(text, &tag, start..end)? })?;
                tree.close(start, end)?;
            }
            Event::End(_) => tree.close(start, end)?,
            Event::Text(piece) => tree.say(piece.xml10_content())?,
            Event::CData(piece) => tree.say_inside(piece.xml10_content())?,
            Event::GeneralRef(reference) => tree.say_inside(Cow::Owned(resolved(&reference)?))?,
            Event::Decl(declaration) => (tree.is_untouched() && is_utf8(&declaration)?).then_some(())?,
            Event::Comment(_) => {}
            Event::PI(_) | Event::DocType(_) => return None,
            Event::Eof => return tree.root(),
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> Option<usize> {
    usize::try_from(reader.buffer_position()).ok()
}

fn element<'r>(text: &'r str, tag: &BytesStart<'_>, at: Range<usize>) -> Option<Element<'r>> {
    let mut attributes = tag.attributes();
    for attribute in attributes.by_ref().take(ATTRIBUTES_MAX) {
        attribute.ok()?;
    }
    attributes.next().is_none().then_some(())?;
    let name = text.get(at.start + 1..)?.get(..tag.name().as_ref().len())?;
    let name = name.split_once(':').map_or(name, |(_, local)| local);
    Some(Element { name, text: Cow::Borrowed(""), children: Vec::new(), content: Some(at.end..at.end), at })
}

/// The character a reference stands for; nothing for one that would have to be declared.
fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref().ok()? {
        Some(character) => Some(character.to_string()),
        None => resolve_xml_entity(&reference.xml10_content()).map(str::to_owned),
    }
}

fn is_utf8(declaration: &BytesDecl<'_>) -> Option<bool> {
    match declaration.encoding() {
        Some(encoding) => Some(encoding.ok()?.eq_ignore_ascii_case("utf-8")),
        None => Some(true),
    }
}

/// A tree as far as it was met.
#[derive(Debug, Default)]
struct Tree<'r> {
    /// Elements not yet ended, the outermost first.
    open: Vec<Element<'r>>,
    root: Option<Element<'r>>,
    count: usize,
}

impl<'r> Tree<'r> {
    fn is_untouched(&self) -> bool {
        self.count == 0
    }

    fn open(&mut self, element: Element<'r>) -> Option<()> {
        self.count += 1;
        let has_room = self.open.len() < DEPTH_MAX && self.count <= ELEMENTS_MAX;
        (has_room && self.root.is_none()).then_some(())?;
        self.open.push(element);
        Some(())
    }

    /// Ends the innermost; that the tag has its name was looked at by whoever reads.
    fn close(&mut self, start: usize, end: usize) -> Option<()> {
        let mut element = self.open.pop()?;
        element.at.end = end;
        if let Some(content) = &mut element.content {
            content.end = start;
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Some(())
    }

    /// Adds text, of which there may be white space alone outside the root.
    fn say(&mut self, piece: Cow<'r, str>) -> Option<()> {
        match self.open.is_empty() {
            true => piece.trim_ascii().is_empty().then_some(()),
            false => self.say_inside(piece),
        }
    }

    fn say_inside(&mut self, piece: Cow<'r, str>) -> Option<()> {
        let text = &mut self.open.last_mut()?.text;
        if text.is_empty() {
            *text = piece;
        } else {
            text.to_mut().push_str(&piece);
        }
        Some(())
    }

    fn root(self) -> Option<Element<'r>> {
        self.root.filter(|_| self.open.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(document: &str) -> Option<String> {
        read(document).map(|root| root.text.into_owned())
    }

    #[test]
    fn a_text_is_one_however_it_is_written() {
        for document in [
            "<a>x &amp; &lt;y&gt; é</a>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<n:a xmlns:n=\"urn:x\">x &#38; &#x3C;y> &#233;</n:a>\n",
            "<a><![CDATA[x & <y]]>&gt; <!-- not said -->é</a>",
            "<a b='c > d'>x <![CDATA[&]]> &lt;y&gt;<!-- > --> é</a>",
        ] {
            assert_eq!(text(document).as_deref(), Some("x & <y> é"), "{document}");
        }
        assert_eq!(text("<a> 1\r\n2\r3 </a>").as_deref(), Some(" 1\n2\n3 "), "line ends are as XML has them");
    }

    #[test]
    fn each_element_knows_where_it_stands() {
        let document = "<a>t&amp;<b:c d=\"1\">u<e/></b:c><![CDATA[<]]><c/></a>";
        let root = read(document).expect("XML");
        let at = |element: &Element<'_>| document[element.at.clone()].to_owned();
        let content = |element: &Element<'_>| element.content.clone().map(|at| document[at].to_owned());
        assert_eq!((at(&root).as_str(), root.text.as_ref()), (document, "t&<"));
        let [first, second] = root.children.as_slice() else { panic!("two children") };
        assert_eq!((first.name, at(first).as_str()), ("c", "<b:c d=\"1\">u<e/></b:c>"));
        assert_eq!((content(first).as_deref(), content(second)), (Some("u<e/>"), None));
        assert_eq!((first.children[0].name, second.name), ("e", "c"));
    }

    #[test]
    fn what_could_expand_or_reach_out_is_refused() {
        for document in [
            "<!DOCTYPE a [<!ENTITY b \"b\">]><a>&b;</a>",
            "<!DOCTYPE a SYSTEM \"http://localhost/a.dtd\"><a/>",
            "<!DOCTYPE a><a/>",
            "<a>&b;</a>",
            "<a>&nbsp;</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a>&</a>",
            "<?xml-stylesheet href=\"a.xsl\"?><a/>",
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>",
            "<a/><?xml version=\"1.0\"?>",
        ] {
            assert!(read(document).is_none(), "{document}");
        }
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for document in [
            "",
            " ",
            "a",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>b",
            "a<b/>",
            "<a b></a>",
            "<a b=\"1\" b=\"2\"/>",
            "<a",
            "<a><!-- ",
            "<![CDATA[a]]>",
            "<a/>&amp;",
        ] {
            assert!(read(document).is_none(), "{document}");
        }
    }

    #[test]
    fn depth_elements_and_attributes_have_an_end() {
        let deep = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        assert!(read(&deep(DEPTH_MAX)).is_some());
        assert!(read(&deep(DEPTH_MAX + 1)).is_none());
        assert!(read(&"<a>".repeat(500_000)).is_none());
        let wide = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count));
        assert!(read(&wide(ELEMENTS_MAX - 1)).is_some());
        assert!(read(&wide(ELEMENTS_MAX)).is_none());
        let many = |count: usize| {
            let attributes: Vec<String> = (0..count).map(|number| format!(" a{number}=\"\"")).collect();
            format!("<a{}/>", attributes.concat())
        };
        assert!(read(&many(ATTRIBUTES_MAX)).is_some());
        assert!(read(&many(ATTRIBUTES_MAX + 1)).is_none());
        assert!(read(&many(100_000)).is_none());
        let long = format!("<a b=\"{}\"/>", "c".repeat(1 << 20));
        assert_eq!(read(&long).map(|root| root.at.end), Some(long.len()), "a long value is no more than its bytes");
    }
}
