//! What a shop is configured by: the names that the providers' own examples use.

use std::path::PathBuf;

use url::Url;

/// Adyen's Checkout API for tests.
const ADYEN_TEST: &str = "https://checkout-test.adyen.com/v71";

/// Banked's API; the keys decide whether it is a test.
const BANKED: &str = "https://api.banked.com/v2";

/// What a shop needs to run.
#[derive(Clone)]
pub struct Settings {
    /// The shop's SQLite file.
    pub file: PathBuf,
    /// Where buyers reach it: scheme, host and port.
    pub base_url: Url,
    /// The secret that payhook signs with, `whsec_…`.
    pub signing_secret: String,
    /// Cards, if it takes them.
    pub adyen: Option<Adyen>,
    /// Payments by bank, if it takes them.
    pub banked: Option<Banked>,
    /// What the merchant's pages ask for; without it they open on this machine alone.
    pub admin_password: Option<String>,
}

/// Access to Adyen.
#[derive(Clone)]
pub struct Adyen {
    /// The base of the Checkout API, version included.
    pub base_url: Url,
    /// `ADYEN_API_KEY`.
    pub api_key: String,
    /// `ADYEN_MERCHANT_ACCOUNT`.
    pub merchant_account: String,
    /// `ADYEN_CLIENT_KEY`: with it, and Adyen's own base, card details are asked for on a page of the shop.
    pub client_key: Option<String>,
    /// `ADYEN_THEME_ID`: the look of the hosted page, from the Customer Area.
    pub theme_id: Option<String>,
}

/// Access to Banked.
#[derive(Clone)]
pub struct Banked {
    /// The base of the API, version included.
    pub base_url: Url,
    /// `pk_…:sk_…`, public and secret key.
    pub api_key: String,
}

/// A setting that is missing or makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct Mistake {
    name: &'static str,
    problem: String,
}

impl Settings {
    /// Reads them by name; `port` is where the shop listens. The first mistake is told.
    ///
    /// # Errors
    /// A [`Mistake`] that names the variable.
    pub fn read(port: u16, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Mistake> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let needed = |name| variable(name).ok_or_else(|| mistake(name, "is not set"));
        let address = |name, default: &str| url(name, &variable(name).unwrap_or_else(|| default.to_owned()));
        let adyen = match variable("ADYEN_API_KEY") {
            None => None,
            Some(api_key) => Some(Adyen {
                base_url: address("ADYEN_BASE_URL", ADYEN_TEST)?,
                api_key,
                merchant_account: needed("ADYEN_MERCHANT_ACCOUNT")?,
                client_key: variable("ADYEN_CLIENT_KEY"),
                theme_id: variable("ADYEN_THEME_ID"),
            }),
        };
        let banked = match variable("BANKED_API_KEY") {
            None => None,
            Some(key) if !key.contains(':') => {
                return Err(mistake("BANKED_API_KEY", "is written public key, colon, secret key: pk_…:sk_…"));
            }
            Some(api_key) => Some(Banked { base_url: address("BANKED_BASE_URL", BANKED)?, api_key }),
        };
        if adyen.is_none() && banked.is_none() {
            return Err(mistake(
                "ADYEN_API_KEY",
                "is not set, nor is BANKED_API_KEY: nobody could pay; set one of them",
            ));
        }
        Ok(Self {
            file: variable("SHOP_DATABASE").unwrap_or_else(|| "shop.db".to_owned()).into(),
            base_url: address("BASE_URL", &format!("http://127.0.0.1:{port}"))?,
            signing_secret: needed("PAYHOOK_SIGNING_SECRET")?,
            adyen,
            banked,
            admin_password: variable("SHOP_ADMIN_PASSWORD"),
        })
    }
}

impl Adyen {
    /// Whether the base is Adyen's own, and no sandbox.
    pub(crate) fn is_adyens(&self) -> bool {
        let ours = |host: &str| host.ends_with(".adyen.com") || host.ends_with(".adyenpayments.com");
        self.base_url.scheme() == "https" && self.base_url.host_str().is_some_and(ours)
    }
}

impl Mistake {
    pub(crate) fn new(name: &'static str, problem: &str) -> Self {
        Self { name, problem: problem.to_owned() }
    }
}

fn mistake(name: &'static str, problem: &str) -> Mistake {
    Mistake::new(name, problem)
}

fn url(name: &'static str, text: &str) -> Result<Url, Mistake> {
    let url = Url::parse(text).map_err(|error| mistake(name, &format!("{text:?} is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(mistake(name, &format!("{text:?} is no http or https address")));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[(&str, &str)] = &[
        ("ADYEN_API_KEY", "key"),
        ("ADYEN_MERCHANT_ACCOUNT", "Shop"),
        ("BANKED_API_KEY", "pk:sk"),
        ("PAYHOOK_SIGNING_SECRET", "whsec_AAAA"),
    ];

    fn read(changed: &[(&str, &str)]) -> Result<Settings, Mistake> {
        let all: Vec<_> = changed.iter().chain(GOOD).copied().collect();
        let value = |name: &str| all.iter().find(|(have, _)| *have == name).map(|(_, value)| (*value).to_owned());
        Settings::read(3000, value)
    }

    #[test]
    fn what_is_not_said_is_the_providers_own_test_environment() {
        let settings = read(&[]).unwrap_or_else(|mistake| panic!("{mistake}"));
        let adyen = settings.adyen.unwrap();
        assert_eq!(adyen.base_url.as_str(), "https://checkout-test.adyen.com/v71");
        assert!(adyen.is_adyens());
        assert_eq!(settings.base_url.as_str(), "http://127.0.0.1:3000/");
    }

    #[test]
    fn a_mistake_names_its_variable() {
        let name = |changed: &[(&str, &str)]| read(changed).err().map(|mistake| mistake.name);
        assert_eq!(name(&[("ADYEN_MERCHANT_ACCOUNT", "")]), Some("ADYEN_MERCHANT_ACCOUNT"));
        assert_eq!(name(&[("BANKED_API_KEY", "pk")]), Some("BANKED_API_KEY"));
        assert_eq!(name(&[("BASE_URL", "shop.example")]), Some("BASE_URL"));
        assert_eq!(name(&[("ADYEN_BASE_URL", "ftp://x")]), Some("ADYEN_BASE_URL"));
        assert_eq!(name(&[("PAYHOOK_SIGNING_SECRET", "")]), Some("PAYHOOK_SIGNING_SECRET"));
        assert_eq!(name(&[("ADYEN_API_KEY", ""), ("BANKED_API_KEY", "")]), Some("ADYEN_API_KEY"));
        assert_eq!(name(&[("ADYEN_API_KEY", "")]), None, "one provider is enough");
    }

    #[test]
    fn a_look_alike_is_not_adyen() {
        let adyen = |url| read(&[("ADYEN_BASE_URL", url)]).ok().and_then(|settings| settings.adyen).unwrap();
        assert!(!adyen("https://checkout-test.adyen.com.evil.example/v71").is_adyens());
        assert!(!adyen("http://127.0.0.1:8090/adyen/checkout/v71").is_adyens());
        assert!(adyen("https://abc-checkout-live.adyenpayments.com/checkout/v71").is_adyens());
    }
}
