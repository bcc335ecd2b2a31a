//! What the service manager is told, and the socket it goes to: one datagram per message, `NAME=value` a line.
//!
//! Best effort: a manager that does not listen is told of in the log once, and payhook goes on.

use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::clock;
use crate::config::ServiceManager;

/// How long one message may wait for a manager whose socket is full.
const SEND_TIME_MAX: Duration = Duration::from_millis(500);

/// The line to the service manager; without one, nobody is told.
#[derive(Debug, Default)]
pub struct Service(Option<Line>);

#[derive(Debug)]
struct Line {
    socket: UnixDatagram,
    to: SocketAddr,
    watchdog: Option<Duration>,
    complained: AtomicBool,
}

impl Service {
    /// The line to this manager.
    ///
    /// # Errors
    /// When its address is none that this system knows, or no socket can be had.
    pub fn new(manager: Option<ServiceManager>) -> std::io::Result<Self> {
        manager.map(Line::new).transpose().map(Self)
    }

    /// How often the manager wants a sign of life, when it watches.
    pub(crate) fn watchdog(&self) -> Option<Duration> {
        self.0.as_ref().and_then(|line| line.watchdog)
    }

    /// It takes notifications.
    pub(crate) fn ready(&self, status: &str) {
        self.tell(|| format!("READY=1\nSTATUS={status}"));
    }

    /// It looks at a changed configuration; [`Service::ready`] ends that, whatever came of it.
    pub(crate) fn reloading(&self) {
        self.tell(|| {
            let now = clock::monotonic().as_micros();
            format!("RELOADING=1\nMONOTONIC_USEC={now}\nSTATUS=reads its configuration")
        });
    }

    /// It stops, after what is in hand.
    pub(crate) fn stopping(&self) {
        self.tell(|| "STOPPING=1\nSTATUS=finishes what it has in hand".to_owned());
    }

    /// It makes progress.
    pub(super) fn lives(&self) {
        self.tell(|| "WATCHDOG=1".to_owned());
    }

    fn tell(&self, message: impl FnOnce() -> String) {
        let Some(line) = &self.0 else { return };
        let sent = line.socket.send_to_addr(message().as_bytes(), &line.to);
        if let Err(error) = sent
            && !line.complained.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%error, "the service manager cannot be told how payhook goes");
        }
    }
}

impl Line {
    fn new(manager: ServiceManager) -> std::io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(SEND_TIME_MAX))?;
        let to = address(&manager.socket)?;
        Ok(Self { socket, to, watchdog: manager.watchdog, complained: AtomicBool::new(false) })
    }
}

/// A full path, or a name in no folder.
fn address(socket: &str) -> std::io::Result<SocketAddr> {
    match socket.strip_prefix('@') {
        Some(name) => abstract_address(name),
        None if socket.starts_with('/') => SocketAddr::from_pathname(socket),
        None => Err(unknown()),
    }
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &str) -> std::io::Result<SocketAddr> {
    use std::os::linux::net::SocketAddrExt;
    SocketAddr::from_abstract_name(name)
}

#[cfg(not(target_os = "linux"))]
fn abstract_address(_: &str) -> std::io::Result<SocketAddr> {
    Err(unknown())
}

fn unknown() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::Unsupported, "NOTIFY_SOCKET is neither a full path nor an abstract name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(manager: &UnixDatagram) -> String {
        let mut bytes = [0; 512];
        let count = manager.recv(&mut bytes).expect("a message");
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }

    fn line_to(socket: &str) -> Service {
        let manager = ServiceManager { socket: socket.to_owned(), watchdog: None };
        Service::new(Some(manager)).expect("a line")
    }

    #[test]
    fn a_manager_at_a_path_hears_each_message_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).expect("bound");
        let service = line_to(path.to_str().expect("text"));
        service.ready("takes notifications");
        assert_eq!(heard(&manager), "READY=1\nSTATUS=takes notifications");
        service.reloading();
        let said = heard(&manager);
        let micros = said.lines().find_map(|line| line.strip_prefix("MONOTONIC_USEC=")).expect("the time");
        assert!(said.starts_with("RELOADING=1\n") && micros.parse::<u64>().is_ok_and(|micros| micros > 0), "{said}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn so_does_one_at_a_name_in_no_folder() {
        let name = format!("payhook-test-{}", std::process::id());
        let manager = UnixDatagram::bind_addr(&abstract_address(&name).expect("a name")).expect("bound");
        line_to(&format!("@{name}")).stopping();
        assert!(heard(&manager).starts_with("STOPPING=1\n"));
    }

    #[test]
    fn nobody_there_is_no_reason_to_fail_and_another_kind_of_address_is_one() {
        line_to("/nowhere/notify").lives();
        Service::default().lives();
        let manager = |socket: &str| Some(ServiceManager { socket: socket.to_owned(), watchdog: None });
        assert!(Service::new(manager("vsock:2:1")).is_err());
    }
}
