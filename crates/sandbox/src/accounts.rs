//! Who may ask, and for which accounts.

/// What is shown in place of a secret that was given.
const GIVEN: &str = "(as given)";

/// The accounts and credentials the sandbox knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    /// Adyen's company account, which owns the merchant accounts.
    pub company: String,
    /// Adyen's merchant accounts.
    pub merchants: Vec<String>,
    /// What goes into `x-API-key`.
    pub adyen_api_key: String,
    /// The public half of Banked's Basic auth.
    pub banked_api_key: String,
    /// The secret half.
    pub banked_secret: String,
}

impl Default for Accounts {
    /// Those that every fresh sandbox has. They protect nothing: the sandbox listens on loopback.
    fn default() -> Self {
        Self {
            company: "SandboxCompany".to_owned(),
            merchants: vec!["SandboxMerchant".to_owned()],
            adyen_api_key: "sandbox_adyen_api_key".to_owned(),
            banked_api_key: "pk_sandbox".to_owned(),
            banked_secret: "sk_sandbox".to_owned(),
        }
    }
}

impl Accounts {
    /// The key of Adyen's APIs, for people to read: one that was given may be good elsewhere, and is not shown.
    #[must_use]
    pub fn adyen_api_key_shown(&self) -> &str {
        if self.adyen_api_key == Self::default().adyen_api_key { &self.adyen_api_key } else { GIVEN }
    }

    /// The secret half of Banked's, in the same way.
    #[must_use]
    pub fn banked_secret_shown(&self) -> &str {
        if self.banked_secret == Self::default().banked_secret { &self.banked_secret } else { GIVEN }
    }

    /// Whether a merchant account is one of ours.
    pub(crate) fn has_merchant(&self, account: &str) -> bool {
        self.merchants.iter().any(|merchant| merchant == account)
    }
}
