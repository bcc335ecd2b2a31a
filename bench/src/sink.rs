//! A receiver of deliveries that costs almost nothing: one thread, one epoll, a fixed answer. It notes when the
//! delivery of each request came.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rustix::event::epoll;

use crate::requests::number_in;

/// What came, and when.
#[derive(Clone, Default)]
pub(crate) struct Sink {
    arrivals: Arc<Mutex<Vec<(usize, Instant)>>>,
    count: Arc<AtomicUsize>,
}

impl Sink {
    /// Listens until the process ends.
    pub(crate) fn listen() -> anyhow::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let sink = Self::default();
        let told = sink.clone();
        std::thread::Builder::new()
            .name("sink".into())
            .spawn(move || told.take_forever(&listener).expect("the sink runs"))?;
        Ok((sink, address))
    }

    /// How many came so far.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Number and moment of each.
    pub(crate) fn arrivals(&self) -> Vec<(usize, Instant)> {
        self.arrivals.lock().expect("not poisoned").clone()
    }

    fn take_forever(&self, listener: &TcpListener) -> anyhow::Result<()> {
        const LISTENER: u64 = u64::MAX;
        listener.set_nonblocking(true)?;
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(&poll, listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN)?;
        let mut open: HashMap<u64, (TcpStream, Vec<u8>)> = HashMap::new();
        let mut next = 0;
        let mut events = Vec::with_capacity(256);
        loop {
            events.clear();
            epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), None)?;
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
                } else if let Some((stream, buffer)) = open.get_mut(&id)
                    && !self.read(stream, buffer)
                {
                    open.remove(&id);
                }
            }
        }
    }

    /// Reads what is there and answers every whole request; false when the connection is over.
    fn read(&self, stream: &mut TcpStream, buffer: &mut Vec<u8>) -> bool {
        let mut chunk = [0; 16 * 1024];
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => return false,
                Ok(read) => buffer.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return false,
            }
        }
        while let Some(length) = whole_request(buffer) {
            if let Some(number) = number_in(&buffer[..length]) {
                self.arrivals.lock().expect("not poisoned").push((number, Instant::now()));
            }
            self.count.fetch_add(1, Ordering::AcqRel);
            buffer.drain(..length);
            if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_err() {
                return false;
            }
        }
        true
    }
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
