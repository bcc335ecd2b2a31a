//! The provider that a command names: one of this release, or a scheme that a source of the configuration uses.

use payhook_provider::Provider;

use crate::complaint::Complaint;
use crate::settings::ConfigArgs;

/// The provider with this name. The configuration is read only when this release has none of that name; where it cannot
/// be, its mistakes are for `payhook check` to tell.
pub(crate) fn named(name: &str, config: &ConfigArgs) -> anyhow::Result<&'static dyn Provider> {
    if let Some(provider) = payhook_provider::by_name(name) {
        return Ok(provider);
    }
    let config = config.load_quietly().map(|loaded| loaded.config);
    let mut declared = config.iter().flat_map(|config| &config.sources).map(|source| source.provider);
    Ok(declared.find(|provider| provider.name() == name).ok_or_else(|| unknown(name, config.is_ok()))?)
}

fn unknown(name: &str, has_config: bool) -> Complaint {
    let names: Vec<_> = payhook_provider::all().map(|provider| provider.name()).collect();
    let own = if has_config {
        "no source of the configuration uses a scheme of that name"
    } else {
        "a scheme of your own is found where `payhook check` finds no mistake"
    };
    Complaint::usage(format!("no provider is called `{name}`"), format!("known: {}; {own}", names.join(", ")))
}
