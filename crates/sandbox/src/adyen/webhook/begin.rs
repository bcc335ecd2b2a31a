//! A webhook of which nothing was said yet.

use std::collections::BTreeMap;

use super::{Filter, Format, Webhook};
use crate::book::{Act, BookError};

impl Webhook {
    /// A standard one for this account, not kept yet.
    pub(crate) fn begin(act: &Act<'_>, account: &str) -> Result<Self, BookError> {
        Ok(Self { id: format!("S2-{}", act.chance()?.hex(6)), ..Self::blank(account) })
    }

    /// The same without an id: what a form begins with.
    pub(crate) fn blank(account: &str) -> Self {
        Self {
            id: String::new(),
            account: account.to_owned(),
            kind: "standard".to_owned(),
            url: String::new(),
            active: true,
            communication_format: Format::Json,
            description: None,
            username: None,
            password: None,
            accepts_expired_certificate: false,
            accepts_self_signed_certificate: false,
            accepts_untrusted_root_certificate: false,
            populate_soap_action_header: false,
            network_type: None,
            encryption_protocol: "TLSv1.2".to_owned(),
            filter_merchant_account_type: Filter::AllAccounts,
            filter_merchant_accounts: Vec::new(),
            include_event_codes: Vec::new(),
            properties: BTreeMap::new(),
            has_error: false,
            keys: Vec::new(),
        }
    }
}
