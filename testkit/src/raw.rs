//! Any bytes on a socket, and whatever comes back: for input no client would send.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use crate::wire::{self, Answer};

/// Most bytes of an answer that are kept.
const KEPT_MAX: usize = 1 << 20;

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// The bytes received, at most 1 MiB of them.
    pub bytes: Vec<u8>,
    /// Whether the server ended the connection (or reset it) within the patience given.
    pub closed: bool,
}

impl Heard {
    /// The complete answers among the bytes.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        wire::answers(&self.bytes)
    }

    /// The status of the first answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.answers().first().map(|answer| answer.status)
    }
}

/// Sends `bytes`, then listens until the server closes or is silent for `patience`.
///
/// # Errors
/// When no connection can be made. A reset while sending is an ending, not an error.
pub fn send(to: SocketAddr, bytes: &[u8], patience: Duration) -> io::Result<Heard> {
    send_in_pieces(to, &[(bytes, Duration::ZERO)], patience)
}

/// Sends the pieces with a pause after each, listening as [`send`] does after the last.
///
/// # Errors
/// When no connection can be made.
pub fn send_in_pieces(to: SocketAddr, pieces: &[(&[u8], Duration)], patience: Duration) -> io::Result<Heard> {
    let mut stream = connect(to, patience)?;
    for (bytes, pause) in pieces {
        if stream.write_all(bytes).is_err() {
            break; // the server has had enough; what it said may still be read
        }
        std::thread::sleep(*pause);
    }
    Ok(listen(&mut stream))
}

/// Sends `bytes`, closes the sending half, and listens: the request is cut short.
///
/// # Errors
/// When no connection can be made.
pub fn send_and_hang_up(to: SocketAddr, bytes: &[u8], patience: Duration) -> io::Result<Heard> {
    let mut stream = connect(to, patience)?;
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    Ok(listen(&mut stream))
}

fn connect(to: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&to, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn listen(stream: &mut TcpStream) -> Heard {
    let mut heard = Heard::default();
    let mut buffer = [0; 16 * 1024];
    while heard.bytes.len() < KEPT_MAX {
        match stream.read(&mut buffer) {
            Ok(0) => heard.closed = true,
            Ok(more) => {
                heard.bytes.extend_from_slice(&buffer[..more]);
                continue;
            }
            Err(error) => heard.closed = !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut),
        }
        break;
    }
    heard
}
