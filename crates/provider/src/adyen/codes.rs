//! Adyen's event codes, one line each: what becomes true on `success` true and on false.
//!
//! `success` does not mean good news. Of a request (capture, refund, cancel) it says whether it was done; of an
//! incident (CAPTURE_FAILED, CHARGEBACK) it only says that it happened, and is always true. Where Adyen never sends
//! false, both columns say the same. Codes that are not here are welcome: kind `other`.
//!
//! `disputeStatus` and `modification.action` refine five codes; see [`kind`]. Neither is signed.

use payhook_domain::kind::Kind::{self, *};

use super::item::StandardItem;
use crate::CodeRow;

/// The one code whose `pspReference` is a file name.
pub(super) const REPORT_AVAILABLE: &str = "REPORT_AVAILABLE";
/// The code that recurs by nature for one dispute: the issuer writes again.
pub(super) const ISSUER_COMMENTS: &str = "ISSUER_COMMENTS";

/// Declares the table once: code, kind on true, kind on false.
macro_rules! codes {
    ($($code:literal $kind:ident $kind_failed:ident)*) => {
        /// Every known code, standard ones first, then the `type` of the families signed by a header.
        pub(super) const ALL: &[CodeRow] =
            &[$(CodeRow { code: $code, kind: $kind, kind_failed: $kind_failed },)*];

        fn row(code: &str) -> Option<(Kind, Kind)> {
            match code { $($code => Some(($kind, $kind_failed)),)* _ => None }
        }
    };
}

codes! {
    // payments
    "AUTHORISATION"                             PaymentAuthorised     PaymentRefused
    "AUTHORISATION_PENDING"                     PaymentPending        PaymentPending
    "PENDING"                                   PaymentPending        PaymentPending
    "OFFER_CLOSED"                              PaymentAbandoned      PaymentAbandoned
    "EXPIRE"                                    PaymentExpired        PaymentExpired
    "AUTHENTICATION"                            Other                 Other
    "AUTHORISE_REFERRAL"                        Other                 Other
    "HANDLED_EXTERNALLY"                        Other                 Other
    "POS_APPROVED"                              Other                 Other
    "DONATION"                                  Other                 Other
    "AUTORESCUE"                                Other                 Other
    "AUTORESCUE_NEXT_ATTEMPT"                   Other                 Other
    "CANCEL_AUTORESCUE"                         Other                 Other
    "PROCESS_RETRY"                             Other                 Other
    // modifications
    "AUTHORISATION_ADJUSTMENT"                  PaymentAdjusted       PaymentAdjustFailed
    "CAPTURE"                                   PaymentCaptured       PaymentCaptureFailed
    "CAPTURE_WITH_EXTERNAL_AUTH"                PaymentCaptured       PaymentCaptureFailed
    "CAPTURE_FAILED"                            PaymentCaptureFailed  PaymentCaptureFailed
    "CANCELLATION"                              PaymentCancelled      PaymentCancelFailed
    "TECHNICAL_CANCEL"                          PaymentCancelled      PaymentCancelFailed
    "CANCEL_OR_REFUND"                          PaymentCancelled      PaymentCancelFailed
    "REFUND"                                    RefundSucceeded       RefundFailed
    "REFUND_FAILED"                             RefundFailed          RefundFailed
    "REFUNDED_REVERSED"                         RefundReversed        RefundReversed
    "REFUND_REVERSED"                           RefundReversed        RefundReversed
    "POSTPONED_REFUND"                          RefundRequested       RefundFailed
    "VOID_PENDING_REFUND"                       Other                 Other
    // orders of several payments
    "ORDER_OPENED"                              OrderOpened           OrderFailed
    "ORDER_CLOSED"                              OrderClosed           OrderFailed
    // risk
    "MANUAL_REVIEW_ACCEPT"                      FraudAlerted          FraudAlerted
    "MANUAL_REVIEW_REJECT"                      FraudAlerted          FraudAlerted
    "NOTIFICATION_OF_FRAUD"                     FraudAlerted          FraudAlerted
    "FRAUD_ONLY"                                Other                 Other
    // disputes
    "REQUEST_FOR_INFORMATION"                   DisputeInfoRequested  DisputeInfoRequested
    "NOTIFICATION_OF_CHARGEBACK"                DisputeOpened         DisputeOpened
    "DISPUTE_OPENED_WITH_CHARGEBACK"            DisputeOpened         DisputeOpened
    "INFORMATION_SUPPLIED"                      DisputeEvidenceDue    DisputeEvidenceDue
    "ISSUER_COMMENTS"                           DisputeEvidenceDue    DisputeEvidenceDue
    "DISPUTE_DEFENSE_PERIOD_ENDED"              DisputeLost           DisputeLost
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED"         DisputeWon            DisputeWon
    "CHARGEBACK"                                DisputeOpened         DisputeOpened
    "CHARGEBACK_REVERSED"                       DisputeReversed       DisputeReversed
    "SECOND_CHARGEBACK"                         DisputeLost           DisputeLost
    "PREARBITRATION_OPEN"                       DisputeEvidenceDue    DisputeEvidenceDue
    "PREARBITRATION_ACCEPTED"                   DisputeEvidenceDue    DisputeEvidenceDue
    "PREARBITRATION_DECLINED"                   DisputeEvidenceDue    DisputeEvidenceDue
    "PREARBITRATION_ISSUER_WITHDRAWN"           DisputeWon            DisputeWon
    "PREARBITRATION_WON"                        DisputeWon            DisputeWon
    "PREARBITRATION_LOST"                       DisputeLost           DisputeLost
    "SCHEME_ARBITRATION"                        DisputeEvidenceDue    DisputeEvidenceDue
    "SCHEME_ARBITRATION_WON"                    DisputeWon            DisputeWon
    "SCHEME_ARBITRATION_LOST"                   DisputeLost           DisputeLost
    "ADVICE_OF_DEBIT"                           Other                 Other
    // payouts
    "REFUND_WITH_DATA"                          PayoutSent            PayoutFailed
    "PAYOUT_THIRDPARTY"                         PayoutSent            PayoutFailed
    "PAYOUT_DECLINE"                            PayoutFailed          PayoutFailed
    "PAYOUT_EXPIRE"                             PayoutFailed          PayoutFailed
    "PAIDOUT_REVERSED"                          PayoutFailed          PayoutFailed
    "FUND_TRANSFER"                             Other                 Other
    // tokens
    "RECURRING_CONTRACT"                        TokenCreated          Other
    "DEACTIVATE_RECURRING"                      TokenDisabled         Other
    "DISABLE_RECURRING"                         TokenDisabled         Other
    "SUBMIT_RECURRING"                          Other                 Other
    // the rest
    "REPORT_AVAILABLE"                          ReportAvailable       ReportAvailable
    "NOTIFICATIONTEST"                          Other                 Other
    "ACH_NOTIFICATION_OF_CHANGE"                Other                 Other
    "DIRECT_DEBIT_NOTICE_OF_CHANGE_NOTIFICATION" Other                Other
    // families signed by a header; their set is open. Transfers of a platform are books of their own, and a dispute there is
    // one that a card holder of the platform raises: neither is a word on a payment of the merchant's
    "recurring.token.created"                   TokenCreated          TokenCreated
    "recurring.token.updated"                   TokenUpdated          TokenUpdated
    "recurring.token.alreadyExisting"           TokenUpdated          TokenUpdated
    "recurring.token.disabled"                  TokenDisabled         TokenDisabled
    "ach.notificationOfChange"                  Other                 Other
    "eft.notificationOfChange"                  Other                 Other
    "balancePlatform.report.created"                                      ReportAvailable ReportAvailable
    "balancePlatform.transfer.created"                                    Other Other
    "balancePlatform.transfer.updated"                                    Other Other
    "balancePlatform.transaction.created"                                 Other Other
    "balancePlatform.payment.created"                                     Other Other
    "balancePlatform.payment.updated"                                     Other Other
    "balancePlatform.incomingTransfer.created"                            Other Other
    "balancePlatform.incomingTransfer.updated"                            Other Other
    "balancePlatform.outgoingTransfer.created"                            Other Other
    "balancePlatform.outgoingTransfer.updated"                            Other Other
    "balancePlatform.authorisation.relayed"                               Other Other
    "balancePlatform.authentication.created"                              Other Other
    "balancePlatform.authentication.relayed"                              Other Other
    "balancePlatform.dispute.created"                                     Other Other
    "balancePlatform.accountHolder.created"                               Other Other
    "balancePlatform.accountHolder.updated"                               Other Other
    "balancePlatform.balanceAccount.created"                              Other Other
    "balancePlatform.balanceAccount.updated"                              Other Other
    "balancePlatform.balanceAccount.balance.updated"                      Other Other
    "balancePlatform.balanceAccount.balance.block.released"               Other Other
    "balancePlatform.balanceAccount.recurringTopUp.created"               Other Other
    "balancePlatform.balanceAccount.recurringTopUp.updated"               Other Other
    "balancePlatform.balanceAccountSweep.created"                         Other Other
    "balancePlatform.balanceAccountSweep.updated"                         Other Other
    "balancePlatform.balanceAccountSweep.deleted"                         Other Other
    "balancePlatform.paymentInstrument.created"                           Other Other
    "balancePlatform.paymentInstrument.updated"                           Other Other
    "balancePlatform.cardorder.created"                                   Other Other
    "balancePlatform.cardorder.updated"                                   Other Other
    "balancePlatform.mandate.created"                                     Other Other
    "balancePlatform.networkToken.created"                                Other Other
    "balancePlatform.networkToken.updated"                                Other Other
    "balancePlatform.score.triggered"                                     Other Other
    "balancePlatform.negativeBalanceCompensationWarning.scheduled"        Other Other
    "merchant.created"                                                    Other Other
    "merchant.updated"                                                    Other Other
    "paymentMethod.created"                                               Other Other
    "paymentMethodRequest.removed"                                        Other Other
    "paymentMethodRequest.scheduledForRemoval"                            Other Other
    "terminalAssignment.completed"                                        Other Other
    "terminalBoarding.triggered"                                          Other Other
    "terminalSettings.modified"                                           Other Other
    // classic platforms; their set is open, too
    "ACCOUNT_CLOSED"                                                      Other Other
    "ACCOUNT_CREATED"                                                     Other Other
    "ACCOUNT_FUNDS_BELOW_THRESHOLD"                                       Other Other
    "ACCOUNT_HOLDER_CREATED"                                              Other Other
    "ACCOUNT_HOLDER_PAYOUT"                                               Other Other
    "ACCOUNT_HOLDER_STATUS_CHANGE"                                        Other Other
    "ACCOUNT_HOLDER_STORE_STATUS_CHANGE"                                  Other Other
    "ACCOUNT_HOLDER_UPCOMING_DEADLINE"                                    Other Other
    "ACCOUNT_HOLDER_UPDATED"                                              Other Other
    "ACCOUNT_HOLDER_VERIFICATION"                                         Other Other
    "ACCOUNT_UPDATED"                                                     Other Other
    "BENEFICIARY_SETUP"                                                   Other Other
    "COMPENSATE_NEGATIVE_BALANCE"                                         Other Other
    "DIRECT_DEBIT_INITIATED"                                              Other Other
    "PAYMENT_FAILURE"                                                     Other Other
    "REFUND_FUNDS_TRANSFER"                                               Other Other
    "SCHEDULED_REFUNDS"                                                   Other Other
    "TRANSFER_FUNDS"                                                      Other Other
}

/// What a standard item says became true.
pub(super) fn kind(item: &StandardItem<'_>) -> Kind {
    let code = item.signed.event_code.as_ref();
    let success = item.signed.success == "true";
    let Some((kind, kind_failed)) = row(code) else { return Other };
    let additional = &item.additional;
    match code {
        "CANCEL_OR_REFUND" => reversed(additional.modification_action.text(), success),
        "CHARGEBACK" | "DISPUTE_DEFENSE_PERIOD_ENDED" | "PREARBITRATION_WON" => {
            at_stage(code, additional.dispute_status.text()).unwrap_or(kind)
        }
        _ if success => kind,
        _ => kind_failed,
    }
}

/// What a reversal became. Done and without a word on which, it is either, as what was captured before says: that is known
/// of the payment, not of the event. Not done, it was asked for as a cancel where nothing else is said.
fn reversed(action: Option<&str>, success: bool) -> Kind {
    match (action, success) {
        (Some("refund"), true) => RefundSucceeded,
        (Some("refund"), false) => RefundFailed,
        (Some("cancel"), true) => PaymentCancelled,
        (_, true) => Other,
        (_, false) => PaymentCancelFailed,
    }
}

/// What the `type` of a family signed by a header says became true.
pub(super) fn kind_of_type(event_type: &str) -> Kind {
    row(event_type).map_or(Other, |(kind, _)| kind)
}

/// Whether a code is an `eventType` of classic platforms alone.
pub(super) fn is_classic(code: &str) -> bool {
    let classic = |row: &CodeRow| row.code == "ACCOUNT_CLOSED";
    ALL.iter().skip_while(|row| !classic(row)).any(|row| row.code == code)
}

/// Whether `pspReference` is the payment's own when no `originalReference` names another. All other codes change or
/// dispute a payment, or have nothing to do with one: theirs is the reference of the change, the dispute, the file.
pub(super) fn opens_payment(code: &str) -> bool {
    matches!(
        code,
        "AUTHORISATION"
            | "AUTHORISATION_PENDING"
            | "PENDING"
            | "OFFER_CLOSED"
            | "EXPIRE"
            | "AUTHENTICATION"
            | "AUTHORISE_REFERRAL"
            | "HANDLED_EXTERNALLY"
            | "POS_APPROVED"
            | "CAPTURE_WITH_EXTERNAL_AUTH"
            | "FRAUD_ONLY"
    )
}

/// Where a dispute's status says more than its code. Payments processed in Brazil carry none.
fn at_stage(code: &str, status: Option<&str>) -> Option<Kind> {
    Some(match (code, status?) {
        ("CHARGEBACK", "Lost" | "Accepted" | "Expired") => DisputeLost,
        ("CHARGEBACK", "Won") => DisputeWon,
        ("DISPUTE_DEFENSE_PERIOD_ENDED", "Pending" | "Responded") => DisputeEvidenceDue,
        ("PREARBITRATION_WON", "Pending") => DisputeEvidenceDue,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::item::AdditionalData;
    use super::*;
    use crate::scalar::Scalar;

    fn kind_when(code: &'static str, success: &'static str, action: &'static str, status: &'static str) -> Kind {
        let text = |text: &'static str| if text.is_empty() { Scalar::Absent } else { Scalar::Text(text.into()) };
        kind(&StandardItem {
            signed: super::super::item::Signed {
                event_code: code.into(),
                success: success.into(),
                ..Default::default()
            },
            event_date: Scalar::Absent,
            payment_method: Scalar::Absent,
            live: None,
            additional: AdditionalData {
                modification_action: text(action),
                dispute_status: text(status),
                ..AdditionalData::default()
            },
            said: None,
            raw: b"",
            written: super::super::item::Written::Form,
        })
    }

    #[test]
    fn no_code_stands_twice() {
        let codes: HashSet<_> = ALL.iter().map(|row| row.code).collect();
        assert_eq!(codes.len(), ALL.len());
    }

    #[test]
    fn bad_news_comes_with_success_true() {
        for (code, kind) in [
            ("CAPTURE_FAILED", PaymentCaptureFailed),
            ("REFUND_FAILED", RefundFailed),
            ("REFUNDED_REVERSED", RefundReversed),
            ("CHARGEBACK", DisputeOpened),
            ("DISPUTE_OPENED_WITH_CHARGEBACK", DisputeOpened),
            ("SECOND_CHARGEBACK", DisputeLost),
            ("OFFER_CLOSED", PaymentAbandoned),
            ("EXPIRE", PaymentExpired),
            ("PAIDOUT_REVERSED", PayoutFailed),
        ] {
            assert_eq!(kind_when(code, "true", "", ""), kind, "{code}");
        }
    }

    #[test]
    fn a_request_that_was_not_done_says_so() {
        for (code, kind) in [
            ("AUTHORISATION", PaymentRefused),
            ("CAPTURE", PaymentCaptureFailed),
            ("CANCELLATION", PaymentCancelFailed),
            ("TECHNICAL_CANCEL", PaymentCancelFailed),
            ("REFUND", RefundFailed),
            ("AUTHORISATION_ADJUSTMENT", PaymentAdjustFailed),
            ("ORDER_CLOSED", OrderFailed),
        ] {
            assert_eq!(kind_when(code, "false", "", ""), kind, "{code}");
        }
    }

    #[test]
    fn a_reversal_is_a_refund_or_a_cancel_as_its_action_says() {
        for (success, action, kind) in [
            ("true", "refund", RefundSucceeded),
            ("false", "refund", RefundFailed),
            ("true", "cancel", PaymentCancelled),
            ("false", "cancel", PaymentCancelFailed),
            ("true", "", Other),
            ("true", "something_new", Other),
            ("false", "", PaymentCancelFailed),
        ] {
            assert_eq!(kind_when("CANCEL_OR_REFUND", success, action, ""), kind, "{success} {action}");
        }
    }

    #[test]
    fn the_stage_of_a_dispute_refines_its_code() {
        for (code, status, kind) in [
            ("CHARGEBACK", "Undefended", DisputeOpened),
            ("CHARGEBACK", "Pending", DisputeOpened),
            ("CHARGEBACK", "Lost", DisputeLost),
            ("CHARGEBACK", "Accepted", DisputeLost),
            ("CHARGEBACK", "SomethingNew", DisputeOpened),
            ("DISPUTE_DEFENSE_PERIOD_ENDED", "Expired", DisputeLost),
            ("DISPUTE_DEFENSE_PERIOD_ENDED", "Pending", DisputeEvidenceDue),
            ("PREARBITRATION_WON", "Pending", DisputeEvidenceDue),
            ("PREARBITRATION_WON", "Won", DisputeWon),
        ] {
            assert_eq!(kind_when(code, "true", "", status), kind, "{code} {status}");
        }
    }

    #[test]
    fn an_unknown_code_is_other_and_not_an_error() {
        assert_eq!(kind_when("SOMETHING_NEW", "true", "", ""), Other);
        assert_eq!(kind_of_type("balancePlatform.something.new"), Other);
        assert_eq!(kind_of_type("recurring.token.alreadyExisting"), TokenUpdated);
    }
}
