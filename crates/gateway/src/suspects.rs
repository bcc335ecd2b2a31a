//! The keys that may have signed what came to a source, for the signature doctor.

use payhook_provider::doctor::{Belongs, Suspect};

use crate::config::Source;

/// Those of `source`, then those of the other sources of its provider.
pub fn suspects<'s>(source: &Source, all: impl Iterator<Item = &'s Source>) -> Vec<Suspect> {
    let own = source.keys.iter().map(|key| Suspect { key: key.clone(), of: Belongs::Source });
    let others = all.filter(|other| other.name != source.name && other.provider.name() == source.provider.name());
    let of_others = others.flat_map(|other| {
        let of = Belongs::Other { source: other.name.clone(), environment: other.environment };
        other.keys.iter().map(move |key| Suspect { key: key.clone(), of: of.clone() })
    });
    own.chain(of_others).collect()
}
