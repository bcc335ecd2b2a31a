//! What each event code says about a payment, one line each, and by which references the payment is known.
//!
//! Money follows from what is signed: code, outcome, amount and references. What is not signed moves words
//! (`disputeStatus`, `paymentMethod`, the checks) and dates; `modification.action` chooses between a cancel and a refund
//! of everything, which leave the merchant the same money; `order-N-pspReference` only says which payments belong
//! together.
//!
//! Codes of tokens, reports, payouts and platforms say nothing about a payment's money, and are not here.

use payhook_domain::event::Checks;
use payhook_domain::fact::Effect::{self, *};
use payhook_domain::fact::{Fact, Stage, Standing, Subject};
use payhook_domain::money::Amount;
use payhook_domain::time::Timestamp;

use super::codes;
use super::item::StandardItem;
use super::parse::filled;

/// Declares the table once: code, subject, effect on true, effect on false. `Nothing` where a request that was not done
/// leaves everything as it is and has no part of its own to show.
macro_rules! facts {
    ($($code:literal $subject:ident $effect:ident $effect_failed:ident $($stage:ident)?)*) => {
        fn row(code: &str) -> Option<(Subject, Option<Effect>, Option<Effect>, Option<Stage>)> {
            match code {
                $($code => Some((Subject::$subject, effect!($effect), effect!($effect_failed), stage!($($stage)?))),)*
                _ => None,
            }
        }
    };
}

macro_rules! effect {
    (Nothing) => {
        None
    };
    ($effect:ident) => {
        Some($effect)
    };
}

macro_rules! stage {
    () => {
        None
    };
    ($stage:ident) => {
        Some(Stage::$stage)
    };
}

facts! {
    // payments
    "AUTHORISATION"                     Payment     Succeeded           Refused
    "AUTHORISATION_PENDING"             Payment     Pending             Pending
    "PENDING"                           Payment     Pending             Pending
    "OFFER_CLOSED"                      Payment     Abandoned           Abandoned
    "EXPIRE"                            Payment     Expired             Expired
    // modifications
    "AUTHORISATION_ADJUSTMENT"          Adjustment  Succeeded           Refused
    "CAPTURE"                           Capture     Succeeded           Refused
    "CAPTURE_WITH_EXTERNAL_AUTH"        Capture     Succeeded           Refused
    "CAPTURE_FAILED"                    Capture     Undone              Undone
    "CANCELLATION"                      Cancel      Succeeded           Refused
    "TECHNICAL_CANCEL"                  Cancel      Succeeded           Refused
    "CANCEL_OR_REFUND"                  Reversal    Succeeded           Refused
    "REFUND"                            Refund      Succeeded           Refused
    "REFUND_FAILED"                     Refund      Undone              Undone
    "REFUNDED_REVERSED"                 Refund      Undone              Undone
    "REFUND_REVERSED"                   Refund      Undone              Undone
    "POSTPONED_REFUND"                  Refund      Pending             Refused
    "VOID_PENDING_REFUND"               Refund      Cancelled           Nothing
    // orders of several payments
    "ORDER_OPENED"                      Order       Initiated           Nothing
    "ORDER_CLOSED"                      Order       Succeeded           Failed
    // risk
    "MANUAL_REVIEW_ACCEPT"              Risk        Succeeded           Succeeded
    "MANUAL_REVIEW_REJECT"              Risk        Refused             Refused
    "NOTIFICATION_OF_FRAUD"             Risk        Flagged             Flagged
    // disputes
    "REQUEST_FOR_INFORMATION"           Dispute     InfoRequested       InfoRequested       Information
    "NOTIFICATION_OF_CHARGEBACK"        Dispute     Opened              Opened              Notification
    // beside a CHARGEBACK that nobody announced, which takes the money
    "DISPUTE_OPENED_WITH_CHARGEBACK"    Dispute     Opened              Opened              Chargeback
    "INFORMATION_SUPPLIED"              Dispute     Defended            Defended
    "DISPUTE_DEFENSE_PERIOD_ENDED"      Dispute     DefenceEnded        DefenceEnded
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED" Dispute     Won                 Won
    "CHARGEBACK"                        Dispute     ChargedBack         ChargedBack         Chargeback
    "CHARGEBACK_REVERSED"               Dispute     ChargebackReversed  ChargebackReversed  Chargeback
    "SECOND_CHARGEBACK"                 Dispute     ChargedBackAgain    ChargedBackAgain    SecondChargeback
    "PREARBITRATION_OPEN"               Dispute     Opened              Opened              PreArbitration
    "PREARBITRATION_ACCEPTED"           Dispute     Opened              Opened              PreArbitration
    "PREARBITRATION_DECLINED"           Dispute     Opened              Opened              PreArbitration
    "PREARBITRATION_ISSUER_WITHDRAWN"   Dispute     Won                 Won                 PreArbitration
    "PREARBITRATION_WON"                Dispute     Won                 Won                 PreArbitration
    "PREARBITRATION_LOST"               Dispute     Lost                Lost                PreArbitration
    "SCHEME_ARBITRATION"                Dispute     Opened              Opened              Arbitration
    "SCHEME_ARBITRATION_WON"            Dispute     Won                 Won                 Arbitration
    "SCHEME_ARBITRATION_LOST"           Dispute     Lost                Lost                Arbitration
}

/// What an item says about its payment. The rest of the event is read already, and handed in.
pub(super) fn of(
    item: &StandardItem<'_>,
    amount: Option<Amount>,
    occurred_at: Option<Timestamp>,
    checks: &Checks,
) -> Option<Fact> {
    let signed = &item.signed;
    let (subject, effect, effect_failed, stage) = row(&signed.event_code)?;
    let success = signed.success == "true";
    let (subject, effect) = match (subject, item.additional.modification_action.text()) {
        (Subject::Reversal, Some("cancel")) if success => (Subject::Cancel, Succeeded),
        (Subject::Reversal, Some("refund")) if success => (subject, Returned),
        _ => (subject, if success { effect } else { effect_failed }?),
    };
    let is_dispute = subject == Subject::Dispute;
    Some(Fact {
        leg: leg(item, subject).to_owned(),
        part: if subject == Subject::Payment { String::new() } else { signed.psp_reference.as_ref().to_owned() },
        amount,
        occurred_at,
        stage,
        standing: item.additional.dispute_status.text().filter(|_| is_dispute).and_then(standing),
        due_at: item.additional.defense_period_ends_at.text().filter(|_| is_dispute).and_then(Timestamp::parse_rfc3339),
        reference: filled(&signed.merchant_reference),
        method: item.payment_method.filled().map(str::to_owned),
        checks: checks.clone(),
        ..Fact::of(subject, effect)
    })
}

/// The key of the payment an item is about: the payment it changes, else its own reference, when it opens a payment or
/// changes one that it does not name. A later event that names both makes them one.
pub(super) fn payment<'i>(item: &'i StandardItem<'_>) -> Option<&'i str> {
    let (own, other) = (item.signed.psp_reference.as_ref(), item.signed.original_reference.as_ref());
    let key = if !other.is_empty() {
        other
    } else if is_about_a_payment(&item.signed.event_code) {
        own
    } else {
        ""
    };
    (!key.is_empty()).then_some(key)
}

/// The other references by which later events may name the same payment. CAPTURE_FAILED may name the capture alone,
/// CHARGEBACK_REVERSED the dispute, and an order the payments it consists of.
///
/// `paymentLinkId` is none of them: a link may be paid by many shoppers, and would make one payment of all of theirs.
pub(super) fn aliases(item: &StandardItem<'_>, payment: Option<&str>) -> Vec<String> {
    let code = item.signed.event_code.as_ref();
    let own = Some(item.signed.psp_reference.as_ref()).filter(|_| is_about_a_payment(code));
    let legs = item.additional.order_legs.iter().filter(|_| code.starts_with("ORDER_"));
    let legs = legs.filter_map(|(_, reference)| reference.text());
    let others = own.into_iter().chain(legs).filter(|alias| !alias.is_empty() && Some(*alias) != payment);
    others.map(str::to_owned).collect()
}

/// Codes of which an item's own reference is a payment's, a change's, a dispute's or an order's.
fn is_about_a_payment(code: &str) -> bool {
    row(code).is_some() || codes::opens_payment(code) || code == codes::ISSUER_COMMENTS
}

/// The payment of an order it happened to. An authorisation is of its own payment, whatever it refers to.
fn leg<'i>(item: &'i StandardItem<'_>, subject: Subject) -> &'i str {
    let signed = &item.signed;
    let (own, other) = (signed.psp_reference.as_ref(), signed.original_reference.as_ref());
    match subject {
        Subject::Payment if signed.event_code != "EXPIRE" => own,
        Subject::Order => "",
        _ if !other.is_empty() => other,
        _ if codes::opens_payment(&signed.event_code) => own,
        _ => "",
    }
}

fn standing(status: &str) -> Option<Standing> {
    Some(match status {
        "Unresponded" => Standing::Unresponded,
        "Responded" => Standing::Responded,
        "Expired" => Standing::Expired,
        "Undefended" => Standing::Undefended,
        "Accepted" => Standing::Accepted,
        "Pending" => Standing::Pending,
        "Lost" => Standing::Lost,
        "Won" => Standing::Won,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_of_a_known_code_and_no_payout_token_or_report_has_one() {
        for known in codes::ALL {
            let noun = known.kind.as_str().split('.').next().unwrap_or_default();
            let folds = matches!(noun, "payment" | "refund" | "dispute" | "order" | "fraud");
            let apart = [codes::ISSUER_COMMENTS, "VOID_PENDING_REFUND"];
            assert_eq!(row(known.code).is_some(), folds != apart.contains(&known.code), "{}", known.code);
        }
    }
}
