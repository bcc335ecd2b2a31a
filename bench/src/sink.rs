//! A receiver of deliveries that costs almost nothing: one thread, one epoll, a fixed answer, at once or after a while; or
//! a refusal now and then.
//! It notes when the delivery of each request came.

use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::event::epoll;

use crate::requests::number_in;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const GONE: &[u8] = b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n";

/// What came, and when.
#[derive(Clone, Default)]
pub(crate) struct Sink {
    arrivals: Arc<Mutex<Vec<(usize, Instant)>>>,
    count: Arc<AtomicUsize>,
    /// Refuses one in so many for good; 0 none.
    refuses_every: usize,
}

impl Sink {
    /// Listens until the process ends.
    pub(crate) fn listen() -> anyhow::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        Ok((Self::on(listener, Duration::ZERO)?, address))
    }

    /// The same, which refuses one in so many for good: a dead letter.
    pub(crate) fn listen_and_refuse(every: usize) -> anyhow::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        Ok((Self { refuses_every: every, ..Self::default() }.run(listener, Duration::ZERO)?, address))
    }

    /// The same, each answer `after` a while.
    pub(crate) fn listen_slowly(after: Duration) -> anyhow::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        Ok((Self::on(listener, after)?, address))
    }

    /// The same where somebody was, or was not.
    pub(crate) fn listen_at(address: SocketAddr) -> anyhow::Result<Self> {
        Self::on(TcpListener::bind(address)?, Duration::ZERO)
    }

    fn on(listener: TcpListener, after: Duration) -> anyhow::Result<Self> {
        Self::default().run(listener, after)
    }

    fn run(self, listener: TcpListener, after: Duration) -> anyhow::Result<Self> {
        let told = self.clone();
        std::thread::Builder::new()
            .name("sink".into())
            .spawn(move || told.take_forever(&listener, after).expect("the sink runs"))?;
        Ok(self)
    }

    /// How many came so far.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// How many came so far of those with a lower number.
    pub(crate) fn count_below(&self, number: usize) -> usize {
        self.arrivals.lock().expect("not poisoned").iter().filter(|(one, _)| *one < number).count()
    }

    /// Number and moment of each.
    pub(crate) fn arrivals(&self) -> Vec<(usize, Instant)> {
        self.arrivals.lock().expect("not poisoned").clone()
    }

    fn take_forever(&self, listener: &TcpListener, after: Duration) -> anyhow::Result<()> {
        const LISTENER: u64 = u64::MAX;
        listener.set_nonblocking(true)?;
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(&poll, listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN)?;
        let mut open: HashMap<u64, (TcpStream, Vec<u8>)> = HashMap::new();
        let mut next = 0;
        let mut events = Vec::with_capacity(256);
        let mut late: VecDeque<(Instant, u64)> = VecDeque::new();
        loop {
            while let Some((_, id)) = late.pop_front_if(|(at, _)| *at <= Instant::now()) {
                if !open.get_mut(&id).is_some_and(|(stream, _)| answer(stream, OK)) {
                    open.remove(&id);
                }
            }
            let pause =
                late.front().map(|(at, _)| at.saturating_duration_since(Instant::now()).try_into()).transpose()?;
            events.clear();
            epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), pause.as_ref())?;
            for event in &events {
                let id = event.data.u64();
                if id == LISTENER {
                    while let Ok((stream, _)) = listener.accept() {
                        stream.set_nodelay(true)?;
                        stream.set_nonblocking(true)?;
                        epoll::add(&poll, &stream, epoll::EventData::new_u64(next), epoll::EventFlags::IN)?;
                        open.insert(next, (stream, Vec::new()));
                        next += 1;
                    }
                } else if let Some((stream, buffer)) = open.get_mut(&id) {
                    let Some(requests) = self.read(stream, buffer) else {
                        open.remove(&id);
                        continue;
                    };
                    if !after.is_zero() {
                        late.extend((0..requests).map(|_| (Instant::now() + after, id)));
                    } else if !(0..requests).all(|_| answer(stream, self.next_answer())) {
                        open.remove(&id);
                    }
                }
            }
        }
    }

    fn next_answer(&self) -> &'static [u8] {
        let refuses = self.refuses_every > 0 && self.count().is_multiple_of(self.refuses_every);
        if refuses { GONE } else { OK }
    }

    /// Reads what is there and notes every whole request; how many, or nothing when the connection is over.
    fn read(&self, stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<usize> {
        let mut chunk = [0; 16 * 1024];
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => buffer.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return None,
            }
        }
        let mut requests = 0;
        while let Some(length) = whole_request(buffer) {
            if let Some(number) = number_in(&buffer[..length]) {
                self.arrivals.lock().expect("not poisoned").push((number, Instant::now()));
            }
            self.count.fetch_add(1, Ordering::AcqRel);
            buffer.drain(..length);
            requests += 1;
        }
        Some(requests)
    }
}

/// False when the connection is over.
fn answer(stream: &mut TcpStream, with: &[u8]) -> bool {
    stream.write_all(with).is_ok()
}

/// The length of the first request in `buffer`, when it is all there.
fn whole_request(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length: usize = text
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().parse()))?
        .ok()?;
    (buffer.len() >= head + length).then_some(head + length)
}
