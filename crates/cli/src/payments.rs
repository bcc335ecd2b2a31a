//! `payhook payments`: what is believed about a payment, the events that say so, and refolding it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use payhook_domain::id::PaymentId;
use serde_json::Value;

use crate::complaint::Complaint;
use crate::fields::{self, amount};
use crate::listing::{self, ListArgs};
use crate::moment;
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::{Table, text};

/// Look up payments: status, totals, captures, refunds, disputes
#[derive(Args, Debug)]
pub(crate) struct Payments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    List(List),
    Show(Show),
    Rebuild(Rebuild),
}

/// List payments, newest first
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook payments list --reference order-1\n  payhook payments list --status refused --json"
)]
struct List {
    /// Only with this reference: the merchant's, or any of the provider's
    #[arg(long, value_name = "REFERENCE")]
    reference: Option<String>,
    /// Only in this status: initiated, pending, authorised, refused, abandoned, expired, cancelled, captured, sent,
    /// settled, failed or refunded
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only with an event received at or after this time: a time, a date, yesterday, or 2h for two hours ago
    #[arg(long, value_name = "TIME", value_parser = moment::read)]
    since: Option<String>,
    /// Only with the last event received before this time
    #[arg(long, value_name = "TIME", value_parser = moment::read)]
    until: Option<String>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Show one payment and the events that say so
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook payments show pay_mfrggzdfmztwq2lknnwg23tpoa")]
struct Show {
    /// The payment's id
    #[arg(value_name = "PAYMENT")]
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Fold a payment anew from its stored events, and keep the result where it differs
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook payments rebuild pay_mfrggzdfmztwq2lknnwg23tpoa")]
struct Rebuild {
    /// The payment's id
    #[arg(value_name = "PAYMENT")]
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Payments {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run().await?,
            Action::Show(show) => show.run().await?,
            Action::Rebuild(rebuild) => rebuild.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let filters = [
            ("reference", self.reference.as_deref()),
            ("status", self.status.as_deref()),
            ("since", self.since.as_deref()),
            ("until", self.until.as_deref()),
        ];
        const HEADER: [&str; 8] =
            ["UPDATED", "PAYMENT", "STATUS", "AUTHORISED", "CAPTURED", "REFUNDED", "DISPUTED", "REFERENCE"];
        let row = |payment: &Value| {
            let sum = |of: &str| money(payment, of);
            [
                text(&payment["updated_at"]),
                text(&payment["id"]),
                text(&payment["status"]),
                sum("authorised"),
                sum("captured"),
                sum("refunded"),
                sum("disputed"),
                text(&payment["reference"]),
            ]
        };
        listing::show(&self.gateway.client()?, "/api/v1/payments", &filters, &self.list, HEADER, row).await
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<()> {
        self.id.parse::<PaymentId>().map_err(|error| Complaint::no_id(&self.id, "payments", error))?;
        let payment = self.gateway.client()?.get(&format!("/api/v1/payments/{}", self.id), &[]).await?;
        if self.json {
            output::json(&payment);
            return Ok(());
        }
        output::line(&fields::render(
            &payment,
            &[
                ("payment", "/id"),
                ("status", "/status"),
                ("reference", "/reference"),
                ("provider reference", "/provider_reference"),
                ("provider", "/provider"),
                ("account", "/account"),
                ("method", "/method/value"),
                ("capture", "/capture"),
                ("version", "/version"),
                ("updated", "/updated_at"),
            ],
        ));
        totals(&payment["totals"]);
        for part in ["captures", "refunds", "cancels"] {
            listing::section(&payment[part], part, ["REFERENCE", "STATE", "AMOUNT"], |part| {
                [text(&part["reference"]), text(&part["state"]), amount(&part["amount"])]
            });
        }
        listing::section(
            &payment["disputes"],
            "disputes",
            ["REFERENCE", "STAGE", "STATUS", "AMOUNT", "DUE"],
            |dispute| {
                let [reference, stage, status, due] =
                    [&dispute["reference"], &dispute["stage"], &dispute["status"], &dispute["due_at"]].map(text);
                [reference, stage, status, amount(&dispute["amount"]), due]
            },
        );
        listing::section(&payment["flags"], "does not add up", ["FLAG", "EVENTS"], |flagged| {
            let events = flagged["events"].as_array().map(Vec::as_slice).unwrap_or_default();
            [text(&flagged["flag"]), events.iter().map(text).collect::<Vec<_>>().join(" ")]
        });
        listing::section(
            &payment["events"],
            "events",
            ["RECEIVED", "EVENT", "KIND", "CODE", "AMOUNT", "STALE"],
            |event| {
                let [received, id, kind, code] =
                    [&event["received_at"], &event["id"], &event["kind"], &event["code"]].map(text);
                let stale = if event["stale"] == true { "stale" } else { "" };
                [received, id, kind, code, amount(&event["amount"]), stale.to_owned()]
            },
        );
        Ok(())
    }
}

impl Rebuild {
    async fn run(self) -> anyhow::Result<()> {
        let client = self.gateway.client()?;
        let rebuilt = client.post(&format!("/api/v1/payments/{}/rebuild", self.id), None).await?;
        if self.json {
            output::json(&rebuilt);
        } else if rebuilt["changed"] == true {
            let [before, after] = [&rebuilt["before"]["status"], &rebuilt["after"]["status"]].map(text);
            output::line(&format!("{} differed from its events and was folded anew: {before}, now {after}", self.id));
        } else {
            output::line(&format!("{} is what its events say: {}", self.id, text(&rebuilt["after"]["status"])));
        }
        Ok(())
    }
}

fn totals(totals: &Value) {
    let Some(totals) = totals.as_object().filter(|totals| !totals.is_empty()) else { return };
    let mut table = Table::new(["CURRENCY", "AUTHORISED", "CAPTURED", "REFUNDED", "DISPUTED"]);
    for (currency, sums) in totals {
        let [authorised, captured, refunded, disputed] =
            ["authorised", "captured", "refunded", "disputed"].map(|sum| text(&sums[sum]));
        table.row([currency.clone(), authorised, captured, refunded, disputed]);
    }
    output::line(&format!("\ntotals, in minor units\n{}", table.render()));
}

/// A sum of a payment in its own currency; nothing for none.
fn money(payment: &Value, sum: &str) -> String {
    if payment[sum] == 0 {
        return String::new();
    }
    let (value, currency, decimals) = (&payment[sum], &payment["currency"], &payment["decimals"]);
    amount(&serde_json::json!({ "value": value, "currency": currency, "decimals": decimals }))
}
