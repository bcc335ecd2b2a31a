//! The command socket `POWERCUT_CTL`: one line in, one line out, one connection per command.
//!
//! | command | does |
//! |---|---|
//! | `report` | counts so far |
//! | `cut [torn SEED]` | the power goes now |
//! | `cut-before-sync N [torn SEED]`, `cut-after-sync N [torn SEED]` | the power goes at the N-th sync from now |
//! | `fail-syncs N [ENDING]` | the next N syncs, of files with that end of name if given, fail with EIO |
//! | `slow-syncs MS` | every sync takes that much longer |

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

use crate::cut::{self, Armed, Tear};
use crate::failing::Failing;
use crate::folder;
use crate::medium::{Watch, watch};

/// Run by the loader before `main`.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_LOAD: extern "C" fn() = at_load;

extern "C" fn at_load() {
    let (Some(watch), Some(socket)) = (watch(), std::env::var_os("POWERCUT_CTL")) else { return };
    let socket = PathBuf::from(socket);
    if UnixStream::connect(&socket).is_ok() {
        return; // a child of the watched process: its parent listens
    }
    folder::remove(&socket); // left by a process that was killed
    let Ok(listener) = UnixListener::bind(&socket) else {
        eprintln!("powercut: no command socket can be made at {}", socket.display());
        return;
    };
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let _ = serve(watch, connection);
        }
    });
}

fn serve(watch: &Watch, connection: UnixStream) -> std::io::Result<()> {
    let mut line = String::new();
    BufReader::new(connection.try_clone()?).read_line(&mut line)?;
    let mut connection = connection;
    let mut held = watch.lock(); // kept until the answer is out, or an armed cut could come before it
    match line.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["report"] => {}
        ["cut", how @ ..] if let Some(tear) = tear(how) => cut::now(held, tear, Some(connection)),
        [word @ ("cut-before-sync" | "cut-after-sync"), syncs, how @ ..] => match (syncs.parse(), tear(how)) {
            (Ok(syncs), Some(tear)) => held.armed = Some(Armed { tear, syncs, before: *word == "cut-before-sync" }),
            _ => return writeln!(connection, "error: not a way to cut"),
        },
        ["fail-syncs", count] => held.failing = Failing::next(count.parse().unwrap_or(0), ""),
        ["fail-syncs", count, ending] => held.failing = Failing::next(count.parse().unwrap_or(0), ending),
        ["slow-syncs", ms] => held.slow = Duration::from_millis(ms.parse().unwrap_or(0)),
        _ => return writeln!(connection, "error: not a command"),
    }
    writeln!(connection, "{}", held.report())
}

fn tear(words: &[&str]) -> Option<Tear> {
    match words {
        [] => Some(Tear::Clean),
        ["torn", seed] => seed.parse().ok().map(|seed| Tear::Torn { seed }),
        _ => None,
    }
}
