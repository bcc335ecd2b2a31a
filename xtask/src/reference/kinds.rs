//! The page of kinds: what can become true.

use std::fmt::Write;

use payhook_domain::kind::Kind;

/// What refines Adyen's codes, and is not in the table.
const ADYEN: &str = "
`CANCEL_OR_REFUND` on true is what `modification.action` says, `payment.cancelled` or `refund.succeeded`, and `other` where it says neither:
then the payment alone knows which it became. `disputeStatus` says more than `CHARGEBACK`, `DISPUTE_DEFENSE_PERIOD_ENDED` and
`PREARBITRATION_WON` do, and moves them to `dispute.lost`, `dispute.won` or `dispute.evidence_due`.
";

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Kinds\n\n\
         The `type` of an event: what became true, in neutral words. Routes match them (`payment.*`), handlers branch on them. The list\n\
         grows; a word never changes its meaning. What has no neutral word is `other`, with the provider's own word in `code`.\n\n\
         | kind | means |\n|---|---|\n",
    );
    for kind in Kind::ALL {
        // Writing into a String does not fail.
        let _ = writeln!(page, "| `{}` | {} |", kind.as_str(), kind.meaning());
    }
    page.push_str("\n## From a provider's word to a kind\n");
    for provider in payhook_provider::all().filter(|provider| !provider.codes().is_empty()) {
        let _ = write!(
            page,
            "\n### {}\n\nWhere one code says more than one thing, the second kind is the other: mostly the failure.\n\n| code | kind | or |\n|---|---|---|\n",
            provider.name()
        );
        for row in provider.codes() {
            let failed =
                if row.kind_failed == row.kind { String::new() } else { format!("`{}`", row.kind_failed.as_str()) };
            let _ = writeln!(page, "| `{}` | `{}` | {failed} |", row.code, row.kind.as_str());
        }
        if provider.name() == "adyen" {
            page.push_str(ADYEN);
        }
    }
    page
}
