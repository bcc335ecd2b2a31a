//! The page of error codes.

use std::fmt::Write;

use payhook_domain::error::Code;
use payhook_domain::verdict::Unverified;

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Error codes\n\n\
         Every refusal, on the public listener and of the API, is `{\"error\":{\"code\":\"…\",\"message\":\"…\"}}`. Codes are never renamed;\n\
         messages may change. A provider's own refusal, or a source's `responses`, may answer a bad signature with another status.\n\n\
         | code | status | means |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        // Writing into a String does not fail.
        let _ = writeln!(page, "| `{}` | {} | {} |", code.as_str(), code.status(), code.meaning());
    }
    page.push_str(
        "\n## Reasons in the quarantine\n\n\
         What the sender hears is coarser than what the operator sees in `payhook quarantine list`:\n\n",
    );
    for reason in Unverified::ALL {
        let _ = writeln!(page, "- `{}`", reason.as_str());
    }
    page
}
