//! What a condition holds against each other: a field and a literal that are never equal.
//!
//! `==` between a number and a text is no failure, which would count as true, but *false*, for every event: a slip of a quote, or a
//! currency in small letters, would lose what the route was made for. So it is refused when the configuration is read.

use cel::common::ast::operators::{EQUALS, IN, INDEX, NOT_EQUALS};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr};

use super::vocabulary;
use super::when::Wrong;

/// What a value is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Text,
    Number,
    Flag,
    /// A list, or a map of fields.
    Several,
}

impl Sort {
    const fn said(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Several => "made of several",
        }
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::Text => "write a text in quotes: event.code == 'AUTHORISATION'",
            Self::Number => "write a number without quotes: event.amount.value >= 1000",
            Self::Flag => "write the field alone, event.success, or !event.success",
            Self::Several => "compare a field of it: event.amount.value, event.checks.avs.code",
        }
    }
}

/// Refuses a comparison that no event can change.
pub(super) fn check(call: &CallExpr) -> Result<(), Wrong> {
    if let Some(prefix) = prefix_of_kinds(call) {
        return vocabulary::check_prefix_of_kinds(prefix);
    }
    compared(call).into_iter().try_for_each(|(field, literal)| compare(&field, literal))
}

/// The texts that fields of the event are compared with, each with its field.
pub(super) fn texts(call: &CallExpr) -> impl Iterator<Item = (String, String)> + use<> {
    let text = |(field, literal): (String, &Expr)| Some((field, text(literal)?.to_owned()));
    compared(call).into_iter().filter_map(text).collect::<Vec<_>>().into_iter()
}

/// Each field of the event that is held against something, with what.
fn compared(call: &CallExpr) -> Vec<(String, &Expr)> {
    let [left, right] = call.args.as_slice() else { return Vec::new() };
    let (left, right) = (&left.expr, &right.expr);
    match (call.func_name.as_str(), right) {
        (EQUALS | NOT_EQUALS, _) => {
            let sides = field(left).map(|field| (field, right)).or_else(|| field(right).map(|field| (field, left)));
            sides.into_iter().collect()
        }
        (IN, Expr::List(list)) => {
            let Some(field) = field(left) else { return Vec::new() };
            list.elements.iter().map(|element| (field.clone(), &element.expr)).collect()
        }
        _ => Vec::new(),
    }
}

fn compare(field: &str, literal: &Expr) -> Result<(), Wrong> {
    let (Some(is), Some(with)) = (sort_of_field(field), sort_of_literal(literal)) else { return Ok(()) };
    if is != with {
        let what = format!(
            "compares event.{field}, which is {}, with what is {}: they are never equal",
            is.said(),
            with.said()
        );
        return Err(Wrong::new(what, is.hint()));
    }
    text(literal).map_or(Ok(()), |text| vocabulary::check(field, text))
}

/// What `event.kind.startsWith('payment.')` asks for.
fn prefix_of_kinds(call: &CallExpr) -> Option<&str> {
    let (target, [prefix]) = (call.target.as_ref()?, call.args.as_slice()) else { return None };
    let is_kind = call.func_name == "startsWith" && matches!(field(&target.expr).as_deref(), Some("kind" | "type"));
    text(&prefix.expr).filter(|_| is_kind)
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// The path of a field of the event that is compared, without `event`.
fn field(expr: &Expr) -> Option<String> {
    let is_asked_for = matches!(expr, Expr::Select(SelectExpr { test: true, .. }));
    path(expr).filter(|_| !is_asked_for).map(|path| path.join("."))
}

/// The names behind `event`; `event['code']` is another way to write `event.code`.
pub(super) fn path(mut expr: &Expr) -> Option<Vec<&str>> {
    let mut path = Vec::new();
    loop {
        let (operand, name) = match expr {
            Expr::Ident(ident) if ident == "event" && !path.is_empty() => {
                path.reverse();
                return Some(path);
            }
            Expr::Select(SelectExpr { operand, field, .. }) => (&operand.expr, field.as_str()),
            Expr::Call(CallExpr { func_name, args, .. }) if func_name == INDEX => match args.as_slice() {
                [IdedExpr { expr, .. }, IdedExpr { expr: Expr::Literal(LiteralValue::String(key)), .. }] => {
                    (expr, key.inner())
                }
                _ => return None,
            },
            _ => return None,
        };
        path.push(name);
        expr = operand;
    }
}

/// What a field is; nothing of the provider's own.
fn sort_of_field(field: &str) -> Option<Sort> {
    Some(match field {
        "success" | "live" => Sort::Flag,
        "amount.value" | "amount.decimals" | "checks.avs.code" | "checks.cvc.code" => Sort::Number,
        "amount" | "checks" | "checks.avs" | "checks.cvc" => Sort::Several,
        _ if field == "original" || field.starts_with("original.") => return None,
        _ => Sort::Text,
    })
}

fn sort_of_literal(expr: &Expr) -> Option<Sort> {
    match expr {
        Expr::Literal(LiteralValue::String(_)) => Some(Sort::Text),
        Expr::Literal(LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_)) => Some(Sort::Number),
        Expr::Literal(LiteralValue::Boolean(_)) => Some(Sort::Flag),
        Expr::List(_) | Expr::Map(_) => Some(Sort::Several),
        _ => None,
    }
}
