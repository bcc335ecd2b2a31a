//! The few lines of a payment that go into every payload.

use std::fmt::Write;

use super::belief::{Payment, Totals};
use crate::id::PaymentId;

impl Payment {
    /// The object `payment` of payloads: id, version, status, main currency (`null` when none is known) and the totals
    /// in it, in minor units. When other currencies occur, `totals` lists all of them; when something does not add up,
    /// `flags` names it.
    #[must_use]
    pub fn snapshot(&self, id: PaymentId, version: u64) -> String {
        let mut json = String::with_capacity(192);
        let written = self.write_snapshot(&mut json, id, version);
        written.expect("a string takes whatever is written to it");
        json
    }

    /// Words and currencies are letters and underscores, so nothing needs escaping.
    fn write_snapshot(&self, json: &mut String, id: PaymentId, version: u64) -> std::fmt::Result {
        write!(json, r#"{{"id":"{id}","version":{version},"status":"{}","currency":"#, self.status.as_str())?;
        match &self.currency {
            Some(currency) => write!(json, r#""{}","#, currency.as_str())?,
            None => json.push_str("null,"),
        }
        write_totals(json, self.main())?;
        if self.totals.keys().any(|currency| Some(*currency) != self.currency) {
            json.push_str(r#","totals":["#);
            for (place, (currency, totals)) in self.totals.iter().enumerate() {
                json.push_str(if place == 0 { "{" } else { ",{" });
                write!(json, r#""currency":"{}","#, currency.as_str())?;
                write_totals(json, *totals)?;
                json.push('}');
            }
            json.push(']');
        }
        if !self.flags.is_empty() {
            json.push_str(r#","flags":["#);
            for (place, flagged) in self.flags.iter().enumerate() {
                json.push_str(if place == 0 { "\"" } else { ",\"" });
                json.push_str(flagged.flag.as_str());
                json.push('"');
            }
            json.push(']');
        }
        json.push('}');
        Ok(())
    }
}

fn write_totals(json: &mut String, totals: Totals) -> std::fmt::Result {
    let Totals { authorised, captured, refunded, disputed } = totals;
    write!(json, r#""authorised":{authorised},"captured":{captured},"refunded":{refunded},"disputed":{disputed}"#)
}
