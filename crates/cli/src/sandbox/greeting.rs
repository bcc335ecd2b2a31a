//! What is said when the sandbox is up: where it is, what it lets in, and what to do next.

use std::path::Path;

use payhook_sandbox::{Accounts, Pace};
use url::Url;

use super::pace;
use crate::output::BOLD;

/// What there is to say.
pub(super) struct Greeting<'s> {
    pub(super) base: &'s Url,
    pub(super) accounts: &'s Accounts,
    pub(super) file: Option<&'s Path>,
    pub(super) pace: Pace,
}

impl Greeting<'_> {
    /// All of it.
    pub(super) fn text(&self) -> String {
        let base = self.base.as_str().trim_end_matches('/');
        let mut said = "payhook sandbox: a pretend Adyen and Banked; no money moves here\n\n".to_owned();
        let mut row = |name: &str, value: &str| said.push_str(&format!("  {name:<18} {value}\n"));
        row("customer area", &format!("{BOLD}{base}/{BOLD:#}"));
        row("Adyen Checkout", &format!("{base}/adyen/checkout/v71"));
        row("Adyen Management", &format!("{base}/adyen/management/v3"));
        row("Banked", &format!("{base}/banked/v2"));
        row("company account", &self.accounts.company);
        row("merchant account", &self.accounts.merchants.join(", "));
        row("x-API-key", self.accounts.adyen_api_key_shown());
        row("Banked Basic auth", &format!("{}:{}", self.accounts.banked_api_key, self.accounts.banked_secret_shown()));
        row("kept in", &self.kept_in());
        row("time", &pace::described(self.pace));
        said.push_str(
            "\nnext: open the customer area, add a webhook with your gateway's address, such as\n\
             http://127.0.0.1:8080/in/adyen, generate its HMAC key, and send a test notification\n\
             Ctrl-C ends it",
        );
        said
    }

    fn kept_in(&self) -> String {
        match self.file {
            Some(file) => file.display().to_string(),
            None => "memory, and gone when this ends; --data FILE keeps it".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_its_own_are_printed_and_given_ones_are_not() {
        let base = Url::parse("http://127.0.0.1:8090").expect("a URL");
        let said = |accounts: &Accounts| Greeting { base: &base, accounts, file: None, pace: Pace::Scaled(1.0) }.text();
        let usual = Accounts::default();
        assert!(said(&usual).contains(&usual.adyen_api_key) && said(&usual).contains(&usual.banked_secret));
        let secret = || "AQEdeadbeef".to_owned();
        let given = said(&Accounts { adyen_api_key: secret(), banked_secret: secret(), ..usual });
        assert!(!given.contains(&secret()) && given.contains("as given"), "{given}");
    }
}
