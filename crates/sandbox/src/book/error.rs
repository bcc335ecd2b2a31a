//! What can go wrong with the book.

/// The book could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// SQLite's own words.
    #[error("the sandbox's file: {0}")]
    Engine(#[from] rusqlite::Error),
    /// It is another program's, and was left as it is.
    #[error("the sandbox's file is another program's database; it was left as it is")]
    Foreign,
    /// Something in it is not what this release writes.
    #[error("the sandbox's file holds something this release does not read ({0}); start with a new file")]
    Content(#[from] serde_json::Error),
}
