//! A running process seen from outside: signals, memory, CPU time.

use std::time::Duration;

/// What a process uses, from `/proc`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Resident memory now, in bytes.
    pub rss: u64,
    /// Resident memory at its highest, in bytes.
    pub rss_peak: u64,
    /// CPU time of all its threads, user and system, in steps of 10 ms.
    pub cpu: Duration,
    /// Threads alive.
    pub threads: u64,
    /// Open descriptors.
    pub descriptors: usize,
}

/// The kernel counts CPU time for user space in hundredths of a second, on every Linux architecture.
const TICK: Duration = Duration::from_millis(10);

/// What process `pid` uses; zeros once it is gone.
#[must_use]
pub fn usage(pid: u32) -> Usage {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let number = |key: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0)
    };
    Usage {
        rss: number("VmRSS:") * 1024,
        rss_peak: number("VmHWM:") * 1024,
        cpu: cpu(pid),
        threads: number("Threads:"),
        descriptors: std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count),
    }
}

fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may hold spaces; after it, user and system ticks are the 12th and 13th words.
    let words = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u32 = words.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<u32>().ok()).sum();
    TICK * ticks
}

/// Sends a signal, such as `libc::SIGTERM`. A process that is gone is left in peace.
#[allow(unsafe_code, reason = "kill(2) touches no memory; the standard library only offers SIGKILL")]
pub fn signal(pid: u32, signal: i32) {
    let pid = i32::try_from(pid).expect("process ids are positive ints");
    // SAFETY: no memory is involved.
    unsafe { libc::kill(pid, signal) };
}
