//! Where log lines go: a buffer that a thread of its own empties into standard error.
//!
//! A request pays for copying its line, never for the write. The buffer is bounded; what does not fit is counted, and
//! the count is written as a line as soon as there is room.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::Level;

/// Most bytes that wait to be written: some thousand lines.
const BUFFER_BYTES_MAX: usize = 4 << 20;

/// How long lines may gather before they are written. Waking the thread for every line cost more than verifying the
/// request it tells of.
const GATHER: Duration = Duration::from_millis(10);

/// A shared handle on the buffer. Clones write to the same place.
#[derive(Clone)]
pub struct Sink {
    shared: Arc<Shared>,
    is_journal: bool,
}

struct Shared {
    pending: Mutex<Pending>,
    written: Condvar,
    filled: Condvar,
}

#[derive(Default)]
struct Pending {
    buffer: Vec<u8>,
    writing: bool,
    /// Whether the thread waits to be woken; whoever wakes it takes this back.
    asleep: bool,
    dropped: u64,
}

impl Sink {
    /// A sink that writes to `out` from a thread of its own.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(out: impl Write + Send + 'static) -> std::io::Result<Self> {
        Self::start_to(out, false)
    }

    /// The same where `out` leads to systemd's journal, which takes a line's level from a mark before it.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start_to_journal(out: impl Write + Send + 'static) -> std::io::Result<Self> {
        Self::start_to(out, true)
    }

    fn start_to(out: impl Write + Send + 'static, is_journal: bool) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { pending: Mutex::default(), written: Condvar::new(), filled: Condvar::new() });
        let emptied = Arc::clone(&shared);
        thread::Builder::new()
            .name("log".into())
            .spawn(move || empty_forever(&Self { shared: emptied, is_journal }, out))?;
        Ok(Self { shared, is_journal })
    }

    /// What stands before a line of this level: nothing, or the journal's mark.
    #[must_use]
    pub fn mark(&self, level: Level) -> &'static str {
        if self.is_journal { journal_mark(level) } else { "" }
    }

    /// Adds whole lines, each ending in a newline.
    pub fn write(&self, lines: &[u8]) {
        self.write_marked("", lines);
    }

    fn write_marked(&self, mark: &str, lines: &[u8]) {
        let mut pending = self.shared.lock();
        if pending.buffer.len() + mark.len() + lines.len() > BUFFER_BYTES_MAX {
            pending.dropped += 1;
            return;
        }
        pending.buffer.extend_from_slice(mark.as_bytes());
        pending.buffer.extend_from_slice(lines);
        let is_asleep = std::mem::take(&mut pending.asleep);
        drop(pending);
        if is_asleep {
            self.shared.filled.notify_one();
        }
    }

    /// Waits until everything added so far is written: before the process ends.
    pub fn flush(&self) {
        let mut pending = self.shared.lock();
        while !pending.buffer.is_empty() || pending.writing {
            pending = self.shared.written.wait(pending).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What systemd's journal takes a line's level from: its number, as sd-daemon(3) has it.
#[must_use]
pub const fn journal_mark(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        _ => "<7>",
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn empty_forever(sink: &Sink, mut out: impl Write) {
    let shared = &sink.shared;
    let mut batch = Vec::new();
    loop {
        let mut pending = shared.lock();
        while pending.buffer.is_empty() {
            pending.writing = false;
            pending.asleep = true;
            shared.written.notify_all();
            pending = shared.filled.wait(pending).unwrap_or_else(PoisonError::into_inner);
        }
        drop(pending);
        thread::sleep(GATHER);
        let mut pending = shared.lock();
        std::mem::swap(&mut pending.buffer, &mut batch);
        pending.writing = true;
        let dropped = std::mem::take(&mut pending.dropped);
        drop(pending);
        // A closed standard error is no reason to stop taking payments.
        let _ = out.write_all(&batch);
        if dropped > 0 {
            let mark = sink.mark(Level::WARN);
            let _ = writeln!(out, r#"{mark}{{"level":"WARN","message":"log lines dropped","count":{dropped}}}"#);
        }
        let _ = out.flush();
        batch.clear();
    }
}

/// Lets `tracing` write here.
impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Sink {
    type Writer = LineWriter<'a>;

    fn make_writer(&'a self) -> LineWriter<'a> {
        LineWriter { sink: self, mark: "" }
    }

    fn make_writer_for(&'a self, about: &tracing::Metadata<'_>) -> LineWriter<'a> {
        LineWriter { sink: self, mark: self.mark(*about.level()) }
    }
}

/// One formatted event on its way into the sink.
pub struct LineWriter<'a> {
    sink: &'a Sink,
    mark: &'static str,
}

impl Write for LineWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.sink.write_marked(self.mark, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn flush_waits_for_every_line_in_order() {
        let kept = Kept::default();
        let sink = Sink::start(kept.clone()).expect("a thread");
        for number in 0..1_000 {
            sink.write(format!("{number}\n").as_bytes());
        }
        sink.flush();
        let expected: String = (0..1_000).map(|number| format!("{number}\n")).collect();
        assert_eq!(*kept.0.lock().expect("not poisoned"), expected.as_bytes());
    }

    #[test]
    fn the_journal_is_told_each_lines_level_and_nobody_else_is() {
        use tracing_subscriber::layer::SubscriberExt;
        for (to_journal, marks) in [(true, ["<4>", "<3>"]), (false, ["", ""])] {
            let kept = Kept::default();
            let start = if to_journal { Sink::start_to_journal } else { Sink::start };
            let sink = start(kept.clone()).expect("a thread");
            let layer = tracing_subscriber::fmt::layer().with_writer(sink.clone()).json();
            tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
                tracing::warn!("one");
                tracing::error!("other");
            });
            sink.flush();
            let text = String::from_utf8(kept.0.lock().expect("not poisoned").clone()).expect("UTF-8");
            let begun: Vec<_> = text.lines().map(|line| line.split_once('{').expect("JSON").0).collect();
            assert_eq!(begun, marks);
        }
    }
}
