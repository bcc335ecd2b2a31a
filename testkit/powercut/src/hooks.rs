//! The C names this library stands in for. Each passes on at once what is not under watch.
//!
//! `close` and `dup` are not among them: a file is known by its inode, asked anew each time, never by its descriptor.

use std::ffi::{c_char, c_int, c_uint, c_void};

use libc::{iovec, mode_t, off_t, size_t, ssize_t};

use crate::file::Change;
use crate::medium::{Name, watch};
use crate::sys;

/// Declares the functions under the names the C library has for them.
macro_rules! hooks {
    ($($names:tt $arguments:tt -> $result:ty = $body:expr;)*) => {
        $(hooks!(@each $names $arguments $result, $body);)*
    };
    (@each [$($name:ident)+] $arguments:tt $result:ty, $body:expr) => {
        $(hooks!(@one $name $arguments $result, $body);)+
    };
    (@one $name:ident ($($argument:ident: $type:ty),*) $result:ty, $body:expr) => {
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $type),*) -> $result { $body }
    };
}

// `open` is variadic in C; the calling conventions of x86-64 and AArch64 pass the mode as if it were not, and a mode
// that was not given is ignored by the kernel as it is here.
hooks! {
    [open open64] (path: *const c_char, flags: c_int, mode: mode_t) -> c_int = opened(libc::AT_FDCWD, path, flags, mode);
    [openat openat64] (at: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int = opened(at, path, flags, mode);
    [creat creat64] (path: *const c_char, mode: mode_t) -> c_int =
        opened(libc::AT_FDCWD, path, libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC, mode);

    [write] (fd: c_int, from: *const u8, length: size_t) -> ssize_t =
        change(fd, || bytes(cursor(fd), length), || sys::write(fd, from, length));
    [pwrite pwrite64] (fd: c_int, from: *const u8, length: size_t, offset: off_t) -> ssize_t =
        change(fd, || bytes(position(offset), length), || sys::pwrite(fd, from, length, offset));
    [writev] (fd: c_int, parts: *const iovec, count: c_int) -> ssize_t =
        change(fd, || bytes(cursor(fd), total(parts, count)), || sys::writev(fd, parts, count));
    [pwritev pwritev64] (fd: c_int, parts: *const iovec, count: c_int, offset: off_t) -> ssize_t =
        change(fd, || bytes(position(offset), total(parts, count)), || sys::pwritev(fd, parts, count, offset));

    [ftruncate ftruncate64] (fd: c_int, length: off_t) -> c_int =
        change(fd, || Change::Length(position(length)), || sys::ftruncate(fd, length));
    [fallocate fallocate64] (fd: c_int, mode: c_int, offset: off_t, length: off_t) -> c_int =
        change(fd, || allocated(offset, length), || sys::fallocate(fd, mode, offset, length));
    [posix_fallocate posix_fallocate64] (fd: c_int, offset: off_t, length: off_t) -> c_int =
        change(fd, || allocated(offset, length), || if sys::fallocate(fd, 0, offset, length) == 0 { 0 } else { sys::errno() });

    [fsync] (fd: c_int) -> c_int = sync(fd, || sys::fsync(fd));
    [fdatasync] (fd: c_int) -> c_int = sync(fd, || sys::fdatasync(fd));

    [unlink] (path: *const c_char) -> c_int = removed(libc::AT_FDCWD, path, 0);
    [unlinkat] (at: c_int, path: *const c_char, flags: c_int) -> c_int = removed(at, path, flags);
    [rename] (from: *const c_char, to: *const c_char) -> c_int =
        renamed(Name(libc::AT_FDCWD, from), Name(libc::AT_FDCWD, to), 0);
    [renameat] (from_at: c_int, from: *const c_char, to_at: c_int, to: *const c_char) -> c_int =
        renamed(Name(from_at, from), Name(to_at, to), 0);
    [renameat2] (from_at: c_int, from: *const c_char, to_at: c_int, to: *const c_char, flags: c_uint) -> c_int =
        renamed(Name(from_at, from), Name(to_at, to), flags);

    [mmap mmap64] (at: *mut c_void, length: size_t, protection: c_int, flags: c_int, fd: c_int, offset: off_t) -> *mut c_void =
        mapped(at, length, protection, flags, fd, offset);

    // Copies inside the kernel would pass by: the caller falls back to reading and writing.
    [copy_file_range] (_from: c_int, _from_at: *mut off_t, _to: c_int, _to_at: *mut off_t, _length: size_t, _flags: c_uint) -> ssize_t = {
        sys::set_errno(libc::ENOSYS);
        -1
    };
}

fn opened(at: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    let Some(watch) = watch() else { return sys::openat(at, path, flags, mode) };
    let existed = sys::stat_at(at, path).is_some();
    // What truncation would take may be all the disk has: open it whole, then truncate under watch.
    let whole = if existed { flags & !libc::O_TRUNC } else { flags };
    let fd = sys::openat(at, path, whole, mode);
    if fd >= 0 && flags & libc::O_PATH == 0 {
        watch.opened(fd, !existed && flags & libc::O_CREAT != 0);
        if whole != flags {
            change(fd, || Change::Length(0), || sys::ftruncate(fd, 0));
        }
    }
    fd
}

fn change<R>(fd: c_int, change: impl FnOnce() -> Change, act: impl FnOnce() -> R) -> R {
    match watch() {
        Some(watch) => watch.change(fd, change, act),
        None => act(),
    }
}

fn sync(fd: c_int, act: impl FnOnce() -> c_int) -> c_int {
    match watch() {
        Some(watch) => watch.sync(fd, act),
        None => act(),
    }
}

fn removed(at: c_int, path: *const c_char, flags: c_int) -> c_int {
    match watch() {
        Some(watch) if flags & libc::AT_REMOVEDIR == 0 => watch.unlink(at, path, || sys::unlinkat(at, path, flags)),
        _ => sys::unlinkat(at, path, flags),
    }
}

fn renamed(from: Name, to: Name, flags: c_uint) -> c_int {
    let act = || sys::renameat2(from.0, from.1, to.0, to.1, flags);
    match watch() {
        Some(watch) => watch.rename(from, to, act),
        None => act(),
    }
}

fn mapped(at: *mut c_void, length: size_t, protection: c_int, flags: c_int, fd: c_int, offset: off_t) -> *mut c_void {
    let writes_to_file = fd >= 0 && flags & libc::MAP_SHARED != 0 && protection & libc::PROT_WRITE != 0;
    if writes_to_file && watch().is_some_and(|watch| watch.watches(fd)) {
        eprintln!("powercut: a shared writable mapping of a watched file cannot be undone");
        std::process::abort();
    }
    sys::mmap(at, length, protection, flags, fd, offset)
}

const fn bytes(offset: u64, length: size_t) -> Change {
    Change::Bytes { offset, length: length as u64 }
}

fn allocated(offset: off_t, length: off_t) -> Change {
    Change::Bytes { offset: position(offset), length: position(length) }
}

/// Where a plain write goes.
fn cursor(fd: c_int) -> u64 {
    // SAFETY: no memory is involved.
    let appends = unsafe { libc::fcntl(fd, libc::F_GETFL) } & libc::O_APPEND != 0;
    let whence = if appends { None } else { Some(libc::SEEK_CUR) };
    match whence {
        // SAFETY: asking for the cursor moves nothing.
        Some(whence) => position(unsafe { libc::lseek(fd, 0, whence) }),
        None => sys::stat(fd).map_or(0, |stat| sys::size(&stat)),
    }
}

fn position(offset: off_t) -> u64 {
    u64::try_from(offset).unwrap_or(0)
}

fn total(parts: *const iovec, count: c_int) -> size_t {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: the caller promises `count` parts, as to the function this stands in for.
    unsafe { std::slice::from_raw_parts(parts, count) }.iter().map(|part| part.iov_len).sum()
}
