//! Keys that the source's provider publishes, for a request that its own do not settle.

use payhook_gateway::published_keys;
use payhook_provider::doctor::{Belongs, Suspect};
use payhook_provider::{Key, Policy, Provider, RawRequest};

use crate::output;
use crate::settings::now;

/// The keys of the set that the source looks into, where the request is signed with one that it has not.
pub(super) async fn published(
    provider: &dyn Provider,
    request: &RawRequest<'_>,
    own: &[Suspect],
    policy: &Policy,
) -> Vec<Suspect> {
    let own: Vec<Key> =
        own.iter().filter(|suspect| suspect.of == Belongs::Source).map(|suspect| suspect.key.clone()).collect();
    let is_needed = provider.verify(request, &own, policy, now()).needed_key().is_some();
    let Some(url) = policy.key_set.as_deref().filter(|_| is_needed) else { return Vec::new() };
    let keys = published_keys(url).await.unwrap_or_else(|why| {
        output::note(&format!("the key set {url} cannot be read: {why}"));
        Vec::new()
    });
    keys.into_iter().map(|key| Suspect { key, of: Belongs::KeySet }).collect()
}
