//! Which currencies there are. Adyen's list says more of each; an amount needs to know whether it can be one.

/// Codes, in the order of the alphabet: those of ISO 4217 that are in use, and the yuan that is traded outside China.
const CODES: &str = "\
    AED ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BMD BND BOB BRL BSD BWP BYN BZD CAD CHF CLP CNH CNY \
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR \
    ILS INR IQD ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LYD MAD MDL MKD MMK MNT MOP MRU MUR \
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR \
    SEK SGD SHP SLE SOS SRD STN SVC SZL THB TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD \
    XOF XPF YER ZAR ZMW";

/// Whether something can be paid in this currency.
pub(super) fn is_currency(code: &str) -> bool {
    code.len() == 3 && CODES.split(' ').any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_and_nothing_else_is_a_currency() {
        let codes: Vec<_> = CODES.split(' ').collect();
        assert!(codes.is_sorted_by(|one, next| one < next) && codes.iter().all(|code| is_currency(code)));
        for code in ["EUR", "GBP", "USD", "JPY", "KWD", "CLP", "ISK", "IDR", "XPF"] {
            assert!(is_currency(code), "{code}");
        }
        for code in ["XYZ", "eur", "EU", "EUR GBP", " EU", "", "DEM"] {
            assert!(!is_currency(code), "{code}");
        }
    }
}
