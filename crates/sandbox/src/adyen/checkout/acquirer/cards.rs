//! Adyen's test cards, and which brand a number is of.

/// A test card.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) number: &'static str,
    /// As `paymentMethod` names it.
    pub(crate) brand: &'static str,
    /// Two letters; empty when it says none.
    pub(crate) country: &'static str,
    /// Whether its holder is asked to prove it.
    pub(crate) secure: bool,
}

const fn card(number: &'static str, brand: &'static str, country: &'static str) -> Known {
    Known { number, brand, country, secure: false }
}

const fn secure(number: &'static str, brand: &'static str, country: &'static str) -> Known {
    Known { number, brand, country, secure: true }
}

/// Those that Adyen publishes; all expire in 03/2030 or later, and have the security code 737, Amex 7373.
pub(crate) const KNOWN: [Known; 51] = [
    card("4111111145551142", "visa", "NL"),
    card("4111111111111111", "visa", "NL"),
    card("4444333322221111", "visa", "GB"),
    card("4988438843884305", "visa", "ES"),
    card("4166676667666746", "visa", "NL"),
    card("4111112014267661", "visa", "FR"),
    secure("4917610000000000", "visa", ""),
    card("2222400070000005", "mc", "CA"),
    card("5555444433331111", "mc", "GB"),
    card("5555341244441115", "mc", "NL"),
    card("5577000055770004", "mc", "PL"),
    card("2222410740360010", "mc", "NL"),
    card("5555555555554444", "mc", "GB"),
    card("2222410700000002", "mc", "NL"),
    card("2222400010000008", "mc", "CA"),
    card("2223000048410010", "mc", "NL"),
    card("2222400060000007", "mc", "CA"),
    card("2223520443560010", "mc", "NL"),
    card("2222400030000004", "mc", "CA"),
    card("5100060000000002", "mc", "US"),
    card("2222400050000009", "mc", "CA"),
    card("5103221911199245", "mc", "BR"),
    secure("5454545454545454", "mc", ""),
    card("370000000000002", "amex", "NL"),
    card("370000000100018", "amex", "NL"),
    secure("371449635398431", "amex", ""),
    secure("6703444444444449", "bcmc", "BE"),
    card("4871049999999910", "visa", "BE"),
    secure("4360000001000005", "cartebancaire", "FR"),
    secure("4035501428146300", "cartebancaire", "FR"),
    card("4035501000000008", "cartebancaire", "FR"),
    card("8171999927660000", "cup", "CN"),
    card("8171999900000000021", "cup", "CN"),
    card("6243030000000001", "cup", "CN"),
    secure("6250947000000014", "cup", "CN"),
    card("5019555544445555", "dankort", "DK"),
    card("4571000000000001", "dankort", "DK"),
    card("36006666333344", "diners", "US"),
    card("36070500001020", "diners", "NL"),
    secure("30569309025904", "diners", ""),
    card("6011601160116611", "discover", "US"),
    card("6445644564456445", "discover", "GB"),
    secure("6011111111111117", "discover", ""),
    card("3569990010095841", "jcb", "US"),
    card("6771798021000008", "maestro", "US"),
    secure("5000550000000029", "maestro", ""),
    card("4001020000000009", "electron", "BR"),
    card("4013250000000000006", "vpay", "PL"),
    // Of the samples in Adyen's specification.
    secure("4212345678901237", "visa", ""),
    secure("4212345678910006", "visa", ""),
    secure("5201281505129736", "mc", ""),
];

/// Digits in a card's number.
const DIGITS: std::ops::RangeInclusive<usize> = 12..=19;

/// The test card of this number.
pub(crate) fn known(number: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|card| card.number == number)
}

/// Whether this is a card's number: digits, so many, with a check digit that fits.
pub(crate) fn is_number(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits.enumerate().map(|(place, digit)| if place % 2 == 1 { doubled(digit) } else { digit }).sum();
    DIGITS.contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) && sum.is_multiple_of(10)
}

const fn doubled(digit: u32) -> u32 {
    if digit > 4 { digit * 2 - 9 } else { digit * 2 }
}

/// The brand of a number: the test card's, else what its first digits say.
pub(crate) fn brand(number: &str) -> Option<&'static str> {
    if let Some(card) = known(number) {
        return Some(card.brand);
    }
    let first: u32 = number.get(..2)?.parse().ok()?;
    Some(match first {
        40..=49 => "visa",
        51..=55 | 22..=27 => "mc",
        34 | 37 => "amex",
        30 | 36 | 38 | 39 => "diners",
        35 => "jcb",
        60 | 64 | 65 => "discover",
        62 | 81 => "cup",
        50 | 56..=59 | 63 | 66..=69 => "maestro",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_card_has_a_number_of_its_own_that_passes_the_check() {
        for (place, card) in KNOWN.iter().enumerate() {
            assert!(is_number(card.number), "{}", card.number);
            assert!(KNOWN[..place].iter().all(|other| other.number != card.number), "{} stands twice", card.number);
        }
    }

    #[test]
    fn a_mistyped_number_is_none_and_a_foreign_one_has_a_brand() {
        assert!(!is_number("4111111111111112"));
        assert!(!is_number("4111 1111 1111 1111"));
        assert!(!is_number(""));
        assert_eq!(brand("4000020000000000"), Some("visa"));
        assert_eq!(brand("9999999999999995"), None);
        assert_eq!(brand("é"), None);
    }
}
