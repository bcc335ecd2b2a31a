//! Bounds on a condition that was read: what it may name, and how much work it can make.
//!
//! The interpreter cannot be interrupted. What passes here visits each list at most once and reads at most what a
//! notification may hold, so that its cost is known before the first event comes.

use std::collections::HashMap;

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, LiteralValue};
use regex::{Regex, RegexBuilder};

use super::when::Wrong;
use super::{alike, subject};
use crate::config::words::nearest::suggestion;

/// Deepest tree: evaluating it recurses, on stacks of 2 MiB.
const DEPTH_MAX: usize = 48;
/// Most elements of a list or entries of a map.
pub(super) const LIST_MAX: usize = 1_000;
/// Longest regular expression, in bytes.
const PATTERN_BYTES_MAX: usize = 256;
/// Largest regular expression once compiled, in bytes; counted repetitions grow it.
const PATTERN_COMPILED_BYTES_MAX: usize = 1 << 20;
/// Named by conditions beside `event`: what values are of.
const TYPES: [&str; 10] = ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];
/// What may be called. Operators begin with a sign and macros are gone by now.
const FUNCTIONS: [&str; 13] = [
    "bool",
    "bytes",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "int",
    "matches",
    "size",
    "startsWith",
    "string",
    "type",
    "uint",
];
/// Expanded while reading; known here for suggestions, and for calls with a wrong number of arguments.
const MACROS: [&str; 6] = ["has", "all", "exists", "exists_one", "map", "filter"];

/// What was found in a condition within its bounds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Its regular expressions, by their text.
    pub(super) patterns: HashMap<String, Regex>,
    /// Whether it can look at the provider's own object.
    pub(super) names_original: bool,
    /// What fields of the event are compared with, as far as it is a text: fields and texts.
    pub(super) texts: Vec<(String, String)>,
}

/// Walks the whole condition.
pub(super) fn check(root: &IdedExpr) -> Result<Found, Wrong> {
    let mut walk = Walk { found: Found::default(), scope: Vec::new(), depth: 0, in_macro: false };
    walk.visit(root)?;
    Ok(walk.found)
}

struct Walk<'e> {
    found: Found,
    /// Names a macro gave to what it visits.
    scope: Vec<&'e str>,
    depth: usize,
    in_macro: bool,
}

impl<'e> Walk<'e> {
    fn visit(&mut self, node: &'e IdedExpr) -> Result<(), Wrong> {
        if self.depth == DEPTH_MAX {
            let hint = "make several routes of it, or write a chain of || as `x in [...]`";
            return Err(Wrong::new("is nested too deep", hint));
        }
        self.depth += 1;
        self.visit_inner(&node.expr)?;
        self.depth -= 1;
        Ok(())
    }

    fn visit_inner(&mut self, expr: &'e Expr) -> Result<(), Wrong> {
        if let Some(path) = alike::path(expr).filter(|_| !self.scope.contains(&"event")) {
            return self.path(&path);
        }
        match expr {
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.named(name),
            Expr::Select(select) => self.visit(&select.operand),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => {
                bounded(list.elements.len())?;
                list.elements.iter().try_for_each(|element| self.visit(element))
            }
            Expr::Map(map) => {
                bounded(map.entries.len())?;
                map.entries.iter().try_for_each(|entry| self.entry(entry))
            }
            Expr::Struct(_) => Err(Wrong::new("makes a message, of which there are none", "compare single fields")),
            Expr::Unspecified => Err(Wrong::new("has an empty part", HINT)),
        }
    }

    fn named(&mut self, name: &'e str) -> Result<(), Wrong> {
        let known = name.starts_with('@') || TYPES.contains(&name) || self.scope.contains(&name);
        if name == "event" {
            self.found.names_original = true;
            return Ok(());
        }
        if known {
            return Ok(());
        }
        let hint = match name {
            "payment" | "payments" => subject::NO_PAYMENT.to_owned(),
            _ if subject::FIELDS.contains(&name) => format!("write event.{name}"),
            _ => "only `event` is known: event.kind, event.amount.value".to_owned(),
        };
        Err(Wrong::new(format!("names `{name}`, which is nothing"), hint))
    }

    /// A field of the event, checked by name; whatever is under `event.original` is the provider's.
    fn path(&mut self, path: &[&str]) -> Result<(), Wrong> {
        if path.len() > DEPTH_MAX {
            return Err(Wrong::new("is nested too deep", "name a field less deep"));
        }
        self.found.names_original |= path[0] == "original";
        subject::check_path(path)
    }

    fn call(&mut self, call: &'e CallExpr) -> Result<(), Wrong> {
        let name = call.func_name.as_str();
        if name.starts_with(|first: char| first.is_ascii_alphabetic()) && !FUNCTIONS.contains(&name) {
            if MACROS.contains(&name) {
                return Err(Wrong::new(format!("calls `{name}` in a way it cannot be called"), HINT));
            }
            let hint = suggestion(name, FUNCTIONS.into_iter().chain(MACROS));
            return Err(Wrong::new(format!("calls `{name}`, which is nothing"), hint));
        }
        if name == "matches" {
            self.pattern(call)?;
        }
        call.target.iter().try_for_each(|target| self.visit(target))?;
        call.args.iter().try_for_each(|argument| self.visit(argument))?;
        if self.scope.contains(&"event") {
            return Ok(());
        }
        self.found.texts.extend(alike::texts(call));
        alike::check(call)
    }

    fn pattern(&mut self, call: &CallExpr) -> Result<(), Wrong> {
        let Some(Expr::Literal(LiteralValue::String(pattern))) = call.args.last().map(|last| &last.expr) else {
            let hint = "write the pattern itself: event.reference.matches('^sub-[0-9]+$')";
            return Err(Wrong::new("gives `matches` a pattern that is not constant", hint));
        };
        let pattern = pattern.inner();
        if pattern.len() > PATTERN_BYTES_MAX {
            let what = format!("has a regular expression over {PATTERN_BYTES_MAX} bytes");
            return Err(Wrong::new(what, "write a shorter one, or use startsWith, contains or in"));
        }
        let built = RegexBuilder::new(pattern).size_limit(PATTERN_COMPILED_BYTES_MAX).build();
        let regex = built.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                Wrong::new("has a regular expression that grows too large", "count fewer repetitions: {1,20}")
            }
            _ => Wrong::new(
                "has a regular expression that cannot be read",
                "RE2 syntax: ^order-[0-9]+$, without look-around",
            ),
        })?;
        self.found.patterns.insert(pattern.to_owned(), regex);
        Ok(())
    }

    fn comprehension(&mut self, each: &'e ComprehensionExpr) -> Result<(), Wrong> {
        if self.in_macro {
            let hint = "all, exists, exists_one, map and filter cannot stand in each other; make several routes of it";
            return Err(Wrong::new("visits a list within a visit of a list", hint));
        }
        self.visit(&each.iter_range)?;
        self.visit(&each.accu_init)?;
        let scope = self.scope.len();
        self.scope.extend([each.iter_var.as_str(), each.accu_var.as_str()]);
        self.scope.extend(each.iter_var2.as_deref());
        self.in_macro = true;
        self.visit(&each.loop_cond)?;
        self.visit(&each.loop_step)?;
        self.visit(&each.result)?;
        self.in_macro = false;
        self.scope.truncate(scope);
        Ok(())
    }

    fn entry(&mut self, entry: &'e IdedEntryExpr) -> Result<(), Wrong> {
        match &entry.expr {
            EntryExpr::StructField(field) => self.visit(&field.value),
            EntryExpr::MapEntry(entry) => {
                self.visit(&entry.key)?;
                self.visit(&entry.value)
            }
        }
    }
}

const HINT: &str = "such as event.amount.value >= 1000 && event.amount.currency in ['EUR', 'GBP']";

fn bounded(len: usize) -> Result<(), Wrong> {
    if len > LIST_MAX {
        return Err(Wrong::new(format!("has a list of more than {LIST_MAX}"), "make several routes of it"));
    }
    Ok(())
}
