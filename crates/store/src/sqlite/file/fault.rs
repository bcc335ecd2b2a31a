//! Faults: whose fault an engine's error is, and what an operator does about it.

use rusqlite::{Error, ErrorCode, ffi};

/// Whether the error is about one job's data. Everything else is about the disk, the file or the engine, and concerns
/// all jobs alike.
pub(in crate::sqlite) fn is_about_the_job(error: &Error) -> bool {
    match error {
        Error::SqliteFailure(failure, _) => matches!(
            failure.code,
            ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch
                | ErrorCode::TooBig
                | ErrorCode::ParameterOutOfRange
                | ErrorCode::OperationAborted
        ),
        _ => true,
    }
}

/// Whether, after this error, the page cache may show what the disk does not have. Not so when the engine was refused
/// before it wrote, or for want of room: then no sync has failed.
pub(in crate::sqlite) fn distrusts_log(error: &Error) -> bool {
    !matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::ReadOnly)
    )
}

/// A sync of ours that failed, as the engine tells of one of its own: for want of room too, since the kernel then gives
/// the pages up just the same.
pub(in crate::sqlite) fn sync_failed(error: &std::io::Error) -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), Some(format!("cannot sync the database: {error}")))
}

/// The log's index does not take what we write to it.
pub(in crate::sqlite) fn index_failed(error: &std::io::Error) -> Error {
    Error::SqliteFailure(
        ffi::Error::new(ffi::SQLITE_IOERR_SHMMAP),
        Some(format!("cannot write the index of the log: {error}")),
    )
}

/// The database was moved away or deleted below us.
pub(in crate::sqlite) fn moved_away() -> Error {
    let what =
        "its file was moved or deleted while the gateway runs: put it back, or stop the gateway and restore a backup";
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED), Some(what.to_owned()))
}

/// What to do about it, for the log.
pub(in crate::sqlite) fn remedy(error: &Error) -> &'static str {
    if error.sqlite_error().is_some_and(|failure| failure.extended_code == ffi::SQLITE_READONLY_DBMOVED) {
        return "put the file back, which is enough; or stop the gateway, restore the last backup, and start it";
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free space on the store's disk; writing resumes by itself",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "make the database and its folder writable for this user; writing resumes by itself"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program has the database open for writing; close it, writing resumes by itself"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "stop the gateway, keep a copy of the files, and restore the last backup"
        }
        Some(ErrorCode::SystemIoFailure) => {
            "look at the disk and the system's log; writing resumes when it works again"
        }
        _ => "look at the system's log; writing is tried again by itself",
    }
}
