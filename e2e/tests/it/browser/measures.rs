//! What is measured on a page, and how it has to be.

use serde_json::{Value, json};

use super::window::Look;

/// Lists of what is wrong with a page: too faint to be read, fields and buttons without a name, pictures that say nothing to
/// who cannot see them, headings whose rank skips one, ids that occur twice, what is too small for a finger, and where the
/// keyboard comes to without its being seen.
const WRONGS: [&str; 8] = ["faint", "unnamed", "unlettered", "pictures", "skipped", "twice", "cramped", "unseen"];

/// Nothing is wrong with a page of `site`: it fits, it can be read, and it can be used.
pub(super) fn fine(site: &str, look: Look, measured: &Value) {
    let title = measured["title"].as_str().expect("a title");
    assert!(title.ends_with(&format!("· {site}")), "{title}");
    assert_eq!(measured["language"], "en", "{title}");
    assert_eq!(measured["dark"], look.scheme == "dark", "{look:?} {title}");
    for wider in ["wider_by", "narrow_wider_by"] {
        assert_eq!(measured[wider], 0, "{look:?} {title} is wider than the window");
    }
    for wrong in WRONGS {
        assert_eq!(measured[wrong], json!([]), "{look:?} {title}: {wrong}");
    }
    assert_eq!(measured["headings"], 1, "{look:?} {title} has one heading of the first rank");
}
