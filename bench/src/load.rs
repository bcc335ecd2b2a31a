//! The generator: many keep-alive connections on one epoll, one request in flight on each.

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
}

/// One connection and the request in flight on it.
struct Connection {
    stream: TcpStream,
    sent_at: Instant,
    request: usize,
    written: usize,
    answer: Vec<u8>,
}

/// Sends every request once over `connections` connections; each answer must be a 200. `sent` is told each request's
/// position and moment.
pub(crate) fn run(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    mut sent: impl FnMut(usize, Instant),
) -> anyhow::Result<Load> {
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut open = Vec::with_capacity(connections);
    let started = Instant::now();
    for position in 0..connections.min(requests.len()) {
        let stream = TcpStream::connect(address).context("the server does not answer")?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        epoll::add(&poll, &stream, epoll::EventData::new_u64(position as u64), epoll::EventFlags::IN)?;
        let mut connection =
            Connection { stream, sent_at: Instant::now(), request: position, written: 0, answer: Vec::new() };
        sent(position, connection.sent_at);
        connection.write(requests)?;
        open.push(connection);
    }
    let (mut next, mut answered) = (open.len(), 0);
    let mut latencies = Vec::with_capacity(requests.len());
    let mut events = Vec::with_capacity(connections);
    while answered < requests.len() {
        events.clear();
        epoll::wait(
            &poll,
            rustix::buffer::spare_capacity(&mut events),
            Some(&rustix::event::Timespec { tv_sec: 30, tv_nsec: 0 }),
        )?;
        if events.is_empty() {
            bail!("no answer for 30 s, after {answered} of {}", requests.len());
        }
        for event in &events {
            let connection = &mut open[event.data.u64() as usize];
            if !connection.read()? {
                continue;
            }
            answered += 1;
            latencies.push(connection.sent_at.elapsed().as_micros() as u32);
            if next < requests.len() {
                connection.request = next;
                connection.written = 0;
                connection.sent_at = Instant::now();
                sent(next, connection.sent_at);
                next += 1;
                connection.write(requests)?;
            }
        }
    }
    Ok(Load { took: started.elapsed(), latencies })
}

impl Connection {
    /// Writes the request. It fits the socket's buffer, so a write that would block is a fault.
    fn write(&mut self, requests: &[Vec<u8>]) -> anyhow::Result<()> {
        let request = &requests[self.request];
        while self.written < request.len() {
            self.written += self.stream.write(&request[self.written..])?;
        }
        Ok(())
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
