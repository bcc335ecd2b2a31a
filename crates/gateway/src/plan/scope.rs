//! What identities are made with stays as it is: a source's environment and account cannot change under stored events.
//!
//! The same notification would become another event, be owed again and paid out twice. The store keeps what each source
//! used, as a name `SOURCE=ENVIRONMENT`, or `SOURCE=ENVIRONMENT@ACCOUNT`. While nothing is stored a source may change its mind;
//! each change is one more name, `SOURCE=ENVIRONMENT#N`, of which the last counts.

use payhook_domain::id::NameId;
use payhook_provider::Accounts;
use payhook_store::{Archive, EventFilter, Name, NameKind, PageRequest, Reader, Store, Unavailable};

use super::PlanError;
use crate::config;

/// What to do about a change that is refused.
pub(crate) const HINT: &str = "put it back, or give the source a new name";

/// Compares each source's scope with the one its stored events were made with; the names to note where it is new.
pub(super) async fn look(sources: &[config::Source], reader: &dyn Reader) -> Result<Vec<String>, PlanError> {
    let names = reader.names().await?;
    for change in changes(sources, &names) {
        if change.is_late(provider_of(reader, change.other.id).await?, &names) {
            return Err(change.refused());
        }
    }
    let new = |source: &config::Source| {
        let (noted, now) = (Noted::find(&names, &source.name), source.scope());
        (noted.last.as_ref() != Some(&now)).then(|| noted.next(&source.name, &now))
    };
    Ok(sources.iter().filter_map(new).collect())
}

/// The same of a file that nobody has open, every refusal at once: what a start would say.
pub(crate) fn refusals(sources: &[config::Source], archive: &Archive) -> Result<Vec<PlanError>, String> {
    let names = archive.names()?;
    let mut refusals = Vec::new();
    for change in changes(sources, &names) {
        if change.is_late(archive.provider_of(change.other.id)?, &names) {
            refusals.push(change.refused());
        }
    }
    Ok(refusals)
}

/// A source whose scope is another than was noted, and one whose events its notifications may have been made into.
struct Change<'n> {
    source: &'n config::Source,
    was: String,
    other: &'n Name,
}

fn changes<'n>(sources: &'n [config::Source], names: &'n [Name]) -> Vec<Change<'n>> {
    let mut changes = Vec::new();
    for source in sources {
        let noted = Noted::find(names, &source.name).last;
        let Some(was) = noted.filter(|was| *was != source.scope()) else { continue };
        let others = sharing(source, &was, names);
        changes.extend(others.into_iter().map(|other| Change { source, was: was.clone(), other }));
    }
    changes
}

impl Change<'_> {
    /// Whether there are such events, which `provider` tells that the newest of the other is of.
    fn is_late(&self, provider: Option<NameId>, names: &[Name]) -> bool {
        let name = |id: NameId| names.iter().find(|name| name.id == id).map(|name| name.name.as_str());
        provider.is_some_and(|provider| {
            self.other.name == self.source.name || name(provider) == Some(self.source.provider.name())
        })
    }

    fn refused(self) -> PlanError {
        let Self { source, was, other } = self;
        let whose = match source.name == other.name {
            true => "its stored events".to_owned(),
            false => format!("the stored events of {:?}, which it shares,", other.name),
        };
        PlanError::Scope { name: source.name.clone(), whose, was, now: source.scope() }
    }
}

/// Whose events the notifications of `source` may have been made into, as far as it `was` noted: its own, and where notifications
/// name no account, those of every source that was of the same, by which each may have come first. Also of one that is not
/// configured any more: what it received still is what comes again.
fn sharing<'n>(source: &config::Source, was: &str, names: &'n [Name]) -> Vec<&'n Name> {
    let are_named = source.provider.about().accounts == Accounts::Named;
    let noted = |name: &Name| Noted::find(names, &name.name).last.as_deref() == Some(was);
    let known = names.iter().filter(|name| name.kind == NameKind::Source);
    known.filter(|name| name.name == source.name || !are_named && noted(name)).collect()
}

/// Notes what [`look`] found to be new. Before the first event is made with it.
pub(super) async fn note(news: Vec<String>, store: &dyn Store) -> Result<(), Unavailable> {
    if !news.is_empty() {
        store.enrol(NameKind::Scope, news).await?;
    }
    Ok(())
}

/// What was noted of one source.
struct Noted {
    last: Option<String>,
    times: usize,
}

impl Noted {
    fn find(names: &[Name], source: &str) -> Self {
        let of_source = names.iter().filter(|name| name.kind == NameKind::Scope).filter_map(|name| {
            let (of, scope) = name.name.split_once('=')?;
            (of == source).then_some(scope)
        });
        let mut noted = Self { last: None, times: 0 };
        for text in of_source {
            noted.last = text.split('#').next().map(str::to_owned);
            noted.times += 1;
        }
        noted
    }

    fn next(&self, source: &str, scope: &str) -> String {
        let name = format!("{source}={scope}");
        if self.times == 0 { name } else { format!("{name}#{}", self.times + 1) }
    }
}

/// The provider of a source's newest event; nothing when it has none. Looks until it finds one: only asked when the scope is
/// another than before.
async fn provider_of(reader: &dyn Reader, source: NameId) -> Result<Option<NameId>, Unavailable> {
    let mut from = None;
    loop {
        let filter = EventFilter { source: Some(source), ..EventFilter::default() };
        let page = reader.events(filter, PageRequest { limit: 1, from }).await?;
        if let Some(row) = page.rows.first() {
            return Ok(Some(row.provider));
        }
        match page.next {
            Some(next) => from = Some(next),
            None => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::Path;
    use std::sync::Arc;

    use bytes::Bytes;
    use payhook_domain::event::{Checks, Event, Original};
    use payhook_domain::id::EventId;
    use payhook_domain::identity::Digest;
    use payhook_domain::kind::Kind;
    use payhook_domain::notification::Notification;
    use payhook_domain::payment::Names;
    use payhook_domain::proof::Proof;
    use payhook_domain::time::Timestamp;
    use payhook_store::{Disposition, Options, RecordEvent, Recording};

    use super::*;
    use crate::config::{LoadOptions, Variables, load};
    use crate::plan::Plan;

    fn open(folder: &Path) -> Arc<dyn Store> {
        let url = format!("sqlite:{}", folder.join("payhook.db").display());
        payhook_store::open(&url, Options { reserve_bytes: 0, ..Options::default() }).expect("opens")
    }

    /// Starts with one source of this name and environment (`None`: unset); returns its number.
    async fn plan(store: &dyn Store, name: &str, environment: Option<&str>) -> Result<Plan, PlanError> {
        let environment = environment.map_or(String::new(), |word| format!("environment = \"{word}\"\n"));
        plan_with(store, name, &environment).await
    }

    async fn plan_with(store: &dyn Store, name: &str, settings: &str) -> Result<Plan, PlanError> {
        let toml = format!(
            "version = 1\n[[source]]\nname = \"{name}\"\nprovider = \"adyen\"\nkeys = [\"{}\"]\n{settings}\
             [[destination]]\nname = \"shop\"\ntype = \"http\"\nurl = \"https://shop.example.com/hook\"\n\
             secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n[[route]]\nto = [\"shop\"]\n",
            "44".repeat(32)
        );
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("payhook.toml"), toml).expect("written");
        let variables = Variables::given([("UNUSED", "")]);
        let now = Timestamp::from_seconds(1_800_000_000);
        let options = LoadOptions { file: None, directory: folder.path().to_path_buf(), variables, now };
        let loaded = load(options).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        Plan::make(loaded.config, HashMap::new(), store, None).await
    }

    async fn record(store: &dyn Store, plan: &Plan, source: usize) {
        let source = &plan.sources[source];
        let digest = Digest::of([b"one".as_slice()]);
        let event = Event {
            id: EventId(digest),
            signed: digest,
            content: digest,
            proof: Proof::Signed,
            kind: Kind::PaymentAuthorised,
            code: "AUTHORISATION".to_owned(),
            success: Some(true),
            live: None,
            occurred_at: None,
            account: None,
            reference: None,
            provider_reference: None,
            payment: None,
            aliases: Vec::new(),
            fact: None,
            amount: None,
            checks: Checks::default(),
            original: Original::Slice(0..2),
        };
        let notification = Notification {
            source: source.id,
            received_at: Timestamp::from_seconds(1_800_000_000),
            target: "/in/adyen".to_owned(),
            peer: None,
            headers: Bytes::new(),
            body: Bytes::from_static(b"{}"),
            config: plan.digest,
        };
        let events =
            vec![RecordEvent { item: 0, event, names: Names::default(), disposition: Disposition::Route(Vec::new()) }];
        let owed_at = notification.received_at;
        store
            .record(Recording { notification, provider: source.provider_id, owed_at, events })
            .await
            .expect("recorded");
    }

    #[tokio::test]
    async fn a_sources_environment_is_free_until_events_are_stored_and_fixed_from_then_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(folder.path());
        for environment in [Some("live"), Some("test"), None, Some("test"), Some("live")] {
            plan(store.as_ref(), "adyen", environment).await.expect("nothing is stored yet");
        }
        let running = plan(store.as_ref(), "adyen", None).await.expect("unset counts as live");
        record(store.as_ref(), &running, 0).await;
        store.close().await;
        drop(store);
        let store = open(folder.path());
        let error = plan(store.as_ref(), "adyen", Some("test")).await.err().expect("refused").to_string();
        assert!(error.contains("\"adyen\"") && error.contains("\"live\"") && error.contains("\"test\""), "{error}");
        for (name, environment) in [("adyen", Some("live")), ("adyen", None), ("adyen-test", Some("test"))] {
            plan(store.as_ref(), name, environment).await.expect("no event changes its identity");
        }
        assert!(plan(store.as_ref(), "adyen", Some("test")).await.is_err(), "asking again changes nothing");
        let error = plan_with(store.as_ref(), "adyen", "account = \"uk\"\n").await.err().expect("refused").to_string();
        assert!(error.contains("\"live\"") && error.contains("\"live@uk\""), "{error}");
        plan_with(store.as_ref(), "adyen", "account = \"\"\n").await.expect("as before");
    }

    #[tokio::test]
    async fn an_account_is_fixed_by_what_another_source_of_it_received_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(folder.path());
        let two = |de: &str| {
            let source =
                |name: &str| format!("[[source]]\nname = \"{name}\"\nprovider = \"checkout-com\"\nkeys = [\"k\"]\n");
            format!("{}{}{de}", source("uk"), source("de"))
        };
        for settings in ["", "account = \"de\"\n", ""] {
            plan_with(store.as_ref(), "adyen", &two(settings)).await.expect("nothing is stored yet");
        }
        let running = plan_with(store.as_ref(), "adyen", &two("")).await.expect("as before");
        record(store.as_ref(), &running, 1).await;
        let changed = plan_with(store.as_ref(), "adyen", &two("account = \"de\"\n")).await;
        let error = changed.err().expect("refused").to_string();
        assert!(error.contains("source \"de\": the stored events of \"uk\", which it shares, were made as"), "{error}");
    }

    #[tokio::test]
    async fn an_environment_is_fixed_by_what_another_source_received_first_too_also_by_one_that_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(folder.path());
        let source = |name: &str, settings: &str| {
            format!("[[source]]\nname = \"{name}\"\nprovider = \"checkout-com\"\nkeys = [\"k\"]\n{settings}")
        };
        let (uk, test) = (source("uk", ""), "environment = \"test\"\n");
        let running = plan_with(store.as_ref(), "adyen", &[source("de", ""), uk.clone()].concat()).await.expect("runs");
        record(store.as_ref(), &running, 2).await;
        for others in [uk.as_str(), ""] {
            for settings in [test, "account = \"de\"\n"] {
                let changed = plan_with(store.as_ref(), "adyen", &[&source("de", settings), others].concat()).await;
                let error = changed.err().expect("refused").to_string();
                assert!(error.contains("source \"de\": the stored events of \"uk\", which it shares,"), "{error}");
            }
        }
        plan_with(store.as_ref(), "adyen", &source("fr", test)).await.expect("a new name is new");
        let other = source("de", test).replace("checkout-com", "gocardless");
        plan_with(store.as_ref(), "adyen", &other).await.expect("another provider says other things");
    }
}
