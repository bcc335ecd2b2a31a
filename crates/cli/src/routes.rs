//! `payhook routes`: which events go where, and what they would make of one.

use std::io::Read;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::complaint::Complaint;
use crate::fields;
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::{Table, printable, text};

/// Show routes, and test which of them an event would take
#[derive(Args, Debug)]
pub(crate) struct Routes {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    List(List),
    Test(Test),
}

/// List the routes of the running gateway, in the order of its configuration
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook routes list")]
struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Test which routes an event matches, and why the others do not; nothing is stored or sent
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook routes test evt_mfrggzdfmztwq2lknnwg23tpoa\n  payhook routes test payload.json\n  payhook trigger adyen refused --key KEY --print --json | jq -r .body | payhook routes test - --source adyen"
)]
struct Test {
    /// A stored event's id or row (evt_..., seq_...), a file with JSON, or - for standard input: a payload as payhook
    /// delivers it, or with --source what the provider sends
    #[arg(value_name = "EVENT")]
    event: String,
    /// Read it as a notification of this source's provider, whatever its signature; of a payload, take this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Routes {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run().await?,
            Action::Test(test) => test.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let routes = self.gateway.client()?.get("/api/v1/routes", &[]).await?;
        if self.json {
            output::json(&routes);
            return Ok(());
        }
        let rows = array(&routes["data"]);
        if rows.is_empty() {
            output::note("nothing to show");
            return Ok(());
        }
        let mut table = Table::new(["ROUTE", "SOURCES", "EVENTS", "WHEN", "HOLD", "STALE", "TO"]);
        for route in rows {
            table.row([
                text(&route["name"]),
                joined(&route["sources"]),
                joined(&route["events"]),
                text(&route["when"]),
                duration(&route["hold_ms"]),
                text(&route["when_stale"]),
                joined(&route["to"]),
            ]);
        }
        output::line(&table.render());
        Ok(())
    }
}

impl Test {
    async fn run(self) -> anyhow::Result<()> {
        let question = self.question()?;
        let answer = self.gateway.client()?.post("/api/v1/routes/test", Some(&question)).await?;
        if self.json {
            output::json(&answer);
            return Ok(());
        }
        for (index, event) in array(&answer["data"]).iter().enumerate() {
            output::line(&format!("{}{}", if index > 0 { "\n" } else { "" }, shown(event)));
        }
        Ok(())
    }

    /// What was typed or pasted, as the API takes it.
    fn question(&self) -> anyhow::Result<Value> {
        if is_id(&self.event) {
            if self.source.is_some() {
                let hint = "leave --source out: a stored event has its own";
                return Err(Complaint::usage("--source was given beside a stored event", hint).into());
            }
            return Ok(json!({ "event": self.event }));
        }
        let pasted = pasted(&self.event)?;
        let value: Option<Value> = serde_json::from_str(&pasted).ok();
        match (value, &self.source) {
            (Some(payload), source) if is_payload(&payload) => Ok(json!({ "payload": payload, "source": source })),
            (_, Some(source)) => Ok(json!({ "notification": pasted, "source": source })),
            (Some(_), None) => {
                let hint =
                    "a payload has `type` and `data`; name the source of a provider's notification with --source";
                Err(Complaint::usage("the JSON is no payload as payhook delivers it", hint).into())
            }
            (None, None) => {
                let hint =
                    "give the id of a stored event (evt_...), a payload in JSON, or a notification with --source";
                Err(Complaint::usage("what was given is not JSON", hint).into())
            }
        }
    }
}

fn is_id(text: &str) -> bool {
    ["evt_", "seq_"].iter().any(|prefix| text.starts_with(prefix)) && !text.contains(['.', '/'])
}

fn is_payload(value: &Value) -> bool {
    value.get("type").is_some_and(Value::is_string) && value.get("data").is_some_and(Value::is_object)
}

fn pasted(event: &str) -> anyhow::Result<String> {
    let read = if event == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(event)
    };
    Ok(read.map_err(|error| {
        let hint = "give the id of a stored event (evt_...), a file, or - for standard input";
        Complaint::failed(format!("{event} cannot be read: {error}"), hint)
    })?)
}

/// The event, what each route says of it, and what would be owed.
fn shown(event: &Value) -> String {
    let head = [
        ("event", "/id"),
        ("kind", "/kind"),
        ("amount", "/amount"),
        ("reference", "/reference"),
        ("code", "/code"),
        ("source", "/source"),
        ("account", "/account"),
        ("set aside because", "/aside/detail"),
    ];
    let mut table = Table::new(["ROUTE", "MATCHES", "BECAUSE"]);
    for route in array(&event["routes"]) {
        let matches = if route["matches"] == true { "yes" } else { "no" };
        table.row([text(&route["name"]), matches.to_owned(), because(route)]);
    }
    let wanted = array(&event["wanted"]);
    let owed = if wanted.is_empty() {
        "delivered nowhere".to_owned()
    } else {
        let mut table = Table::new(["DELIVERED TO", "HELD", "WHEN STALE"]);
        for one in wanted {
            table.row([text(&one["destination"]), duration(&one["hold_ms"]), text(&one["when_stale"])]);
        }
        table.render()
    };
    format!("{}\n\n{}\n\n{owed}", fields::render(event, &head), table.render())
}

fn because(route: &Value) -> String {
    let detail = text(&route["detail"]);
    match route["because"].as_str() {
        Some("source") => "it does not take events of this source".to_owned(),
        Some("events") => "none of its patterns fits".to_owned(),
        Some("when") => format!("its `when` is false: {detail}"),
        Some("when_failed") => format!("its `when` failed, which counts: {detail}"),
        _ => String::new(),
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn joined(value: &Value) -> String {
    printable(&array(value).iter().map(text).collect::<Vec<_>>().join(", "))
}

/// `10m` from milliseconds; nothing from none.
fn duration(value: &Value) -> String {
    match value.as_u64().unwrap_or(0) {
        0 => String::new(),
        ms if ms % 3_600_000 == 0 => format!("{}h", ms / 3_600_000),
        ms if ms % 60_000 == 0 => format!("{}m", ms / 60_000),
        ms if ms % 1_000 == 0 => format!("{}s", ms / 1_000),
        ms => format!("{ms}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_shown_in_their_largest_whole_unit() {
        for (ms, shown) in [(0, ""), (600_000, "10m"), (86_400_000, "24h"), (90_000, "90s"), (1_500, "1500ms")] {
            assert_eq!(duration(&json!(ms)), shown);
        }
        assert_eq!(duration(&Value::Null), "");
    }

    #[test]
    fn a_payload_is_told_from_what_a_provider_sends() {
        assert!(is_payload(&json!({ "type": "payment.refused", "data": {} })));
        assert!(!is_payload(&json!({ "type": "balancePlatform.transfer", "data": [] })));
        assert!(!is_payload(&json!({ "notificationItems": [] })));
        assert!(is_id("evt_abc") && is_id("seq_7") && !is_id("evt_abc.json") && !is_id("payload.json"));
    }
}
