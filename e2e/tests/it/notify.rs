//! What a service manager hears: that it is ready, reloads and stops, in this order, and a sign of life only while there is
//! life in the store's writer.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::Receiver;
use payhook_testkit::wire;
use tempfile::TempDir;

use crate::stage::{SECRET, authorisation, setup};

const PATIENCE: Duration = Duration::from_secs(30);

/// A manager that gives up after so long: a sign of life is due in half of it.
const WATCHDOG: Duration = Duration::from_secs(1);

/// How long a sync takes that makes the writer hang: longer than a probe puts up with, which is 10 s.
const HUNG: Duration = Duration::from_secs(14);

/// The socket of a service manager.
struct Manager {
    socket: UnixDatagram,
    folder: TempDir,
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = UnixDatagram::bind(folder.path().join("notify")).expect("bound");
        Self { socket, folder }
    }

    /// A gateway that this manager runs.
    fn runs(&self, setup: Setup) -> Setup {
        let micros = WATCHDOG.as_micros().to_string();
        setup
            .variable("NOTIFY_SOCKET", self.folder.path().join("notify"))
            .variable("WATCHDOG_USEC", PathBuf::from(micros))
    }

    /// The next message; nothing when none comes within `patience`.
    fn hears(&self, patience: Duration) -> Option<String> {
        self.socket.set_read_timeout(Some(patience)).expect("a time to wait");
        let mut bytes = [0; 1_024];
        let count = self.socket.recv(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes[..count]).into_owned())
    }

    /// The next message that is no sign of life, which must begin so.
    #[track_caller]
    fn hears_of(&self, word: &str) -> String {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            match self.hears(PATIENCE) {
                Some(said) if said == "WATCHDOG=1" => {}
                Some(said) if said.starts_with(word) => return said,
                other => panic!("{other:?} instead of {word}"),
            }
        }
        panic!("{word} was never heard")
    }

    /// Waits for the next sign of life.
    #[track_caller]
    fn hears_a_sign_of_life(&self) {
        assert_eq!(self.hears(PATIENCE).as_deref(), Some("WATCHDOG=1"));
    }

    /// What came until now is forgotten.
    fn forget(&self) {
        while self.hears(Duration::from_millis(1)).is_some() {}
    }
}

/// The status of a probe on one of the listeners, and what it says.
fn probe(gateway: &Gateway, target: &str, public: bool) -> (u16, String) {
    let address = if public { gateway.public() } else { gateway.admin() };
    let request = wire::request("GET", target, &[("connection", "close")], b"");
    let answer = wire::call(address, &request, PATIENCE).expect("an answer");
    (answer.status, answer.text())
}

/// The system's monotonic clock, in microseconds.
#[allow(
    unsafe_code,
    reason = "clock_gettime(2) fills the structure it is given; the standard library shows no absolute value"
)]
fn monotonic() -> i64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure is ours and outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

#[test]
fn it_hears_ready_then_reloading_and_ready_around_each_reload_then_stopping() {
    let (manager, receiver) = (Manager::new(), Receiver::start(Some(SECRET)));
    let mut gateway = manager.runs(setup(&receiver)).start();
    let ready = manager.hears_of("READY=1");
    assert!(ready.contains("STATUS=takes notifications"), "{ready}");
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200, "ready is ready");
    (0..3).for_each(|_| manager.hears_a_sign_of_life());

    let before = monotonic();
    let good = gateway.configuration();
    assert_eq!(gateway.reload(&good.replace("[\"*\"]", "[\"payment.*\"]"))["outcome"], "taken");
    let reloading = manager.hears_of("RELOADING=1");
    let at = reloading.lines().find_map(|line| line.strip_prefix("MONOTONIC_USEC=")?.parse::<i64>().ok());
    assert!(at.is_some_and(|at| before <= at && at <= monotonic()), "{reloading}");
    manager.hears_of("READY=1");

    assert_eq!(gateway.reload(&good.replace("[[route]]", "[[rout]]"))["outcome"], "refused");
    manager.hears_of("RELOADING=1");
    let refused = manager.hears_of("READY=1");
    assert!(refused.contains("was refused"), "it goes on, and says with what: {refused}");

    assert!(gateway.stop(PATIENCE).is_some_and(|status| status.success()));
    manager.hears_of("STOPPING=1");
    assert_eq!(manager.hears(Duration::from_millis(50)).filter(|said| said != "WATCHDOG=1"), None);
}

#[test]
fn a_writer_that_hangs_gives_no_sign_of_life_and_probes_say_why_until_it_goes_on() {
    let (manager, receiver) = (Manager::new(), Receiver::start(Some(SECRET)));
    let (setup, disk) = setup(&receiver).under_power_cut();
    let gateway = manager.runs(setup).start();
    manager.hears_of("READY=1");
    assert_eq!(probe(&gateway, "/healthz", true), (200, "ok\n".to_owned()));
    assert_eq!(probe(&gateway, "/readyz", false).0, 200);
    manager.hears_a_sign_of_life();

    disk.slow_syncs(HUNG).expect("the shim listens");
    std::thread::scope(|threads| {
        let answer = threads.spawn(|| gateway.send(&authorisation(1)).expect("an answer").status);
        // Its batch is begun, and the last sign that was still due has come.
        std::thread::sleep(WATCHDOG);
        manager.forget();
        assert_eq!(manager.hears(WATCHDOG * 3), None, "no sign of life from a writer that hangs");
        let began = Instant::now();
        while probe(&gateway, "/healthz", false).0 == 200 {
            assert!(began.elapsed() < HUNG, "a writer that hangs counts as alive");
            std::thread::sleep(Duration::from_millis(50));
        }
        let (status, why) = probe(&gateway, "/healthz", false);
        assert!(status == 503 && why.contains("writer_stuck") && why.contains("hint"), "{why}");
        let (status, why) = probe(&gateway, "/readyz", false);
        assert!(status == 503 && why.contains("\"ready\":false") && why.contains("writer_stuck"), "{why}");
        assert_eq!(probe(&gateway, "/healthz", true), (503, "unavailable\n".to_owned()), "outside, yes or no");
        disk.slow_syncs(Duration::ZERO).expect("the shim listens");
        assert_eq!(answer.join().expect("sent"), 200, "what was late is not lost");
    });
    manager.hears_a_sign_of_life();
    assert_eq!(probe(&gateway, "/healthz", false).0, 200);
}
