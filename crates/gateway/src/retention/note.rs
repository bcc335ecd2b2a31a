//! The note that a sweep is under way: what a start after a kill, or after a stop in the middle of one, tells.

use payhook_domain::fault::{self, Point};
use payhook_store::{Memo, Unavailable};

use crate::gateway::Gateway;

/// Under which name it is kept: when the sweep was begun.
const MEMO: &str = "retention/sweep";

/// A sweep begins.
pub(super) async fn begun(gateway: &Gateway) -> Result<(), Unavailable> {
    let now = gateway.clock.now().to_string();
    gateway.store.keep(Memo { name: MEMO.to_owned(), value: Some(now.into_bytes()) }).await?;
    fault::pass(Point::RetentionBegun);
    Ok(())
}

/// It is over.
pub(super) async fn over(gateway: &Gateway) -> Result<(), Unavailable> {
    gateway.store.keep(Memo { name: MEMO.to_owned(), value: None }).await
}

/// Tells of one that did not come to its end.
pub(super) async fn tell(gateway: &Gateway) {
    let kept = gateway.reader.kept(MEMO.to_owned()).await.unwrap_or_default();
    if let Some(begun) = kept.into_iter().find(|memo| memo.name == MEMO).and_then(|memo| memo.value) {
        let begun_at = String::from_utf8_lossy(&begun);
        tracing::info!(%begun_at, "a sweep of retention was under way when the gateway ended; the next begins anew");
    }
}
