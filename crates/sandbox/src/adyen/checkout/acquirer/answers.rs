//! Every answer, with the word and the number that ask for it. From Adyen's page "Result codes" of its test platform.

/// One answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its number: `refusalReasonCode`, and `RequestedTestAcquirerResponseCode` to ask for it.
    pub(crate) code: u8,
    /// The card holder's name that asks for it. Also the acquirer's own word.
    pub(crate) word: &'static str,
    pub(crate) result: &'static str,
    /// `refusalReason`, and the item's `reason`.
    pub(crate) reason: &'static str,
}

/// Approved.
pub(crate) const APPROVED: u8 = 1;
/// The shopper did not prove to be the card's holder.
pub(crate) const NOT_AUTHENTICATED: u8 = 11;
/// The outcome comes later.
pub(crate) const PENDING: u8 = 13;

const fn refused(code: u8, word: &'static str, reason: &'static str) -> Answer {
    Answer { code, word, result: "Refused", reason }
}

/// The shopper went away from the page of a method.
pub(crate) const SHOPPER_CANCELLED: u8 = 16;

/// In the order of their numbers. 30 does not exist.
const ANSWERS: [Answer; 46] = [
    Answer { code: 0, word: "UNKNOWN", result: "Error", reason: "Unknown" },
    Answer { code: APPROVED, word: "APPROVED", result: "Authorised", reason: "" },
    refused(2, "DECLINED", "Refused"),
    refused(3, "REFERRAL", "Referral"),
    Answer { code: 4, word: "ERROR", result: "Error", reason: "Acquirer Error" },
    refused(5, "BLOCK_CARD", "Blocked Card"),
    refused(6, "CARD_EXPIRED", "Expired Card"),
    refused(7, "INVALID_AMOUNT", "Invalid Amount"),
    refused(8, "INVALID_CARD_NUMBER", "Invalid Card Number"),
    refused(9, "ISSUER_UNAVAILABLE", "Issuer Unavailable"),
    refused(10, "NOT_SUPPORTED", "Not supported"),
    refused(NOT_AUTHENTICATED, "NOT_3D_AUTHENTICATED", "3D Not Authenticated"),
    refused(12, "NOT_ENOUGH_BALANCE", "Not enough balance"),
    Answer { code: PENDING, word: "PENDING", result: "Received", reason: "Pending" },
    refused(14, "ACQUIRER_FRAUD", "Acquirer Fraud"),
    refused(15, "CANCELLED", "Cancelled"),
    refused(SHOPPER_CANCELLED, "SHOPPER_CANCELLED", "Shopper Cancelled"),
    refused(17, "INVALID_PIN", "Invalid Pin"),
    refused(18, "PIN_TRIES_EXCEEDED", "Pin tries exceeded"),
    refused(19, "PIN_VALIDATION_NOT_POSSIBLE", "Pin validation not possible"),
    refused(20, "FRAUD", "FRAUD"),
    refused(21, "NOT_SUBMITTED", "Not Submitted"),
    Answer { code: 22, word: "FRAUD_CANCELLED", result: "Cancelled", reason: "FRAUD-CANCELLED" },
    refused(23, "TRANSACTION_NOT_PERMITTED", "Transaction Not Permitted"),
    refused(24, "CVC_DECLINED", "CVC Declined"),
    refused(25, "RESTRICTED_CARD", "Restricted Card"),
    refused(26, "REVOCATION_OF_AUTH", "Revocation Of Auth"),
    refused(27, "DECLINED_NON_GENERIC", "Declined Non Generic"),
    refused(28, "WITHDRAWAL_AMOUNT_EXCEEDED", "Withdrawal amount exceeded"),
    refused(29, "WITHDRAWAL_COUNT_EXCEEDED", "Withdrawal count exceeded"),
    refused(31, "ISSUER_SUSPECTED_FRAUD", "Issuer Suspected Fraud"),
    refused(32, "AVS_DECLINED", "AVS Declined"),
    refused(33, "PIN_REQUIRED", "Card requires online pin"),
    refused(34, "NO_CHECKING_ACCOUNT", "No checking account available on Card"),
    refused(35, "NO_SAVINGS_ACCOUNT", "No savings account available on Card"),
    refused(36, "MOBILE_PIN_REQUIRED", "Mobile pin required"),
    refused(37, "CONTACTLESS_FALLBACK", "Contactless fallback"),
    refused(38, "AUTHENTICATION_REQUIRED", "Authentication required"),
    refused(39, "RREQ_NOT_RECEIVED", "RReq not received from DS"),
    refused(40, "BAN_CURRENT_AID", "Current AID is in Penalty Box"),
    refused(41, "CVM_REQUIRED", "CVM Required Restart Payment"),
    refused(42, "THREED_SECURE_ERROR", "3DS Authentication Error"),
    refused(43, "ONLINE_PIN_REQUIRED", "Online PIN required"),
    refused(44, "TRY_ANOTHER_INTERFACE", "Try another interface"),
    refused(45, "CHIP_DOWNGRADE_MODE", "Chip downgrade mode"),
    refused(46, "ERPS_BLOCK", "Transaction blocked by Adyen to prevent excessive retry fees"),
];

/// The answer of this number; of a number that does not exist, *unknown*.
pub(crate) fn answer(code: u8) -> &'static Answer {
    ANSWERS.iter().find(|answer| answer.code == code).unwrap_or(&ANSWERS[0])
}

/// The number that a card holder's name asks for.
pub(crate) fn answer_asked_by(holder: &str) -> Option<u8> {
    ANSWERS.iter().find(|answer| answer.word == holder.trim()).map(|answer| answer.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_asked_for_by_its_word_and_found_by_its_number() {
        for one in &ANSWERS {
            assert_eq!(answer_asked_by(one.word), Some(one.code));
            assert_eq!(answer(one.code), one);
        }
        assert_eq!(answer_asked_by("J. Smith"), None);
        assert_eq!(answer(30).result, "Error");
    }
}
