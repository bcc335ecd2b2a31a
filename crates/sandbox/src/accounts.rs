//! Who may ask, and for which accounts.

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
    /// Whether a merchant account is one of ours.
    pub(crate) fn has_merchant(&self, account: &str) -> bool {
        self.merchants.iter().any(|merchant| merchant == account)
    }
}
