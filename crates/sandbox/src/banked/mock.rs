//! The mock banks, and what they make of an account.

/// A bank that exists here alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bank {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

/// Every bank a payer can choose.
pub(crate) const BANKS: [Bank; 4] = [
    Bank { id: "mock-bank", name: "Mock Bank" },
    Bank { id: "mock-building-society", name: "Mock Building Society" },
    Bank { id: "mock-direct", name: "Mock Direct" },
    Bank { id: "mock-mutual", name: "Mock Mutual" },
];

/// The bank with this id.
pub(crate) fn bank(id: &str) -> Option<Bank> {
    BANKS.into_iter().find(|bank| bank.id == id)
}

/// An account that pays: the one a payer is offered.
pub(crate) const GOOD_ACCOUNT: &str = "050511";

/// What a bank makes of a payment. The codes are those of ISO 20022 that Banked's mock bank answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Pays, within seconds.
    Approved,
    /// Pays, after as long as such a payment can take.
    Late,
    /// MD16: the payer says no.
    Declined,
    /// AC05: the account is closed.
    Closed,
    /// AM04: the account has too little.
    Insufficient,
}

impl Outcome {
    /// What this account leads to, whatever its owner wants.
    pub(crate) fn of_account(number: &str) -> Self {
        match number {
            "991111" => Self::Declined,
            "991101" => Self::Closed,
            "992120" => Self::Insufficient,
            _ => Self::Approved,
        }
    }

    /// What a button of the bank's page means.
    pub(crate) fn of_button(word: &str) -> Option<Self> {
        Some(match word {
            "approve" => Self::Approved,
            "late" => Self::Late,
            "decline" => Self::Declined,
            "insufficient" => Self::Insufficient,
            _ => return None,
        })
    }

    /// Why there is no payment; nothing when there is one.
    pub(crate) fn reason(self) -> Option<&'static str> {
        match self {
            Self::Approved | Self::Late => None,
            Self::Declined => Some("MD16"),
            Self::Closed => Some("AC05"),
            Self::Insufficient => Some("AM04"),
        }
    }
}
