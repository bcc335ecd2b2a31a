//! `payhook check`: reports every mistake of a configuration at once, and says what would run.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use payhook_gateway::Prospect;
use payhook_gateway::backup::{self, Shape};
use payhook_gateway::config::{
    Condition, Destination, Loaded, Mistakes, OnDead, Order, Resolved, Route, Source, Store, Warning, WhenStale,
};
use serde_json::{Value, json};

use crate::complaint::{self, Complaint, Exit};
use crate::output;
use crate::settings::ConfigArgs;

/// Read the configuration, report every mistake at once, and say what would run
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  payhook check\n  payhook check --config /etc/payhook/payhook.toml --json")]
pub(crate) struct Check {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let checked = self.config.load_quietly().and_then(|mut loaded| {
            let condition = loaded.config.store.look().map_err(|problem| {
                Complaint::configuration(format!("the store cannot be opened: {problem}"), "check `url` of [store]")
            })?;
            let shape = shape(&loaded.config.store, condition)?;
            if shape.as_ref().is_some_and(is_ours) {
                loaded.warnings.extend(left_undone(&loaded.config)?);
            }
            loaded.warnings.extend(loaded.config.store.doubts(loaded.config.file.as_deref()));
            Ok(Checked { loaded, condition, shape })
        });
        if self.json {
            return Ok(as_json(checked));
        }
        let Checked { loaded: Loaded { config, warnings }, shape, .. } = checked?;
        warnings.iter().for_each(output::warning);
        output::line(&summary(&config, shape.as_ref()));
        Ok(ExitCode::SUCCESS)
    }
}

/// A configuration that is fine, and what is where its store should be.
struct Checked {
    loaded: Loaded,
    condition: Condition,
    /// Nothing when there is no store yet.
    shape: Option<Shape>,
}

/// What this release would do to the store's file, which is only read.
fn shape(store: &Store, condition: Condition) -> Result<Option<Shape>, Complaint> {
    match condition {
        Condition::New => Ok(None),
        Condition::There => backup::inspect(&store.path).map(Some).map_err(|problem| {
            let hint = if problem.is_damaged() { complaint::DAMAGED } else { complaint::OTHERS_FILE };
            Complaint::configuration(format!("the store cannot be opened: {problem}"), hint)
        }),
    }
}

/// Whether it can be asked as it is; of another schema, a start makes it so first.
fn is_ours(shape: &Shape) -> bool {
    shape.found == shape.ours && !shape.is_backup
}

/// What a start would leave undone, unless it would be refused.
fn left_undone(config: &Resolved) -> Result<Vec<Warning>, Complaint> {
    let unread =
        |problem| Complaint::configuration(format!("the store cannot be read: {problem}"), "check `url` of [store]");
    let Prospect { mistakes, warnings } = payhook_gateway::prospect(config).map_err(unread)?;
    if mistakes.is_empty() { Ok(warnings) } else { Err(Mistakes(mistakes).into()) }
}

/// What would become of the file, in one line; the shape is the last thing a person wants to guess before an upgrade.
fn store_line(shape: Option<&Shape>) -> String {
    let Some(shape) = shape else { return "made at the first start".to_owned() };
    let Shape { found, min_reader, ours, pending, min_reader_after, copied_to, is_backup } = shape;
    let mut line = match (found, pending.as_slice()) {
        (0, _) => "empty, made at the first start".to_owned(),
        (_, []) if found == ours => format!("there already, schema {found}"),
        (_, []) => format!("there already, schema {found}, newer than this release's {ours} and readable by it"),
        (_, pending) => {
            let pending: Vec<_> = pending.iter().map(u32::to_string).collect();
            let pending = pending.join(", ");
            format!(
                "there already, schema {found}; this release changes it to {ours} (migrations {pending}), which releases from schema {min_reader_after} on can read; before, {min_reader}"
            )
        }
    };
    if let Some(copy) = copied_to {
        line.push_str(&format!("; first it copies it to {}", copy.display()));
    }
    if *is_backup {
        line.push_str("; a backup put in place, opened at the next start");
    }
    line
}

/// What would run, in a few lines.
fn summary(config: &Resolved, shape: Option<&Shape>) -> String {
    let origin = config.file.as_ref().map_or("the environment".to_owned(), |file| file.display().to_string());
    let store = store_line(shape);
    let scheme = if config.server.tls.is_some() { "https" } else { "http" };
    let mut lines = vec![
        format!("{origin} is fine"),
        format!(
            "  listens   {scheme}://{} for providers, http://{} for the API",
            config.server.public, config.server.admin
        ),
        format!("  store     {} ({store})", config.store.path.display()),
    ];
    lines.extend(config.sources.iter().map(source_line));
    lines.extend(config.destinations.iter().map(destination_line));
    lines.extend(config.routes.iter().map(|route| route_line(config, route)));
    lines.join("\n")
}

fn destination_line(destination: &Destination) -> String {
    let mut line =
        format!("  delivers  {} ({}) to {}", destination.name, destination.format.as_str(), destination.shown_url());
    line.push_str(match destination.order {
        Order::Payment if destination.on_dead == OnDead::Stop => "; in order of each payment, stops at a dead letter",
        Order::Payment => "; in order of each payment",
        Order::None => "; in no order",
    });
    if let Some(rate) = destination.rate {
        line.push_str(&format!("; at most {} per {}", rate.count, span(rate.per)));
    }
    if destination.breaker.is_none() {
        line.push_str("; never rests");
    }
    line
}

fn route_line(config: &Resolved, route: &Route) -> String {
    let names = |positions: &[usize], name: &dyn Fn(usize) -> String| {
        positions.iter().map(|position| name(*position)).collect::<Vec<_>>().join(", ")
    };
    let events: Vec<_> = route.events.iter().map(payhook_domain::route::Pattern::as_str).collect();
    let mut line = format!(
        "  route     {}: {} from {} to {}",
        route.name,
        events.join(", "),
        names(&route.sources, &|position| config.sources[position].name.clone()),
        names(&route.to, &|position| config.destinations[position].name.clone()),
    );
    if let Some(when) = &route.when {
        line.push_str(&format!("; when {}", when.as_str().split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    if let Some(hold) = route.hold {
        line.push_str(&format!("; held {}", span(hold)));
    }
    if route.when_stale == WhenStale::Skip {
        line.push_str("; stale ones are skipped");
    }
    line
}

/// A duration in its largest whole unit.
fn span(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds > 0 && seconds.is_multiple_of(3_600) => format!("{}h", seconds / 3_600),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        seconds if duration.subsec_millis() == 0 => format!("{seconds}s"),
        _ => format!("{}ms", duration.as_millis()),
    }
}

fn source_line(source: &Source) -> String {
    let mut keys: Vec<_> = source
        .keys
        .iter()
        .map(|key| {
            let retired = if key.retired { ", retired" } else { "" };
            match &key.check_value {
                Some(value) => format!("{} (check value {value}{retired})", key.name),
                None if key.retired => format!("{} (retired)", key.name),
                None => key.name.clone(),
            }
        })
        .collect();
    keys.extend(source.policy.key_set.as_ref().map(|url| format!("those of {url}")));
    if keys.is_empty() {
        keys.push("none, taken unsigned".to_owned());
    }
    let paths = source.paths.join(", ");
    let captures: Vec<_> = source
        .capture
        .settings()
        .map(|(account, word)| account.map_or_else(|| word.to_owned(), |account| format!("{account} {word}")))
        .collect();
    let capture = if captures.is_empty() { "unset".to_owned() } else { captures.join(", ") };
    let (name, provider) = (&source.name, source.provider.name());
    format!("  receives  {name} ({provider}) at {paths}; keys: {}; capture: {capture}", keys.join(", "))
}

/// Mistakes are data here, and the exit code says the rest.
fn as_json(checked: Result<Checked, Complaint>) -> ExitCode {
    match checked {
        Ok(Checked { loaded: Loaded { config, warnings }, condition, shape }) => {
            let names = |names: Vec<&str>| json!(names);
            output::json(&json!({
                "ok": true,
                "mistakes": [],
                "warnings": warnings.iter().map(finding).collect::<Vec<_>>(),
                "public": config.server.public,
                "admin": config.server.admin,
                "store": config.store.path,
                "store_is_new": condition == Condition::New,
                "schema": shape.as_ref().map(shape_json),
                "sources": names(config.sources.iter().map(|source| source.name.as_str()).collect()),
                "destinations": names(config.destinations.iter().map(|one| one.name.as_str()).collect()),
                "routes": names(config.routes.iter().map(|route| route.name.as_str()).collect()),
            }));
            ExitCode::SUCCESS
        }
        Err(complaint) => {
            let mistakes: Vec<_> =
                complaint.said.iter().map(|(what, hint)| json!({ "what": what, "hint": hint })).collect();
            output::json(&json!({ "ok": false, "mistakes": mistakes, "warnings": [] }));
            ExitCode::from(Exit::Configuration as u8)
        }
    }
}

fn shape_json(shape: &Shape) -> Value {
    let Shape { found, min_reader, ours, pending, min_reader_after, copied_to, is_backup } = shape;
    json!({
        "found": found,
        "min_reader": min_reader,
        "ours": ours,
        "apply": pending,
        "min_reader_after": min_reader_after,
        "copied_to": copied_to,
        "is_backup": is_backup,
    })
}

fn finding(warning: &Warning) -> Value {
    json!({ "what": warning.to_string(), "hint": warning.hint })
}
