//! Load over many keep-alive connections that remembers, request by request, what the sender was told.
//!
//! A request is *acknowledged* once a 2xx answer was read whole. One whose connection broke before that is *in flight*:
//! the sender cannot know, and would send it again.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::wire::{Answer, read_answer};

/// How long one answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a condition is looked at again.
const GLANCE: Duration = Duration::from_micros(500);
/// Each connection is served by a thread that needs little.
const STACK_BYTES: usize = 256 * 1024;

/// What became of a request that was sent.
#[derive(Clone, Debug)]
pub enum Fate {
    /// Answered, this long after the load began.
    Answered(Answer, Duration),
    /// The connection ended before the answer.
    InFlight(String),
}

impl Fate {
    /// Whether the sender was told that it is safe.
    #[must_use]
    pub const fn acknowledged(&self) -> bool {
        matches!(self, Self::Answered(answer, _) if answer.is_success())
    }
}

/// Where a load stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sent and not answered yet.
    pub in_flight: usize,
    /// Answered, with whatever status.
    pub answered: usize,
    /// Answered with 2xx.
    pub acknowledged: usize,
}

/// A load under way.
pub struct Load {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    to: SocketAddr,
    requests: Box<dyn Fn(usize) -> Option<Vec<u8>> + Send + Sync>,
    began: Instant,
    next: AtomicUsize,
    stopped: AtomicBool,
    in_flight: AtomicUsize,
    answered: AtomicUsize,
    acknowledged: AtomicUsize,
    fates: Mutex<BTreeMap<usize, Fate>>,
}

impl Load {
    /// Posts `requests(0)`, `requests(1)`, … (see [`crate::wire::request`]) over `connections` connections until it
    /// returns nothing, or the server is gone, or [`Load::stop`].
    #[must_use]
    pub fn start(
        to: SocketAddr,
        connections: usize,
        requests: impl Fn(usize) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            to,
            requests: Box::new(requests),
            began: Instant::now(),
            next: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
            acknowledged: AtomicUsize::new(0),
            fates: Mutex::default(),
        });
        let spawn = |_| {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || shared.work());
            thread.expect("the machine gives a thread per connection")
        };
        Self { threads: (0..connections).map(spawn).collect(), shared }
    }

    /// Where it stands now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.counts()
    }

    /// Waits until the counts satisfy `condition`; false when that takes longer than `patience` or the load has ended.
    pub fn wait_until(&self, patience: Duration, condition: impl Fn(Counts) -> bool) -> bool {
        let began = Instant::now();
        while !condition(self.counts()) {
            if began.elapsed() > patience || self.threads.iter().all(JoinHandle::is_finished) {
                return condition(self.counts());
            }
            std::thread::sleep(GLANCE);
        }
        true
    }

    /// Takes no further request; those in flight may end.
    pub fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
    }

    /// Waits for the end and says what became of each request sent, by its number.
    #[must_use]
    pub fn finish(self) -> BTreeMap<usize, Fate> {
        for thread in self.threads {
            thread.join().expect("the posting threads do not panic");
        }
        std::mem::take(&mut *self.shared.fates.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shared {
    fn work(&self) {
        while let Some(mut connection) = self.connect() {
            while let Some((number, request)) = self.take() {
                self.in_flight.fetch_add(1, Ordering::Relaxed);
                let result = exchange(&mut connection, &request);
                let usable = result.as_ref().is_ok_and(|answer| answer.header("connection") != Some("close"));
                self.note(number, result);
                if !usable {
                    break;
                }
            }
        }
    }

    fn connect(&self) -> Option<BufReader<TcpStream>> {
        if self.stopped.load(Ordering::Relaxed) || (self.requests)(self.next.load(Ordering::Relaxed)).is_none() {
            return None;
        }
        let stream = TcpStream::connect_timeout(&self.to, PATIENCE).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_nodelay(true).ok()?;
        Some(BufReader::new(stream))
    }

    fn take(&self) -> Option<(usize, Vec<u8>)> {
        if self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (self.requests)(number).map(|request| (number, request))
    }

    fn note(&self, number: usize, result: std::io::Result<Answer>) {
        let fate = match result {
            Ok(answer) => Fate::Answered(answer, self.began.elapsed()),
            Err(error) => Fate::InFlight(error.to_string()),
        };
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.answered.fetch_add(usize::from(matches!(fate, Fate::Answered(..))), Ordering::Relaxed);
        self.acknowledged.fetch_add(usize::from(fate.acknowledged()), Ordering::Relaxed);
        self.fates.lock().unwrap_or_else(PoisonError::into_inner).insert(number, fate);
    }

    fn counts(&self) -> Counts {
        Counts {
            in_flight: self.in_flight.load(Ordering::Relaxed),
            answered: self.answered.load(Ordering::Relaxed),
            acknowledged: self.acknowledged.load(Ordering::Relaxed),
        }
    }
}

fn exchange(connection: &mut BufReader<TcpStream>, request: &[u8]) -> std::io::Result<Answer> {
    connection.get_mut().write_all(request)?;
    read_answer(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receiver::{Behaviour, Receiver};
    use crate::wire;

    #[test]
    fn what_was_answered_and_what_was_not_is_told_apart() {
        let endpoint = Receiver::start(None);
        endpoint.behave(|delivery| match delivery.body[0] % 3 {
            0 => Behaviour::Answer(200),
            1 => Behaviour::Answer(503),
            _ => Behaviour::Drop,
        });
        let request = |number: usize| {
            let number = u8::try_from(number).ok().filter(|number| *number < 90)?;
            Some(wire::request("POST", "/", &[], &[number]))
        };
        let load = Load::start(endpoint.address(), 8, request);
        let fates = load.finish();
        assert_eq!(fates.keys().copied().collect::<Vec<_>>(), (0..90).collect::<Vec<_>>());
        for (number, fate) in fates {
            assert_eq!(fate.acknowledged(), number % 3 == 0, "{number}: {fate:?}");
            assert_eq!(matches!(fate, Fate::InFlight(_)), number % 3 == 2, "{number}: {fate:?}");
        }
        assert_eq!(endpoint.count(), 90);
    }

    #[test]
    fn a_server_that_dies_leaves_requests_in_flight_and_ends_the_load() {
        let endpoint = Receiver::start(None);
        endpoint.behave(|delivery| if delivery.number < 20 { Behaviour::Answer(200) } else { Behaviour::Hang });
        let load = Load::start(endpoint.address(), 4, |_| Some(wire::request("POST", "/", &[], b"x")));
        assert!(load.wait_until(Duration::from_secs(10), |counts| counts.acknowledged == 20 && counts.in_flight == 4));
        drop(endpoint);
        let fates = load.finish();
        assert_eq!(fates.values().filter(|fate| fate.acknowledged()).count(), 20);
        assert_eq!(fates.len(), 24);
    }
}
