//! Asks the gateway for what each check goes by.

use std::collections::{BTreeMap, BTreeSet};

use payhook_domain::delivery::State;
use payhook_domain::id::NameId;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;
use payhook_store::{
    DeliveryFilter, EventFilter, NameKind, PageRequest, PaymentFilter, StoredEvent, Tallies, Unavailable,
};
use tokio::time::Instant;

use super::finding::Finding;
use super::{
    backups, certificate, clock, destinations, disk, files, key_sets, keys, owed, reads, refused, sources, state,
};
use crate::gateway::Gateway;
use crate::ingest::again;
use crate::plan::{Plan, Source};
use crate::readiness;
use crate::reload::{orphans, outcome};

/// Newest events of a source that are looked at, and pages walked to find them among those of others.
const EVENTS_MAX: usize = 200;
const PAGES_MAX: usize = 10;
/// Rows of a question that is asked to see how long it takes: a page as people ask for it.
const PAGE: usize = 50;
/// Newest refusals of a source that are looked at.
const REFUSALS_MAX: usize = 50;

/// Every finding, the worst first.
pub(crate) async fn examine(gateway: &Gateway) -> Vec<Finding> {
    let plan = gateway.plan.load_full();
    let mut findings = at_hand(gateway, &plan);
    findings.extend(on_disk(gateway).await);
    match stored(gateway, &plan).await {
        Ok(stored) => findings.extend(stored),
        Err(error) => {
            let hint = "look at the disk and at the gateway's log; what is received is written by another way";
            findings.push(Finding::problem("reads", format!("the store cannot be asked: {error}"), hint));
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// What the gateway knows without asking.
fn at_hand(gateway: &Gateway, plan: &Plan) -> Vec<Finding> {
    let (now, stopping) = (gateway.clock.now(), *gateway.stopping.borrow());
    let mut findings = state::ready(&readiness::against_taking(&gateway.store.health(), stopping));
    findings.push(state::retention(gateway.retention.waits()));
    findings.push(state::configuration(outcome::last_was_refused(gateway), &outcome::shown(plan.digest)));
    if let Some(tls) = &*gateway.tls.load() {
        findings.extend(certificate::judge(&tls.standing(), now));
    }
    for target in &plan.destinations {
        let standing = gateway.gates.of(target, now).standing();
        findings.push(destinations::judge(&target.settings.name, standing, now));
    }
    let looked_into = plan.sources.iter().filter_map(|source| Some((source, source.published.as_ref()?)));
    findings.extend(looked_into.map(|(source, set)| {
        key_sets::judge(&source.settings.name, set.url().as_str(), &set.standing(gateway.clock.as_ref()), now)
    }));
    findings
}

/// What the file system knows. Off the threads that answer requests: a disk may be slow.
async fn on_disk(gateway: &Gateway) -> Vec<Finding> {
    let (now, started) = (gateway.clock.now(), gateway.started.clone());
    let looked = tokio::task::spawn_blocking(move || {
        let mut findings = files::look(&started.store.path);
        let backups = started.store.backup.as_ref().map(|plan| backups::Backups {
            every: plan.every,
            shelf: crate::backup::shelf(plan, &started.store.path, now).map_err(|error| error.to_string()),
            since: started.at,
        });
        findings.push(backups::judge(backups.as_ref(), now));
        findings.extend(backups.as_ref().and_then(backups::ahead));
        findings
    });
    looked.await.unwrap_or_default()
}

/// What the store knows.
async fn stored(gateway: &Gateway, plan: &Plan) -> Result<Vec<Finding>, Unavailable> {
    let now = gateway.clock.now();
    let (tallies, measured) = questions(gateway).await?;
    let growth = gateway.reader.growth(now.minus(disk::MEASURED)).await?;
    let mut findings = disk::judge(&disk::Disk {
        health: &gateway.store.health(),
        reserve_bytes: gateway.started.store.reserve_bytes,
        growth,
        notifications: tallies.notifications,
        retention: plan.retention,
        now,
    });
    findings.extend(reads::judge(&measured, &gateway.slow_reads.all()));
    let stopped = match tallies.deliveries.keys().any(|(_, state)| *state == State::Blocked.as_str()) {
        true => gateway.reader.stopped().await?,
        false => BTreeMap::new(),
    };
    findings.extend(owed::judge(&what_is_owed(gateway, plan, &tallies, &stopped), now));
    let (mut doubts, mut dated) = (Vec::new(), 0);
    for source in &plan.sources {
        let events = newest(gateway, source).await?;
        let dates = dates(&events, now);
        dated += dates.len();
        doubts.extend(clock::judge(&source.settings.name, &dates));
        findings.push(quiet(gateway, source, &events, growth.first_receipt, now).await?);
        findings.push(refused(gateway, source, &events, now).await?);
        // Of one that has no keys of its own its key set says everything.
        if source.published.is_none() || !source.settings.keys.is_empty() {
            findings.extend(keys::judge(&key_use(gateway, plan, source, &events).await?, now));
        }
    }
    if doubts.is_empty() {
        doubts.push(clock::agrees(dated));
    }
    findings.extend(doubts);
    Ok(findings)
}

/// Asks what people ask most, and takes the time.
async fn questions(gateway: &Gateway) -> Result<(Tallies, Vec<reads::Measured>), Unavailable> {
    let reader = &gateway.reader;
    let page = || PageRequest { limit: PAGE, from: None };
    let dead = DeliveryFilter { states: vec![State::Rejected, State::Exhausted], ..DeliveryFilter::default() };
    let (tallies, counts) = timed("counts", orphans::tallies(gateway)).await?;
    let (_, events) = timed("the newest events", reader.events(EventFilter::default(), page())).await?;
    let (_, dead) = timed("dead letters", reader.deliveries(dead, page())).await?;
    let (_, payments) = timed("payments", reader.payments(PaymentFilter::default(), page())).await?;
    Ok((tallies, vec![counts, events, dead, payments]))
}

async fn timed<A>(
    question: &'static str,
    asked: impl Future<Output = Result<A, Unavailable>>,
) -> Result<(A, reads::Measured), Unavailable> {
    let began = Instant::now();
    let answer = asked.await?;
    Ok((answer, reads::Measured { question, took: began.elapsed() }))
}

fn what_is_owed(gateway: &Gateway, plan: &Plan, tallies: &Tallies, stopped: &BTreeMap<NameId, u64>) -> owed::Owed {
    let name = |id| gateway.names.name(NameKind::Destination, id);
    // What is owed to others is told by itself.
    let is_configured = |id| plan.destinations.iter().any(|target| target.id == id);
    let here = || tallies.deliveries.iter().filter(|((id, _), _)| is_configured(*id));
    let count = |word: &str| here().filter(|((_, state), _)| *state == word).map(|(_, count)| count).sum();
    let standing = |word: &str| tallies.events.get(word).copied().unwrap_or(0);
    let mut dead: Vec<(String, u64)> = Vec::new();
    for ((id, state), count) in &tallies.deliveries {
        let name = name(*id);
        match dead.iter_mut().find(|(known, _)| *known == name) {
            _ if ![State::Rejected.as_str(), State::Exhausted.as_str()].contains(state) => {}
            Some((_, sum)) => *sum += count,
            None => dead.push((name, *count)),
        }
    }
    let orphaned = orphans::all(plan, tallies, &gateway.names);
    owed::Owed {
        pending: count(State::Pending.as_str()),
        oldest_pending: tallies.oldest_pending,
        blocked: count(State::Blocked.as_str()),
        held: count(State::Held.as_str()),
        stopped: stopped.iter().map(|(id, count)| (name(*id), *count)).collect(),
        dead,
        orphaned: orphaned.into_iter().map(|one| (one.destination, one.owed)).collect(),
        aside: standing("aside"),
        conflicts: standing("conflict"),
    }
}

/// The newest events of a source, as far as they are among the newest of all.
async fn newest(gateway: &Gateway, source: &Source) -> Result<Vec<StoredEvent>, Unavailable> {
    let filter = EventFilter { source: Some(source.id), ..EventFilter::default() };
    let (mut rows, mut from) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = PageRequest { limit: EVENTS_MAX - rows.len(), from };
        let page = gateway.reader.events(filter.clone(), page).await?;
        rows.extend(page.rows);
        from = page.next;
        if from.is_none() || rows.len() >= EVENTS_MAX {
            break;
        }
    }
    Ok(rows)
}

fn dates(events: &[StoredEvent], now: Timestamp) -> Vec<clock::Dated> {
    let recent = events.iter().filter(|row| now.since(row.received_at) <= clock::LOOKED_BACK);
    let dated = recent.filter_map(|row| {
        let occurred = row.event.occurred_at.as_ref()?.instant?;
        Some(clock::Dated { received: row.received_at, occurred })
    });
    dated.collect()
}

/// Whether a source is quiet at a time at which it never is. `first`: since when anything is stored.
async fn quiet(
    gateway: &Gateway,
    source: &Source,
    events: &[StoredEvent],
    first: Option<Timestamp>,
    now: Timestamp,
) -> Result<Finding, Unavailable> {
    let last = last_taken(source, events);
    let stretches = last.zip(first).map(|(last, first)| sources::stretches(last, first, now)).unwrap_or_default();
    let mut before = Vec::new();
    for stretch in stretches {
        let filter = EventFilter {
            source: Some(source.id),
            since: Some(stretch.since),
            until: Some(stretch.until),
            ..EventFilter::default()
        };
        let page = gateway.reader.events(filter, PageRequest { limit: 1, from: None }).await?;
        // Where a page ended before anything was found, nothing is known.
        if !page.rows.is_empty() || page.next.is_none() {
            before.push(!page.rows.is_empty());
        }
    }
    Ok(sources::judge(&sources::Heard { source: source.settings.name.clone(), last, before }, now))
}

fn last_taken(source: &Source, events: &[StoredEvent]) -> Option<Timestamp> {
    source.heard_at().max(events.first().map(|row| row.received_at))
}

/// Whether a source refuses the same again and again.
async fn refused(
    gateway: &Gateway,
    source: &Source,
    events: &[StoredEvent],
    now: Timestamp,
) -> Result<Finding, Unavailable> {
    // All of them: one that is repeated keeps the place of its first time, behind whatever strangers sent since.
    let (mut requests, mut from) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = PageRequest { limit: PageRequest::LIMIT_MAX, from };
        let page = gateway.reader.quarantine(Some(source.id), page).await?;
        let is_signed = |reason| matches!(reason, Unverified::SignatureMismatch | Unverified::KeyRetired);
        let telling = page.rows.into_iter().filter(|row| row.times > 1 || is_signed(row.reason));
        requests.extend(telling.map(|row| refused::Request {
            times: row.times,
            is_signed: is_signed(row.reason),
            last_at: row.last_at,
            why: format!("{} ({})", row.detail, row.reason.as_str()),
        }));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let refused = refused::Refused {
        source: source.settings.name.clone(),
        last_taken: last_taken(source, events),
        requests,
        turned_away: source.bounds.foreign.seen(),
    };
    Ok(refused::judge(&refused, now))
}

/// Which keys the newest notifications were signed with, by making their signatures again.
async fn key_use(
    gateway: &Gateway,
    plan: &Plan,
    source: &Source,
    events: &[StoredEvent],
) -> Result<keys::Keys, Unavailable> {
    let mut last_used: Vec<Option<Timestamp>> = vec![None; source.settings.keys.len()];
    let mut looked_at = 0;
    let notifications: BTreeSet<_> = events.iter().map(|row| std::cmp::Reverse(row.notification)).collect();
    for std::cmp::Reverse(notification) in notifications.into_iter().take(keys::LOOKED_AT_MAX) {
        let Some(kept) = gateway.reader.notification(notification).await? else { continue };
        let at = kept.received_at;
        let Some(used) = again::keys_of(plan, source, kept) else { continue };
        looked_at += 1;
        for position in used {
            last_used[position] = last_used[position].max(Some(at));
        }
    }
    let page = PageRequest { limit: REFUSALS_MAX, from: None };
    let refused = gateway.reader.quarantine(Some(source.id), page).await?.rows.into_iter();
    let refused = refused.filter(|row| row.reason == Unverified::KeyRetired).max_by_key(|row| row.last_at);
    let valid_until = source.settings.keys_valid_until.iter();
    let keys = source.settings.keys.iter().zip(valid_until).zip(last_used).map(|((key, valid_until), last_used)| {
        keys::KeyUse { name: key.name.clone(), retired: key.retired, valid_until: *valid_until, last_used }
    });
    Ok(keys::Keys {
        source: source.settings.name.clone(),
        keys: keys.collect(),
        looked_at,
        refused: refused.map(|row| (row.last_at, row.detail)),
    })
}
