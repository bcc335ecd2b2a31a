//! Reload: a changed configuration takes the place of the running one, all of it or nothing, without a request lost.
//!
//! 1. It is asked for: by SIGHUP, or by a look at the files (`watch`). Asking while one is under way means one more.
//! 2. The files are read as at a start. What is wrong with them is told at once, and nothing happens.
//! 3. `refusal`: what cannot change while running, and what would orphan owed deliveries. Told in the same words.
//! 4. `turnover`: everything that can fail is done: listeners are bound, certificates read, doors opened, names numbered.
//! 5. Then, without a wait, the plan is swapped, gates, desks (`desks`) and listeners (`listeners`) follow, and the old ones
//!    finish what they have in hand under their old settings.
//! 6. `outcome`: a line says what changed (`changes`), never a secret; the API and a metric show the digest that runs.
//!
//! One task does all of it (`running`), so that no two are ever under way. A process killed anywhere in between starts with
//! whatever the file says then: nothing of a reload is written down but numbers of names, and which digest runs, so that the
//! next start can say that another one does (`ran_last`).

mod changes;
mod desks;
mod listeners;
mod origin;
pub(crate) mod orphans;
pub(crate) mod outcome;
pub(crate) mod ran_last;
mod refusal;
mod running;
mod turnover;
mod watch;

pub(crate) use listeners::{Bound, Listeners, Services};
pub use origin::Reloads;
pub(crate) use running::{Face, Running};
