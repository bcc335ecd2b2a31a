//! A child's processor time and memory, and where it may run.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A child that is killed when dropped.
pub(crate) struct Server {
    child: Child,
}

impl Server {
    /// Starts `command` on processor 0, where that can be asked for.
    pub(crate) fn start(command: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", "0", command]).args(arguments).stderr(Stdio::null()).stdout(Stdio::piped());
        match pinned.spawn() {
            Ok(child) => Ok(Self { child }),
            Err(_) => {
                eprintln!("taskset is missing: the server runs where it likes");
                let child =
                    Command::new(command).args(arguments).stderr(Stdio::null()).stdout(Stdio::piped()).spawn()?;
                Ok(Self { child })
            }
        }
    }

    /// Tells it to end, and waits until it has.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        self.child.wait()?;
        Ok(())
    }

    pub(crate) fn stdout(&mut self) -> std::process::ChildStdout {
        self.child.stdout.take().expect("piped")
    }

    /// Processor time used so far, user and system.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(self.child.id())
    }

    /// Resident memory now, in megabytes.
    pub(crate) fn rss_mb(&self) -> f64 {
        rss_mb_of(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of a process, user and system: fields 14 and 15 of its stat, in ticks of 10 ms.
pub(crate) fn cpu_of(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Resident memory of a process, in megabytes.
pub(crate) fn rss_mb_of(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// Keeps this process on one processor, where there are two.
pub(crate) fn pin_self_to(processor: usize) {
    let mut set = rustix::thread::CpuSet::new();
    set.set(processor);
    if rustix::thread::sched_setaffinity(None, &set).is_err() {
        eprintln!("processor {processor} is not to be had: the generator runs where it likes");
    }
}
