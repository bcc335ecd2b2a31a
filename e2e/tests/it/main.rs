//! End-to-end tests of the shipped binary, one promise a file.
//!
//! - `all_killed`: gateway, pretend provider and shop, killed at random while people buy.
//! - `all_pairs`: every story of the pretend provider, with every fault on the way, ends as it does without.
//! - `life`: one notification through all of it.
//! - `backup`: copies made under load, killed, restored.
//! - `fault_points`: killed at every step of retention, backup, restore, migration and reload.
//! - `upgrade`: files of earlier schemas, taken over under load; and one step back.
//! - `crash`: SIGKILL at random moments loses nothing acknowledged.
//! - `costly`: what duplicates and disorder cost others.
//! - `folds`: what is believed of a payment does not depend on how it was told.
//! - `order`: events of one payment arrive one after the other.
//! - `dead`: dead letters made again, and lanes that stopped at one.
//! - `replays`: old events sent again, through kills.
//! - `pace`: breaker, rate, pause, and a test of the way.
//! - `outage`: bad news that waits, and days without a receiver.
//! - `owed`: a backlog, however long, and what comes new beside it.
//! - `replays`: old events sent again.
//! - `power_cut`: nor does a power cut, nor a sync that fails.
//! - `same_again`: ten thousand copies at once are one event.
//! - `disk_full`: a full disk, and the reserve before it.
//! - `deliveries`: what reaches a receiver, and when.
//! - `credentials`: passwords and tokens are written nowhere.
//! - `key_set`: keys that a provider publishes, looked up when they are needed.
//! - `listeners`: TLS, who is let in where, how they start and stop.
//! - `doctor`: each trouble that can be made is found.
//! - `notify`: what a service manager hears, and a writer that hangs.
//! - `reload`: a changed configuration, taken while requests flow.
//! - `commands`: what README and guides show, typed as a user would.
//! - `package`: what is shipped: unit, Debian package, container image.
//! - `guide`: the operating guide, followed word by word on a machine of its own.
//! - `pages`: the commands and configurations on the pages, so that the pages are what is tested.
//! - `interop`: official packages sign, and check what is signed here.
//! - `receivers`: the examples' receiving ends, behind the binary.
//! - `sandbox`: the pretend provider's notifications arrive, whatever happens to the gateway.
//! - `sandbox_command`: the pretend provider as a command.
//! - `browser`: its pages, and those of the demo's shop, as people see and use them.
//! - `vectors`: what providers published is judged as they published it.
//! - `bad_input`: hundreds of broken requests, and nothing comes of them.
//! - `stage`: the configuration and the check all of them share.
//! - `retention`: what is old goes, through kills and clocks that jump. `year`: a year of that.
//! - `turns`: what a receiver saw of each payment.
//! - `unsigned`: what is taken without a signature is marked, and believed by nobody.

#![allow(clippy::print_stdout, reason = "each suite says what it hit; shown when a test fails or is asked for")]
#![allow(clippy::disallowed_methods, reason = "tests run on the real clock")]

mod all_killed;
mod all_pairs;
mod backup;
mod bad_input;
mod browser;
mod commands;
mod costly;
mod crash;
mod credentials;
mod dead;
mod declared;
mod deliveries;
mod disk_full;
mod doctor;
mod fault_points;
mod folds;
mod guide;
mod interop;
mod key_set;
mod life;
mod listeners;
mod notify;
mod order;
mod outage;
mod owed;
mod pace;
mod package;
mod pages;
mod power_cut;
mod receivers;
mod reload;
mod replay_rate;
mod replays;
mod retention;
mod same_again;
mod sandbox;
mod sandbox_command;
mod stage;
mod turns;
mod two_merchants;
mod unsigned;
mod upgrade;
mod vectors;
mod year;
