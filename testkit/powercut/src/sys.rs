//! The kernel's own doors: raw system calls, since the C library's names are the ones replaced here.

use std::ffi::{CStr, CString, c_char, c_int, c_long};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use libc::{iovec, mode_t, off_t, size_t, ssize_t};

/// Which file, whatever it is called now.
pub(crate) type Inode = (libc::dev_t, libc::ino_t);

#[allow(clippy::cast_possible_truncation, reason = "the kernel answers these calls with an int")]
const fn int(result: c_long) -> c_int {
    result as c_int
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the kernel answers these calls with a length of the machine's size"
)]
const fn moved(result: c_long) -> ssize_t {
    result as ssize_t
}

pub(crate) fn openat(at: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the arguments are the caller's own, passed on unchanged; the same holds for every call below.
    int(unsafe { libc::syscall(libc::SYS_openat, at, path, flags, mode) })
}

pub(crate) fn write(fd: c_int, from: *const u8, length: size_t) -> ssize_t {
    moved(unsafe { libc::syscall(libc::SYS_write, fd, from, length) })
}

pub(crate) fn pwrite(fd: c_int, from: *const u8, length: size_t, offset: off_t) -> ssize_t {
    moved(unsafe { libc::syscall(libc::SYS_pwrite64, fd, from, length, offset) })
}

pub(crate) fn writev(fd: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    moved(unsafe { libc::syscall(libc::SYS_writev, fd, parts, count) })
}

pub(crate) fn pwritev(fd: c_int, parts: *const iovec, count: c_int, offset: off_t) -> ssize_t {
    // The kernel takes the offset in two halves; on 64 bits the first holds it all.
    moved(unsafe { libc::syscall(libc::SYS_pwritev, fd, parts, count, offset, 0) })
}

pub(crate) fn ftruncate(fd: c_int, length: off_t) -> c_int {
    int(unsafe { libc::syscall(libc::SYS_ftruncate, fd, length) })
}

pub(crate) fn fallocate(fd: c_int, mode: c_int, offset: off_t, length: off_t) -> c_int {
    int(unsafe { libc::syscall(libc::SYS_fallocate, fd, mode, offset, length) })
}

pub(crate) fn fsync(fd: c_int) -> c_int {
    int(unsafe { libc::syscall(libc::SYS_fsync, fd) })
}

pub(crate) fn fdatasync(fd: c_int) -> c_int {
    int(unsafe { libc::syscall(libc::SYS_fdatasync, fd) })
}

pub(crate) fn unlinkat(at: c_int, path: *const c_char, flags: c_int) -> c_int {
    int(unsafe { libc::syscall(libc::SYS_unlinkat, at, path, flags) })
}

pub(crate) fn renameat2(
    from_at: c_int,
    from: *const c_char,
    to_at: c_int,
    to: *const c_char,
    flags: libc::c_uint,
) -> c_int {
    int(unsafe { libc::syscall(libc::SYS_renameat2, from_at, from, to_at, to, flags) })
}

pub(crate) fn mmap(
    at: *mut libc::c_void,
    length: size_t,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: off_t,
) -> *mut libc::c_void {
    unsafe { libc::syscall(libc::SYS_mmap, at, length, protection, flags, fd, offset) as *mut libc::c_void }
}

/// Ends this process now; nothing of it runs on.
pub(crate) fn die() -> ! {
    loop {
        // SAFETY: no memory is involved.
        unsafe { libc::syscall(libc::SYS_kill, libc::getpid(), libc::SIGKILL) };
    }
}

/// Fills `into` from `offset`, zeros where the file has ended.
pub(crate) fn read_block(fd: c_int, into: &mut [u8], offset: u64) {
    let mut filled = 0;
    while filled < into.len() {
        let rest = &mut into[filled..];
        // SAFETY: `rest` is writable for its length.
        let got = unsafe { libc::pread(fd, rest.as_mut_ptr().cast(), rest.len(), offset_of(offset + filled as u64)) };
        match usize::try_from(got) {
            Ok(got) if got > 0 => filled += got,
            _ => break,
        }
    }
    into[filled..].fill(0);
}

/// Writes all of `from` at `offset`; false when the disk does not take it.
pub(crate) fn write_block(fd: c_int, from: &[u8], offset: u64) -> bool {
    let mut written = 0;
    while written < from.len() {
        let rest = &from[written..];
        match usize::try_from(pwrite(fd, rest.as_ptr(), rest.len(), offset_of(offset + written as u64))) {
            Ok(more) if more > 0 => written += more,
            _ => return false,
        }
    }
    true
}

pub(crate) fn offset_of(position: u64) -> off_t {
    off_t::try_from(position).expect("file positions come from the kernel, which keeps them in 63 bits")
}

/// What the kernel says of an open file.
pub(crate) fn stat(fd: c_int) -> Option<libc::stat> {
    // SAFETY: a zeroed stat is a valid value and is filled before it is read.
    let mut stat = unsafe { std::mem::zeroed() };
    (unsafe { libc::fstat(fd, &raw mut stat) } == 0).then_some(stat)
}

/// What the kernel says of a name.
pub(crate) fn stat_at(at: c_int, path: *const c_char) -> Option<libc::stat> {
    // SAFETY: as above; `path` is the caller's C string.
    let mut stat = unsafe { std::mem::zeroed() };
    (unsafe { libc::fstatat(at, path, &raw mut stat, libc::AT_SYMLINK_NOFOLLOW) } == 0).then_some(stat)
}

pub(crate) const fn is_regular(stat: &libc::stat) -> bool {
    stat.st_mode & libc::S_IFMT == libc::S_IFREG
}

pub(crate) const fn is_folder(stat: &libc::stat) -> bool {
    stat.st_mode & libc::S_IFMT == libc::S_IFDIR
}

pub(crate) const fn inode(stat: &libc::stat) -> Inode {
    (stat.st_dev, stat.st_ino)
}

/// A file's size in bytes.
pub(crate) fn size(stat: &libc::stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

/// Where an open file lies now.
pub(crate) fn path_of(fd: c_int) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{fd}")).ok()
}

/// The absolute path a pair of folder and name means. Only the folder part is resolved.
pub(crate) fn path_at(at: c_int, path: *const c_char) -> Option<PathBuf> {
    // SAFETY: the caller of the hooked function promises a C string.
    let bytes = unsafe { CStr::from_ptr(path) }.to_bytes().to_vec();
    let path = PathBuf::from(std::ffi::OsString::from_vec(bytes));
    let path = if path.is_absolute() {
        path
    } else if at == libc::AT_FDCWD {
        std::env::current_dir().ok()?.join(path)
    } else {
        path_of(at)?.join(path)
    };
    Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
}

pub(crate) fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("a path from the kernel holds no zero byte")
}

pub(crate) fn errno() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

pub(crate) fn set_errno(value: c_int) {
    // SAFETY: the C library gives each thread a valid place for it.
    unsafe { *libc::__errno_location() = value };
}
