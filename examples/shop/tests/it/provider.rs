//! The provider's end: a real HTTP server that keeps idempotency as Adyen and Banked describe it, and is unreliable on command.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use serde_json::{Value, json};

/// A running provider.
pub(crate) struct Provider {
    receiver: Receiver,
    ledger: Arc<Mutex<Ledger>>,
}

/// Something it did, once per key.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) target: String,
    pub(crate) body: Value,
    /// What it calls it.
    pub(crate) name: String,
}

#[derive(Default)]
struct Ledger {
    answers: BTreeMap<String, (String, Bytes, Bytes)>,
    done: Vec<Done>,
    /// Of a hundred requests, how many get no answer: half are done, half are not.
    unreliable: u32,
    refuses: bool,
    misused: usize,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let receiver = Receiver::start(None);
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let shared = Arc::clone(&ledger);
        receiver.behave(move |request| lock(&shared).answer(request));
        Self { receiver, ledger }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.receiver.address()
    }

    /// Leaves that many of a hundred requests without an answer.
    pub(crate) fn be_unreliable(&self, of_a_hundred: u32) {
        lock(&self.ledger).unreliable = of_a_hundred;
    }

    /// Says no to whatever is new, or does no longer.
    pub(crate) fn refuse(&self, refuses: bool) {
        lock(&self.ledger).refuses = refuses;
    }

    /// Everything it did at targets that end so.
    pub(crate) fn done(&self, ending: &str) -> Vec<Done> {
        lock(&self.ledger).done.iter().filter(|done| done.target.ends_with(ending)).cloned().collect()
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> Vec<Delivery> {
        self.receiver.deliveries()
    }

    /// How often a key came with other bytes.
    pub(crate) fn misused(&self) -> usize {
        lock(&self.ledger).misused
    }
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ledger {
    fn answer(&mut self, request: &Delivery) -> Behaviour {
        let luck = fastrand::u32(0..100);
        if luck < self.unreliable / 2 {
            return if luck.is_multiple_of(2) { Behaviour::Drop } else { Behaviour::Answer(503) };
        }
        let key = request.header("idempotency-key").to_owned();
        let answer = match self.answers.get(&key) {
            Some((target, body, answer)) if *target == request.target && *body == request.body => answer.clone(),
            Some(_) => {
                self.misused += 1;
                return Behaviour::Answer(422);
            }
            None if self.refuses => return Behaviour::Answer(422),
            None => self.act(key, request),
        };
        // It is done, and nobody hears of it.
        if luck < self.unreliable { Behaviour::Drop } else { Behaviour::Say(answer) }
    }

    fn act(&mut self, key: String, request: &Delivery) -> Bytes {
        let name = format!("PSP{:013}", self.done.len());
        let url = format!("https://pay.example/{name}");
        let answer = json!({ "id": name, "pspReference": name, "status": "received", "url": url }).to_string();
        self.done.push(Done { target: request.target.clone(), body: request.json(), name });
        let answer = Bytes::from(answer);
        self.answers.insert(key, (request.target.clone(), request.body.clone(), answer.clone()));
        answer
    }
}
