//! The generator: many keep-alive connections on one epoll, one request in flight on each.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::event::epoll;

/// What the generator saw.
pub(crate) struct Load {
    /// From the first request sent to the last answer read.
    pub(crate) took: Duration,
    /// How long each request took, in microseconds, in no order.
    pub(crate) latencies: Vec<u32>,
    /// From when each of them counts, in the same order.
    pub(crate) sent_at: Vec<Instant>,
}

/// One connection and the request in flight on it.
struct Connection {
    stream: TcpStream,
    sent_at: Instant,
    answer: Vec<u8>,
}

/// Longest the server may stay silent.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// How fast requests are sent.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As fast as they are answered.
    Saturating,
    /// So many a second, evenly spaced, whatever is answered. What has to wait for a free connection has waited since
    /// it was due: a slow server is not spared the question.
    PerSecond(u32),
}

impl Pace {
    fn due(self, position: usize, started: Instant) -> Instant {
        match self {
            Self::Saturating => Instant::now(),
            Self::PerSecond(rate) => started + Duration::from_secs_f64(position as f64 / f64::from(rate)),
        }
    }
}

/// Sends every request once over `connections` connections; each answer must be a 200. `sent` is told each request's
/// position and the moment from which its time counts.
pub(crate) fn run(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    pace: Pace,
    mut sent: impl FnMut(usize, Instant),
) -> anyhow::Result<Load> {
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut open = Vec::with_capacity(connections);
    for position in 0..connections.min(requests.len()) {
        let connection = Connection::open(address)?;
        epoll::add(&poll, &connection.stream, epoll::EventData::new_u64(position as u64), epoll::EventFlags::IN)?;
        open.push(connection);
    }
    // Used in turn, so that none idles until the server closes it.
    let mut idle: VecDeque<usize> = (0..open.len()).collect();
    let (mut next, mut answered) = (0, 0);
    let (mut latencies, mut sent_at) = (Vec::with_capacity(requests.len()), Vec::with_capacity(requests.len()));
    let mut events = Vec::with_capacity(connections);
    let started = Instant::now();
    while answered < requests.len() {
        let mut pause = SILENCE_MAX;
        while next < requests.len() && !idle.is_empty() {
            let due = pace.due(next, started);
            pause = due.saturating_duration_since(Instant::now());
            if !pause.is_zero() {
                break;
            }
            let connection = &mut open[idle.pop_front().expect("one is idle")];
            sent(next, due);
            connection.send(&requests[next], due)?;
            next += 1;
            pause = SILENCE_MAX;
        }
        events.clear();
        epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), Some(&pause.try_into()?))?;
        if events.is_empty() && pause == SILENCE_MAX {
            bail!("no answer for {SILENCE_MAX:?}, after {answered} of {}", requests.len());
        }
        for event in &events {
            let position = event.data.u64() as usize;
            let connection = &mut open[position];
            if connection.read()? {
                answered += 1;
                sent_at.push(connection.sent_at);
                latencies.push(connection.sent_at.elapsed().as_micros() as u32);
                idle.push_back(position);
            }
        }
    }
    Ok(Load { took: started.elapsed(), latencies, sent_at })
}

impl Connection {
    fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).context("the server does not answer")?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, sent_at: Instant::now(), answer: Vec::new() })
    }

    /// Writes the request. It fits the socket's buffer, so a write that would block is a fault.
    fn send(&mut self, request: &[u8], sent_at: Instant) -> anyhow::Result<()> {
        self.sent_at = sent_at;
        Ok(self.stream.write_all(request)?)
    }

    /// Reads what is there; true when the answer is whole.
    fn read(&mut self) -> anyhow::Result<bool> {
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(read) => self.answer.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error.into()),
            }
            if is_whole(&self.answer)? {
                self.answer.clear();
                return Ok(true);
            }
        }
    }
}

/// Whether an answer is complete; anything but a 200 is a fault.
fn is_whole(answer: &[u8]) -> anyhow::Result<bool> {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(false) };
    let head_text = std::str::from_utf8(&answer[..head])?;
    if !head_text.starts_with("HTTP/1.1 200") {
        bail!("not a 200: {}", String::from_utf8_lossy(answer));
    }
    let length = head_text
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().parse::<usize>())
        })
        .context("no content-length")??;
    Ok(answer.len() >= head + 4 + length)
}
