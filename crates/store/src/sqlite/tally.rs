//! What a transaction changes beside its rows: numbers handed out, exact counts, and lanes that have work again.

use payhook_domain::delivery::State;
use payhook_domain::id::{DeliveryId, NameId};
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Standing;
use rusqlite::{Connection, Statement};

use super::index::runs::Indexed;
use super::owing::lease::Due;
use super::rows::standing_number;

/// What `tallies.sort` counts. Those called `LAST_` are the highest numbers ever handed out, which
/// outlive the rows.
pub(super) mod sort {
    pub(in crate::sqlite) const NOTIFICATIONS: i64 = 1;
    pub(in crate::sqlite) const EVENTS: i64 = 2;
    pub(in crate::sqlite) const DUPLICATES: i64 = 3;
    pub(in crate::sqlite) const DELIVERIES: i64 = 4;
    pub(in crate::sqlite) const QUARANTINED: i64 = 5;
    pub(in crate::sqlite) const LAST_EVENT: i64 = 6;
    pub(in crate::sqlite) const LAST_NOTIFICATION: i64 = 7;
    pub(in crate::sqlite) const RECOVERIES: i64 = 8;
    /// Not a count: the row up to which identities are in their index.
    pub(in crate::sqlite) const INDEXED: i64 = 9;
    /// Dead letters that were made again, by destination; no longer among [`DELIVERIES`].
    pub(in crate::sqlite) const RETRIED: i64 = 10;
    /// Not a count: the row up to which aliases are in their index.
    pub(in crate::sqlite) const ALIASES_INDEXED: i64 = 11;
    /// The highest number of a payment ever handed out.
    pub(in crate::sqlite) const LAST_PAYMENT: i64 = 12;
    /// Not a count: the row up to which payments' first names are in their index.
    pub(in crate::sqlite) const PAYMENTS_INDEXED: i64 = 13;
}

/// The highest numbers handed out so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    event: i64,
    notification: i64,
    payment: i64,
}

impl Numbers {
    /// The highest number of an event row handed out.
    pub(super) fn last_event(&self) -> i64 {
        self.event
    }

    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut highest = connection.prepare("SELECT coalesce(sum(count), 0) FROM tallies WHERE sort = ?1")?;
        Ok(Self {
            event: highest.query_row([sort::LAST_EVENT], |row| row.get(0))?,
            notification: highest.query_row([sort::LAST_NOTIFICATION], |row| row.get(0))?,
            payment: highest.query_row([sort::LAST_PAYMENT], |row| row.get(0))?,
        })
    }
}

/// The changes of one transaction, dropped with it when it fails.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    start: Numbers,
    numbers: Numbers,
    standings: [i64; 8],
    duplicates: i64,
    notifications_gone: i64,
    quarantined: i64,
    deliveries: Vec<(NameId, State, i64)>,
    retried: Vec<(NameId, i64)>,
    due: Vec<(NameId, Timestamp)>,
    fresh: Vec<(NameId, i64)>,
    ended: Vec<(DeliveryId, Due)>,
    runs: [RunChanges; Indexed::ALL.len()],
}

/// What a transaction changes of one index that follows behind.
#[derive(Clone, Debug, Default)]
struct RunChanges {
    claimed: Vec<Digest>,
    indexed_to: Option<usize>,
    gained: i64,
    forgotten: Vec<(Digest, i64)>,
}

impl Changes {
    pub(super) fn begin(numbers: Numbers) -> Self {
        Self { start: numbers, numbers, ..Self::default() }
    }

    pub(super) fn numbers(&self) -> Numbers {
        self.numbers
    }

    /// The number the next event row will get.
    pub(super) fn coming_event(&self) -> i64 {
        self.numbers.event + 1
    }

    /// The highest number of an event row handed out.
    pub(super) fn last_event(&self) -> i64 {
        self.numbers.event
    }

    pub(super) fn take_event(&mut self) -> i64 {
        self.numbers.event += 1;
        self.numbers.event
    }

    pub(super) fn take_notification(&mut self) -> i64 {
        self.numbers.notification += 1;
        self.numbers.notification
    }

    pub(super) fn take_payment(&mut self) -> i64 {
        self.numbers.payment += 1;
        self.numbers.payment
    }

    pub(super) fn events(&mut self, standing: Standing, by: i64) {
        self.standings[usize::from(standing_number(standing))] += by;
    }

    pub(super) fn duplicate(&mut self) {
        self.duplicates += 1;
    }

    pub(super) fn quarantined(&mut self, by: i64) {
        self.quarantined += by;
    }

    pub(super) fn deliveries(&mut self, destination: NameId, state: State, by: i64) {
        match self.deliveries.iter_mut().find(|(d, s, _)| (*d, *s) == (destination, state)) {
            Some((_, _, count)) => *count += by,
            None => self.deliveries.push((destination, state, by)),
        }
    }

    /// A dead letter of `destination` was made again: it counts as retried from now on, no longer by its state.
    pub(super) fn retried(&mut self, destination: NameId, state: State) {
        self.deliveries(destination, state, -1);
        match self.retried.iter_mut().find(|(d, _)| *d == destination) {
            Some((_, count)) => *count += 1,
            None => self.retried.push((destination, 1)),
        }
    }

    /// A dead letter that was made again is gone.
    pub(super) fn forget_retried(&mut self, destination: NameId) {
        match self.retried.iter_mut().find(|(d, _)| *d == destination) {
            Some((_, count)) => *count -= 1,
            None => self.retried.push((destination, -1)),
        }
    }

    /// A notification is gone.
    pub(super) fn forget_notification(&mut self) {
        self.notifications_gone += 1;
    }

    /// A delivery of `destination` became due at `at`.
    pub(super) fn due(&mut self, destination: NameId, at: Timestamp) {
        match self.due.iter_mut().find(|(d, _)| *d == destination) {
            Some((_, earliest)) => *earliest = at.min(*earliest),
            None => self.due.push((destination, at)),
        }
    }

    /// A delivery of `destination` is due since this event was committed.
    pub(super) fn fresh(&mut self, destination: NameId, event: i64) {
        if self.fresh.iter().all(|(known, _)| *known != destination) {
            self.fresh.push((destination, event));
        }
    }

    /// A lease on a delivery that had been due so ended.
    pub(super) fn ended(&mut self, delivery: DeliveryId, due: Due) {
        self.ended.push((delivery, due));
    }

    /// A digest was written.
    pub(super) fn claimed(&mut self, what: Indexed, id: Digest) {
        self.runs[what as usize].claimed.push(id);
    }

    /// A digest was removed with its row.
    pub(super) fn forgot(&mut self, what: Indexed, id: Digest, row: i64) {
        self.runs[what as usize].forgotten.push((id, row));
    }

    /// The digests removed in it, with their rows.
    pub(super) fn forgotten(&self, what: Indexed) -> &[(Digest, i64)] {
        &self.runs[what as usize].forgotten
    }

    /// So many of the index's run are in it.
    pub(super) fn indexed(&mut self, what: Indexed, end: usize) {
        self.runs[what as usize].indexed_to = Some(end);
    }

    /// The run is all in the index, which now holds this many rows more without a gap.
    pub(super) fn run_ended(&mut self, what: Indexed, gained: i64) {
        self.runs[what as usize].gained = gained;
    }

    /// The digests written in it, from the `skip`th on.
    pub(super) fn claims(&self, what: Indexed, skip: usize) -> &[Digest] {
        &self.runs[what as usize].claimed[skip..]
    }

    pub(super) fn indexed_to(&self, what: Indexed) -> Option<usize> {
        self.runs[what as usize].indexed_to
    }

    pub(super) fn run_gained(&self, what: Indexed) -> i64 {
        self.runs[what as usize].gained
    }

    /// Earliest due time per destination that got work.
    pub(super) fn lanes(&self) -> impl Iterator<Item = (NameId, Timestamp)> + '_ {
        self.due.iter().copied()
    }

    /// The first event per destination that it is owed at once.
    pub(super) fn firsts(&self) -> impl Iterator<Item = (NameId, i64)> + '_ {
        self.fresh.iter().copied()
    }

    /// The leases that ended in it, from the `skip`th on.
    pub(super) fn leases_ended(&self, skip: usize) -> &[(DeliveryId, Due)] {
        &self.ended[skip..]
    }

    /// Writes the counts. The last statement of the transaction.
    pub(super) fn save(&self, add: &mut Statement<'_>) -> rusqlite::Result<()> {
        let mut put = |sort: i64, a: i64, b: i64, by: i64| match by {
            0 => Ok(()),
            by => add.execute((sort, a, b, by)).map(drop),
        };
        let notifications = self.numbers.notification - self.start.notification;
        put(sort::NOTIFICATIONS, 0, 0, notifications - self.notifications_gone)?;
        put(sort::LAST_NOTIFICATION, 0, 0, notifications)?;
        put(sort::LAST_EVENT, 0, 0, self.numbers.event - self.start.event)?;
        for (standing, by) in (0..).zip(self.standings) {
            put(sort::EVENTS, standing, 0, by)?;
        }
        put(sort::LAST_PAYMENT, 0, 0, self.numbers.payment - self.start.payment)?;
        for what in Indexed::ALL {
            put(what.mark(), 0, 0, self.run_gained(what))?;
        }
        put(sort::DUPLICATES, 0, 0, self.duplicates)?;
        put(sort::QUARANTINED, 0, 0, self.quarantined)?;
        for (destination, state, by) in &self.deliveries {
            put(sort::DELIVERIES, i64::from(destination.0), *state as i64, *by)?;
        }
        for (destination, by) in &self.retried {
            put(sort::RETRIED, i64::from(destination.0), 0, *by)?;
        }
        Ok(())
    }
}

/// The statement [`Changes::save`] needs.
pub(super) const ADD: &str = "INSERT INTO tallies (sort, a, b, count) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET count = count + excluded.count";
