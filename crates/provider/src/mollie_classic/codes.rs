//! What an id of Mollie's is the id of, by how it begins.

use payhook_domain::kind::Kind;

use crate::CodeRow;

const fn row(code: &'static str) -> CodeRow {
    CodeRow { code, kind: Kind::Other, kind_failed: Kind::Other }
}

/// Everything a classic webhook is about. What it says of it is nothing, so none has a kind.
pub(super) const ALL: &[CodeRow] = &[row("payment"), row("order"), row("payment-link")];

/// The code of an id; nothing for one that is none of these.
pub(super) fn of(id: &str) -> Option<&'static str> {
    let (prefix, rest) = id.split_once('_')?;
    let is_plain = !rest.is_empty() && rest.len() <= 64 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match prefix {
        _ if !is_plain => None,
        "tr" => Some("payment"),
        "ord" => Some("order"),
        "pl" => Some("payment-link"),
        _ => None,
    }
}
