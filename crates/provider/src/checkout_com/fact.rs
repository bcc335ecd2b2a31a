//! What an event says about a payment.

use payhook_domain::event::Event;
use payhook_domain::fact::{Effect, Fact, Stage, Standing, Subject};
use payhook_domain::time::Timestamp;

use super::parse;
use crate::declared::{Word, fact};
use crate::view::View;

/// What an event says. The rest of it is read already.
pub(super) fn of(view: &View, word: &Word, event: &Event) -> Option<Fact> {
    let (subject, effect) = word.says?;
    let said = fact(event, subject, effect);
    match subject {
        Subject::Payment => Some(said),
        Subject::Adjustment => Some(Fact { amount: parse::amount(view, "/data/balances/total_authorized"), ..said }),
        Subject::Cancel if effect == Effect::Succeeded && leaves_something(view) => None,
        Subject::Dispute => Some(Fact { part: parse::own(view, true)?, ..disputed(view, said, &event.code) }),
        // Without a name of its own it could not be told from the same action in another event.
        _ => Some(Fact { part: parse::own(view, false)?, ..said }),
    }
}

/// Whether, of what was voided, something may still be captured: then a part was, and the payment goes on.
fn leaves_something(view: &View) -> bool {
    view.whole("/data/balances/available_to_capture").is_some_and(|left| left > 0)
}

fn disputed(view: &View, said: Fact, code: &str) -> Fact {
    let standing = match code {
        "dispute_won" | "dispute_arbitration_won" | "dispute_canceled" => Some(Standing::Won),
        "dispute_accepted" => Some(Standing::Accepted),
        "dispute_expired" => Some(Standing::Expired),
        _ => None,
    };
    let is_arbitration = code.starts_with("dispute_arbitration_");
    let stage = if is_arbitration { Stage::Arbitration } else { Stage::Chargeback };
    let stage = (said.effect != Effect::Opened).then_some(stage);
    let due_at = view.text("/data/evidence_required_by").and_then(Timestamp::parse_rfc3339);
    let method = view.text("/data/payment_method").map(str::to_lowercase);
    Fact { stage, standing, due_at, method, ..said }
}
