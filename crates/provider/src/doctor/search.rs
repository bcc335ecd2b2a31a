//! Tries what may have been signed, what the signature may have meant and the keys that may have made it against each
//! other, the fewest mistakes first.

use payhook_domain::identity::Environment;

use super::{Belongs, Case, Cause, Finding, Suspect};

/// Most bytes that are digested for one diagnosis, keys and mistakes taken together: about a tenth of a second.
const DIGESTED_BYTES_MAX: usize = 64 << 20;

/// One way to read something, and the mistakes that reading supposes.
#[derive(Clone, Debug)]
pub(crate) struct Reading<T> {
    pub(crate) read: T,
    pub(crate) mistakes: Vec<Finding>,
}

impl<T> Reading<T> {
    /// As it should be read.
    pub(crate) fn right(read: T) -> Self {
        Self { read, mistakes: Vec::new() }
    }

    /// As it should not be.
    pub(crate) fn wrong(read: T, mistake: Finding) -> Self {
        Self { read, mistakes: vec![mistake] }
    }
}

/// The mistakes under which a key makes a signature over a message, the fewest there are; nothing when none do. Readings
/// come with rising numbers of mistakes.
pub(crate) fn search(
    case: &Case<'_>,
    messages: impl Iterator<Item = Reading<Vec<u8>>>,
    tags: &[Reading<Vec<u8>>],
) -> Option<Vec<Finding>> {
    let mut best: Option<Vec<Finding>> = None;
    let mut digested = 0;
    for message in messages {
        let enough = best.as_ref().is_some_and(|best| best.len() <= message.mistakes.len());
        digested += (message.read.len() + 128) * tags.len() * case.suspects.len();
        if enough || digested > DIGESTED_BYTES_MAX {
            break;
        }
        for (tag, suspect) in tags.iter().flat_map(|tag| case.suspects.iter().map(move |suspect| (tag, suspect))) {
            let of_key = about(suspect, case.environment);
            let count = message.mistakes.len() + tag.mistakes.len() + usize::from(of_key.is_some());
            let is_better = best.as_ref().is_none_or(|best| count < best.len());
            if is_better && suspect.key.makes(&message.read, &tag.read) {
                best = Some([of_key.as_slice(), &tag.mistakes, &message.mistakes].concat());
            }
        }
    }
    best
}

/// What it means that this key makes the signature; nothing when that is as it should be.
fn about(suspect: &Suspect, environment: Option<Environment>) -> Option<Finding> {
    let name = &suspect.key.name;
    Some(match &suspect.of {
        Belongs::Source if suspect.key.retired => Finding::new(
            Cause::KeyRetired,
            format!("the key {name} makes this signature, but is retired"),
            "the provider still signs with it, or an old notification came again: take `retired` away until nothing comes with it",
        ),
        Belongs::Source | Belongs::KeySet => return None,
        Belongs::Other { source, environment: other } => {
            let crossed = other.zip(environment).filter(|(other, ours)| other != ours);
            let cause = if crossed.is_some() { Cause::OtherEnvironment } else { Cause::KeyOfOtherSource };
            let words = crossed
                .map(|(other, ours)| format!(": a {} notification came to a {} source", other.as_str(), ours.as_str()));
            Finding::new(
                cause,
                format!("the key {name} of the source {source} makes this signature{}", words.unwrap_or_default()),
                "point the provider's webhook at that source's path, or add its key to this source",
            )
        }
        Belongs::Misread(how) => Finding::new(
            Cause::KeyMisread,
            format!("the signature was made with {how} ({name})"),
            "whoever signed reads the key in another way than is declared: look at the code that signs or, in a scheme of your own, at `secret`",
        ),
    })
}
