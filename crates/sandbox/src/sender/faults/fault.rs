//! Which faults there are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Something that goes wrong with notifications on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// What was accepted is sent once more.
    Duplicate,
    /// Notifications overtake each other, over connections of their own.
    Reorder,
    /// Everything comes late, in its order.
    Delay,
    /// A stranger sends copies with another amount, signed with a key that nobody knows.
    Forge,
    /// Each is cut off the first time, and comes whole the second.
    Truncate,
    /// Copies belong to somebody else's account: at Adyen they name it, properly signed; at Banked its key signs.
    WrongAccount,
    /// The key that was replaced still signs.
    OldKey,
    /// Many notifications of others come at the same moment.
    Burst,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Duplicate,
        Self::Reorder,
        Self::Delay,
        Self::Forge,
        Self::Truncate,
        Self::WrongAccount,
        Self::OldKey,
        Self::Burst,
    ];

    /// What it is asked for by: `wrong-account`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Delay => "delay",
            Self::Forge => "forge",
            Self::Truncate => "truncate",
            Self::WrongAccount => "wrong-account",
            Self::OldKey => "old-key",
            Self::Burst => "burst",
        }
    }

    /// What it does, in one line.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Duplicate => "what was accepted is sent once more",
            Self::Reorder => "notifications overtake each other, over connections of their own",
            Self::Delay => "everything comes late, in its order",
            Self::Forge => "a stranger sends copies with another amount, signed with a key that nobody knows",
            Self::Truncate => "each is cut off the first time, and comes whole the second",
            Self::WrongAccount => {
                "copies belong to another account: named and properly signed; at Banked, its key signs"
            }
            Self::OldKey => "the key that was replaced still signs",
            Self::Burst => "many notifications of others come at the same moment",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no fault has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no fault {0:?}; there are duplicate, reorder, delay, forge, truncate, wrong-account, old-key and burst"
)]
pub struct NoSuchFault(String);

impl FromStr for Fault {
    type Err = NoSuchFault;

    fn from_str(name: &str) -> Result<Self, NoSuchFault> {
        Self::ALL.into_iter().find(|fault| fault.name() == name).ok_or_else(|| NoSuchFault(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_by_its_name_and_kept_under_it() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(fault));
            assert_eq!(serde_json::to_value(fault).ok(), Some(fault.name().into()));
        }
        let mistake = "bad-luck".parse::<Fault>().expect_err("no fault");
        assert!(Fault::ALL.iter().all(|fault| mistake.to_string().contains(fault.name())), "{mistake}");
    }
}
