//! A report is ready: a CSV of an account's payments, each with what was booked on it, kept as it was when it was made.

use payhook_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::Unfit;
use crate::adyen::checkout::payment::{Change, ChangeKind, ChangeState, Payment, State};
use crate::adyen::notice::{Amount, Item, date, tell};
use crate::book::{Act, BookError, Document};

/// Most payments in a report, the newest.
const PAYMENTS_MAX: u32 = 10_000;
/// The columns, as Adyen's payment accounting report names them.
const COLUMNS: &str = "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Booking Date,\
                       TimeZone,Main Currency,Main Amount,Record Type,Modification Psp Reference,\
                       Modification Merchant Reference\n";

/// A report that can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Account and file: `SandboxMerchant/payments_accounting_report_2026_11_28.csv`.
    id: String,
    merchant_account: String,
    pub(crate) content: String,
}

impl Report {
    /// The id of a report.
    pub(crate) fn id_of(account: &str, file: &str) -> String {
        format!("{account}/{file}")
    }
}

impl Document for Report {
    const KIND: &'static str = "adyen report";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.merchant_account
    }
}

/// REPORT_AVAILABLE: a report of the account's payments so far can be downloaded. Says the name of its file.
pub(crate) fn report_available(act: &Act<'_>, merchant_account: &str) -> Result<String, Unfit> {
    if !act.accounts().has_merchant(merchant_account) {
        return Err(Unfit::Unknown(merchant_account.to_owned()));
    }
    let batch = act.all_of::<Report>(merchant_account)?.len() + 1;
    let day = date(act.now)[..10].replace('-', "_");
    let file = format!("payments_accounting_report_{day}_batch_{batch}.csv");
    let content = written(act, merchant_account)?;
    let id = Report::id_of(merchant_account, &file);
    act.keep(&Report { id, merchant_account: merchant_account.to_owned(), content })?;
    let mut item = Item::new("REPORT_AVAILABLE", true, &file, Amount { currency: "EUR".to_owned(), value: 0 });
    merchant_account.clone_into(&mut item.merchant_account);
    item.reason = Some(act.address(&format!("/reports/download/MerchantAccount/{merchant_account}/{file}")));
    tell(act, &item)?;
    Ok(file)
}

fn written(act: &Act<'_>, merchant_account: &str) -> Result<String, BookError> {
    let mut content = COLUMNS.to_owned();
    let company = &act.accounts().company;
    for payment in act.latest_of::<Payment>(merchant_account, PAYMENTS_MAX)? {
        for record in records(&payment) {
            record.write(&mut content, company, &payment);
        }
    }
    Ok(content)
}

/// One thing booked.
struct Record<'p> {
    kind: &'static str,
    at: i64,
    value: i64,
    change: Option<&'p Change>,
}

fn records(payment: &Payment) -> Vec<Record<'_>> {
    let value = payment.amount.value;
    let mut records = vec![Record { kind: "Received", at: payment.made, value, change: None }];
    let outcome = match payment.state {
        State::Authorised => Some("Authorised"),
        State::Refused => Some("Refused"),
        State::Error => Some("Error"),
        State::Cancelled => Some("Cancelled"),
        State::Started | State::Pending | State::Abandoned => None,
    };
    let settled = payment.settled.zip(outcome);
    records.extend(settled.map(|(at, kind)| Record { kind, at, value, change: None }));
    records.extend(payment.changes.iter().filter_map(changed));
    let taken = payment.disputes.iter().filter(|dispute| dispute.holds_money());
    records.extend(taken.map(|dispute| Record {
        kind: "Chargeback",
        at: dispute.moved,
        value: dispute.amount,
        change: None,
    }));
    records
}

fn changed(change: &Change) -> Option<Record<'_>> {
    let ChangeState::Done { moved, returned } = change.state else { return None };
    let kind = match change.kind {
        ChangeKind::Capture => "SentForSettle",
        _ if returned => "SentForRefund",
        ChangeKind::Adjustment => "AuthorisedAmountAdjusted",
        _ => "Cancelled",
    };
    Some(Record { kind, at: change.decided.unwrap_or(change.asked), value: moved, change: Some(change) })
}

impl Record<'_> {
    fn write(&self, content: &mut String, company: &str, payment: &Payment) {
        let booked = date(Timestamp::from_micros(self.at)).replace('T', " ");
        let amount = payment.in_currency(self.value).decimal();
        let reference = self.change.and_then(|change| change.reference.as_deref());
        let fields = [
            company,
            &payment.merchant_account,
            &payment.psp_reference,
            &payment.reference,
            &payment.method,
            &booked[..19],
            "CET",
            &payment.amount.currency,
            &amount,
            self.kind,
            self.change.map_or("", |change| &change.psp_reference),
            reference.unwrap_or_default(),
        ];
        content.push_str(&fields.map(quoted).join(","));
        content.push('\n');
    }
}

/// A field as CSV has it: in quotes where it needs them.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
