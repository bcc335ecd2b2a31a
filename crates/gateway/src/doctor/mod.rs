//! The doctor: looks at everything that goes wrong slowly, and says what it means and what to do.
//!
//! - `examine`: asks the gateway for what each check goes by; `alone` looks at the files where no gateway runs.
//! - `finding`: what a check says. `told`: spans and sizes in words.
//! - one file per check: a rule from what was found out to findings, without asking anybody. `disk`, `clock`, `reads`, `owed`,
//!   `destinations`, `keys`, `key_sets`, `certificate`, `sources`, `refused`, `files`, `backups`, `state` (readiness, retention, the configuration).
//! - `slow_reads`: which questions to the API took long.
//!
//! It changes nothing, and every question it asks is bounded. Nothing that is derived from a secret is in what it says.

mod alone;
mod backups;
mod certificate;
mod clock;
mod destinations;
mod disk;
mod examine;
mod files;
mod finding;
mod key_sets;
mod keys;
mod owed;
mod reads;
mod refused;
mod slow_reads;
mod sources;
mod state;
mod told;

pub use alone::alone;
pub(crate) use certificate::judge as judge_certificate;
pub use certificate::look_at_certificate;
pub(crate) use examine::examine;
pub use files::look_at_secrets;
pub use finding::{Finding, Severity};
pub(crate) use slow_reads::SlowReads;
