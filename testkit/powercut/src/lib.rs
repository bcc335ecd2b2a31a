//! A power cut for tests: a shim for `LD_PRELOAD` that knows what a disk would still hold.
//!
//! SIGKILL proves little about durability, since the page cache outlives the process. Here, for every regular file
//! under the folder `POWERCUT_DIR`, the content as of its last successful `fsync` or `fdatasync` is kept beside what
//! was written since. On command the shim stops all writes at once, puts the synced content back and kills the process,
//! as if the machine had lost power in that instant.
//!
//! # The pretended disk
//! - Written pages become durable by a sync of *their* file. Until then the cut takes them away; a torn cut (seeded)
//!   takes only some of their 512-byte sectors.
//! - A file created and never synced loses its content; a torn cut may take its name too.
//! - `unlink` and `rename` become durable by a sync of the folder. Until then the cut turns them back.
//! - After a failed sync the pages are clean but not on disk, as on Linux: a later successful sync does *not* save
//!   them; only writing them again does.
//! - `-shm` files are not watched: SQLite maps them, never syncs them, and the first connection after a crash rebuilds
//!   them from the log.
//!
//! Not covered, because nothing tested here uses it: `O_DSYNC`, stdio streams, io_uring, hard links, folders made. A
//! shared writable mapping of a watched file would escape the shim, so it ends the process with a message.
//!
//! # Rooms
//! `hooks` are the C names; `medium` is what the disk holds; `file` and `folder` its two kinds of change; `failing` says
//! which syncs fail; `cut` undoes; `control` takes commands on the socket `POWERCUT_CTL`; `sys` is the kernel.

#![allow(unsafe_code, reason = "standing in for C functions and asking the kernel directly cannot be done without")]
#![allow(clippy::disallowed_methods, reason = "a preloaded library is configured by the environment alone")]
#![allow(clippy::print_stderr, reason = "the shim has no other way to say that it cannot do its work")]

mod control;
mod cut;
mod failing;
mod file;
mod folder;
mod hooks;
mod medium;
mod sys;
