//! Which routes' patterns fit an event, looked up rather than matched: with a thousand routes, matching every pattern
//! for every event would cost more than storing it.

use std::collections::HashMap;

use payhook_domain::kind::Kind;
use payhook_domain::route::Pattern;
use payhook_provider::CodeRow;

/// Positions of the routes whose patterns fit, for every code that is known and each kind it is known to become.
#[derive(Default)]
pub(crate) struct Fits {
    by_code: HashMap<&'static str, Vec<(Kind, Vec<usize>)>>,
}

impl Fits {
    /// Matches each known code against each route's patterns.
    pub(crate) fn new<'r>(
        codes: impl IntoIterator<Item = &'static CodeRow>,
        routes: impl Iterator<Item = &'r [Pattern]> + Clone,
    ) -> Self {
        let mut fits = Self::default();
        for row in codes {
            let known = fits.by_code.entry(row.code).or_default();
            for kind in [row.kind, row.kind_failed] {
                if known.iter().all(|(other, _)| *other != kind) {
                    known.push((kind, fitting(kind, row.code, routes.clone()).collect()));
                }
            }
        }
        fits
    }

    /// The routes that were matched before; nothing for a code or a kind of it that is not known.
    pub(super) fn known(&self, kind: Kind, code: &str) -> Option<&[usize]> {
        let kinds = self.by_code.get(code)?;
        kinds.iter().find(|(known, _)| *known == kind).map(|(_, routes)| routes.as_slice())
    }
}

/// Positions of the routes of which a pattern fits.
pub(super) fn fitting<'r>(
    kind: Kind,
    code: &str,
    routes: impl Iterator<Item = &'r [Pattern]>,
) -> impl Iterator<Item = usize> {
    let fits = move |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(kind, code));
    routes.enumerate().filter(move |(_, patterns)| fits(patterns)).map(|(position, _)| position)
}
