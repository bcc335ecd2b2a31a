//! The events of a replay, oldest first: along the store's sequence, or over a list found by an index.

use std::collections::BTreeSet;

use payhook_domain::id::{EventId, EventSeq, PaymentId};
use payhook_store::{EventFilter, PageRequest, PaymentRow, Reader, StoredEvent, Unavailable};

use super::asked::{Asked, Meant, Mistake};
use super::job::Job;

/// Most rows an index may find for one replay: they are kept with it.
pub(super) const LISTED_MAX: usize = 5_000;

/// Why the events could not be found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotFound {
    #[error(transparent)]
    Mistake(#[from] Mistake),
    #[error(transparent)]
    Store(#[from] Unavailable),
}

/// Some rows of a job, and where they end.
pub(super) struct Stretch {
    pub(super) rows: Vec<StoredEvent>,
    /// The last row looked at.
    pub(super) at: i64,
    /// Whether that was the last of all.
    pub(super) over: bool,
}

/// The next rows behind the job's place, at most `limit`.
pub(super) async fn on(reader: &dyn Reader, job: &Job, meant: &Meant, limit: usize) -> Result<Stretch, Unavailable> {
    if let Some(listed) = &job.listed {
        return over_list(reader, listed, job, meant, limit).await;
    }
    let filter = EventFilter { after: Some(EventSeq(job.at)), ..meant.filter.clone() };
    let page = reader.events(filter, PageRequest { limit, from: None }).await?;
    let next: Option<i64> = page.next.and_then(|next| next.parse().ok());
    let at = next.map_or(job.last, |next| (next - 1).min(job.last)).max(job.at);
    let rows = page.rows.into_iter().filter(|row| row.seq.0 <= job.last).collect();
    Ok(Stretch { rows, at, over: at >= job.last })
}

async fn over_list(
    reader: &dyn Reader,
    listed: &[i64],
    job: &Job,
    meant: &Meant,
    limit: usize,
) -> Result<Stretch, Unavailable> {
    let from = listed.partition_point(|seq| *seq <= job.at);
    let seqs = &listed[from..listed.len().min(from + limit)];
    let mut rows = Vec::with_capacity(seqs.len());
    for seq in seqs {
        rows.extend(reader.event_row(EventSeq(*seq)).await?.filter(|row| meant.fits(row)));
    }
    let at = seqs.last().copied().unwrap_or(job.last);
    Ok(Stretch { rows, at, over: at >= job.last })
}

/// The rows that an index finds, oldest first; nothing when none fits what was asked.
pub(super) async fn listed(reader: &dyn Reader, asked: &Asked) -> Result<Option<Vec<i64>>, NotFound> {
    let mut seqs = Vec::new();
    if !asked.events.is_empty() {
        for text in &asked.events {
            let id: EventId = text.parse().map_err(|error| Mistake(format!("{text:?} is {error}")))?;
            let rows = reader.event(id).await?;
            if rows.is_empty() {
                return Err(Mistake(format!("no event {id}")).into());
            }
            seqs.extend(rows.iter().map(|row| row.seq.0));
        }
    } else if let Some(word) = &asked.payment {
        seqs = of_payment(reader, word).await?;
    } else if let Some(word) = &asked.reference {
        seqs = with_reference(reader, word, |_| true).await?;
    } else {
        return Ok(None);
    }
    seqs.sort_unstable();
    seqs.dedup();
    if seqs.len() > LISTED_MAX {
        let what = format!("more than {LISTED_MAX} events are meant; narrow it down by --since and --until");
        return Err(Mistake(what).into());
    }
    Ok(Some(seqs))
}

/// The rows about a payment, named by its public id or by the provider's reference of it. A provider's own reference
/// may look like an id of ours.
async fn of_payment(reader: &dyn Reader, word: &str) -> Result<Vec<i64>, NotFound> {
    let id: Option<PaymentId> = word.parse().ok();
    let known = match id {
        Some(id) => reader.payment(id).await?,
        None => None,
    };
    if let Some(payment) = known {
        return Ok(of_known(reader, &payment).await?);
    }
    let seqs = with_reference(reader, word, |row| row.event.payment.as_deref() == Some(word)).await?;
    match id {
        Some(id) if seqs.is_empty() => Err(Mistake(format!("no payment {id}")).into()),
        _ => Ok(seqs),
    }
}

/// The rows that say something of the payment, under whichever reference, and those that only name it.
async fn of_known(reader: &dyn Reader, payment: &PaymentRow) -> Result<Vec<i64>, Unavailable> {
    let (mut seqs, mut keys) = (Vec::new(), BTreeSet::from([payment.key.clone()]));
    for (event, _) in payment.facts.iter() {
        for row in reader.event(EventId(*event)).await? {
            seqs.push(row.seq.0);
            keys.extend(row.event.payment);
        }
    }
    let is_ours = |row: &StoredEvent| row.provider == payment.provider && row.event.account == payment.account;
    for key in &keys {
        let names = |row: &StoredEvent| row.event.payment.as_ref() == Some(key) && is_ours(row);
        seqs.extend(with_reference(reader, key, names).await?);
    }
    Ok(seqs)
}

async fn with_reference(
    reader: &dyn Reader,
    word: &str,
    fits: impl Fn(&StoredEvent) -> bool,
) -> Result<Vec<i64>, Unavailable> {
    let (mut seqs, mut from) = (Vec::new(), None);
    while seqs.len() <= LISTED_MAX {
        let filter = EventFilter { reference: Some(word.to_owned()), ..EventFilter::default() };
        let page = reader.events(filter, PageRequest { limit: PageRequest::LIMIT_MAX, from }).await?;
        seqs.extend(page.rows.iter().filter(|row| fits(row)).map(|row| row.seq.0));
        match page.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    Ok(seqs)
}

/// The newest row there is: where a replay that is begun now ends.
pub(super) async fn newest(reader: &dyn Reader) -> Result<i64, Unavailable> {
    let page = reader.events(EventFilter::default(), PageRequest { limit: 1, from: None }).await?;
    Ok(page.rows.first().map_or(0, |row| row.seq.0))
}
