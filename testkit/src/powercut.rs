//! Power cuts for a running program: the test's end of the preload shim in `testkit/powercut`.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::binary;

/// How long the shim may take to answer; a cut puts back everything unsynced first.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a cut treats what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tear {
    /// All of it is gone.
    Clean,
    /// Some of its sectors had reached the disk, drawn from the seed.
    Torn {
        /// The same seed draws the same sectors.
        seed: u64,
    },
}

/// The moment of a cut that depends on the program alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// When the N-th sync from now is asked for, before the disk does it.
    BeforeSync(u64),
    /// When the N-th sync from now is done, before the program hears of it.
    AfterSync(u64),
}

/// What the shim has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Changes to watched files.
    pub writes: u64,
    /// Syncs of watched files, failed ones included.
    pub syncs: u64,
    /// Bytes not on disk, in whole pages.
    pub unsynced: u64,
    /// Syncs under way: what a cut hits.
    pub syncing: u64,
    /// Files watched.
    pub files: u64,
}

/// The shim for one folder. Give [`PowerCut::environment`] to the process; then command it.
#[derive(Clone, Debug)]
pub struct PowerCut {
    folder: PathBuf,
    socket: PathBuf,
}

impl PowerCut {
    /// Watches the files under `folder`, with its command socket there too.
    #[must_use]
    pub fn over(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), socket: folder.join("powercut.socket") }
    }

    /// The variables that put a process under the shim.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("LD_PRELOAD", binary::powercut_library()),
            ("POWERCUT_DIR", self.folder.clone()),
            ("POWERCUT_CTL", self.socket.clone()),
        ]
    }

    /// Takes the power away now: no write follows, what was not synced is undone, and the process is killed.
    ///
    /// # Errors
    /// When no process under the shim runs.
    pub fn cut(&self, tear: Tear) -> io::Result<Report> {
        self.command(&format!("cut{}", words(tear)))
    }

    /// Takes the power away at a moment to come.
    ///
    /// # Errors
    /// When no process under the shim runs.
    pub fn cut_at(&self, moment: Moment, tear: Tear) -> io::Result<Report> {
        let (word, syncs) = match moment {
            Moment::BeforeSync(syncs) => ("before", syncs),
            Moment::AfterSync(syncs) => ("after", syncs),
        };
        self.command(&format!("cut-{word}-sync {syncs}{}", words(tear)))
    }

    /// The next `count` syncs fail with EIO; zero ends it.
    ///
    /// # Errors
    /// When no process under the shim runs.
    pub fn fail_syncs(&self, count: u64) -> io::Result<Report> {
        self.command(&format!("fail-syncs {count}"))
    }

    /// The next `count` syncs of files whose path ends with `ending` fail with EIO; zero ends it.
    ///
    /// # Errors
    /// When no process under the shim runs.
    pub fn fail_syncs_of(&self, ending: &str, count: u64) -> io::Result<Report> {
        self.command(&format!("fail-syncs {count} {ending}"))
    }

    /// Every sync takes that much longer; zero ends it.
    ///
    /// # Errors
    /// When no process under the shim runs.
    pub fn slow_syncs(&self, by: Duration) -> io::Result<Report> {
        self.command(&format!("slow-syncs {}", by.as_millis()))
    }

    /// What the shim has seen so far.
    ///
    /// # Errors
    /// When no process under the shim runs.
    pub fn report(&self) -> io::Result<Report> {
        self.command("report")
    }

    fn command(&self, line: &str) -> io::Result<Report> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        writeln!(stream, "{line}")?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer)?;
        parse(&answer).ok_or_else(|| io::Error::other(format!("the shim answered {answer:?} to {line:?}")))
    }
}

fn words(tear: Tear) -> String {
    match tear {
        Tear::Clean => String::new(),
        Tear::Torn { seed } => format!(" torn {seed}"),
    }
}

fn parse(answer: &str) -> Option<Report> {
    let number = |key: &str| {
        let word = answer.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
        word.and_then(|word| word.parse().ok())
    };
    Some(Report {
        writes: number("writes")?,
        syncs: number("syncs")?,
        unsynced: number("unsynced")?,
        syncing: number("syncing")?,
        files: number("files")?,
    })
}
