//! Which configuration ran last, by its digest: a start says when it runs another one, as after a kill in a reload.

use payhook_store::Memo;

use super::outcome::shown;
use crate::gateway::Gateway;

/// Under which name it is kept.
const MEMO: &str = "config/runs";

/// Tells when the one that runs now is another than the one that ran last; then notes it.
pub(crate) async fn tell(gateway: &Gateway) {
    let now = gateway.plan.load().digest;
    let kept = gateway.reader.kept(MEMO.to_owned()).await.unwrap_or_default();
    let before = kept.into_iter().find(|memo| memo.name == MEMO).and_then(|memo| memo.value);
    let before = before.and_then(|value| <[u8; 8]>::try_from(value).ok());
    if before == Some(now) {
        return;
    }
    if let Some(before) = before {
        let (before, config) = (shown(before), shown(now));
        tracing::info!(before, config, "the configuration is another than the one that ran last");
    }
    note(gateway).await;
}

/// Notes the one that runs. What cannot be kept now is kept with the next change, or told once too often.
pub(super) async fn note(gateway: &Gateway) {
    let digest = gateway.plan.load().digest.to_vec();
    let kept = gateway.store.keep(Memo { name: MEMO.to_owned(), value: Some(digest) }).await;
    if let Err(error) = kept {
        tracing::debug!(%error, "which configuration runs is not noted");
    }
}
