//! The results of the address check and of the security code, as Adyen standardises them, and what asks for each.

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) code: u8,
    text: &'static str,
    /// As the acquirer writes it.
    pub(crate) raw: &'static str,
}

impl Meaning {
    /// `5 No AVS data provided`.
    pub(crate) fn written(&self) -> String {
        format!("{} {}", self.code, self.text)
    }
}

/// By code: what it means. The raw code is the same number, as in Adyen's own samples.
const AVS: [(&str, &str); 27] = [
    ("Unknown", "0"),
    ("Address matches, but the postal code does not match", "1"),
    ("Neither postal code nor address match", "2"),
    ("AVS unavailable", "3"),
    ("AVS not supported for this card type", "4"),
    ("No AVS data provided", "5"),
    ("Postal code matches, but the address does not match", "6"),
    ("Both postal code and address match", "7"),
    ("Address not checked, postal code unknown", "8"),
    ("Address matches, postal code unknown", "9"),
    ("Address doesn't match, postal code unknown", "10"),
    ("Postal code not checked, address unknown", "11"),
    ("Address matches, postal code not checked", "12"),
    ("Address doesn't match, postal code not checked", "13"),
    ("Postal code matches, address unknown", "14"),
    ("Postal code matches, address not checked", "15"),
    ("Postal code doesn't match, address unknown", "16"),
    ("Postal code doesn't match, address not checked", "17"),
    ("Neither postal code nor address were checked", "18"),
    ("Name and postal code matches", "19"),
    ("Name, address and postal code matches", "20"),
    ("Name and address matches", "21"),
    ("Name matches", "22"),
    ("Postal code matches, name doesn't match", "23"),
    ("Both postal code and address matches, name doesn't match", "24"),
    ("Address matches, name doesn't match", "25"),
    ("Neither postal code, address nor name matches", "26"),
];

/// By code: what it means, and the letter schemes use.
const CVC: [(&str, &str); 7] = [
    ("Unknown", "P"),
    ("Matches", "M"),
    ("Doesn't match", "N"),
    ("Not checked", "P"),
    ("No CVC/CVV provided, but was required", "S"),
    ("Issuer not certified for CVC/CVV", "U"),
    ("No CVC/CVV provided", "P"),
];

/// The street that asks for a result of the address check; the house number says which.
const STREET: &str = "Test AVS result";
/// With an address that asks for nothing, and without one.
const ADDRESS_CHECKED: u8 = 7;
const NO_ADDRESS: u8 = 5;

/// A result of the address check.
pub(crate) fn avs(code: u8) -> Meaning {
    meaning(&AVS, code)
}

/// A result of the security code.
pub(crate) fn cvc(code: u8) -> Meaning {
    meaning(&CVC, code)
}

fn meaning(table: &[(&'static str, &'static str)], code: u8) -> Meaning {
    let known = usize::from(code) < table.len();
    let code = if known { code } else { 0 };
    let (text, raw) = table[usize::from(code)];
    Meaning { code, text, raw }
}

/// What an address asks for: the number its house number begins with, where the street says so.
pub(crate) fn avs_asked_by(street: Option<&str>, house: Option<&str>) -> u8 {
    match (street.map(str::trim), house) {
        (None, _) => NO_ADDRESS,
        (Some(STREET), Some(house)) => {
            let digits: String = house.trim().chars().take_while(char::is_ascii_digit).collect();
            digits.parse().map_or(0, |code| avs(code).code)
        }
        _ => ADDRESS_CHECKED,
    }
}

/// What a security code comes to: `00` and a digit ask for that result, the test cards' own matches, others do not.
pub(crate) fn cvc_result(brand: &str, given: Option<&str>) -> u8 {
    let own = if brand == "amex" { "7373" } else { "737" };
    match given.map(str::trim) {
        None | Some("") => 6,
        Some(given) if given == own => 1,
        Some(given) => match given.strip_prefix("00").and_then(|code| code.parse::<u8>().ok()) {
            Some(code) if usize::from(code) < CVC.len() => code,
            // UnionPay's secure test card has one of its own.
            _ if brand == "cup" && given == "123" => 1,
            _ => 2,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_a_result_by_its_house_number() {
        assert_eq!(avs_asked_by(Some("Test AVS result"), Some("26")), 26);
        assert_eq!(avs_asked_by(Some("Test AVS result"), Some("4 AVS not supported for this card type")), 4);
        assert_eq!(avs_asked_by(Some("Test AVS result"), Some("99")), 0);
        assert_eq!(avs_asked_by(Some("Kerkstraat"), Some("1")), 7);
        assert_eq!(avs_asked_by(None, None), 5);
        assert_eq!(avs(4).written(), "4 AVS not supported for this card type");
    }

    #[test]
    fn a_security_code_asks_for_a_result_by_its_last_digit() {
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 6].map(|code| cvc_result("visa", Some(&format!("00{code}")))),
            [0, 1, 2, 3, 4, 5, 6]
        );
        assert_eq!(cvc_result("visa", Some("737")), 1);
        assert_eq!(cvc_result("amex", Some("7373")), 1);
        assert_eq!(cvc_result("visa", Some("999")), 2);
        assert_eq!(cvc_result("visa", None), 6);
        assert_eq!(cvc(2).raw, "N");
    }
}
