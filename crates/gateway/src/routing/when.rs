//! One condition of a route, `when`: bounded and compiled when the configuration is read, evaluated for each event.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;

use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::extractors::This;
use cel::{Context, Env, ExecutionError, ParseErrors, Program, Value};

use super::bounds::{self, Found};
use super::scan;
use super::subject::{self, Subject};

/// A condition in the Common Expression Language. Cheap to clone.
#[derive(Clone)]
pub struct When(Arc<Compiled>);

struct Compiled {
    text: String,
    program: Program,
    found: Arc<Found>,
}

/// What is wrong with a condition: words that follow its name, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) what: String,
    pub(crate) hint: String,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

/// What a condition says of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It could not be said, and why: without a value of the event. Counts as holding.
    Failed(String),
}

/// Stack of the thread that reads a condition: the parser recurses more deeply than what it makes.
const PARSER_STACK_BYTES: usize = 64 << 20;
/// Bytes of text that the regular expressions of one evaluation may look at: about 10 ms of work.
const MATCHED_BYTES_MAX: usize = 1 << 20;
/// The standard library, without optional values.
static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(false)));

impl When {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong with it: the first thing found.
    pub(crate) fn compile(text: &str) -> Result<Self, Wrong> {
        scan::check(text)?;
        let text = text.to_owned();
        let read = move || {
            let program = ENV.compile(&text).map_err(|errors| unreadable(&text, &errors))?;
            let found = bounds::check(program.expression())?;
            Ok(Self(Arc::new(Compiled { text, program, found: Arc::new(found) })))
        };
        let reader = thread::Builder::new().name("condition".to_owned()).stack_size(PARSER_STACK_BYTES).spawn(read);
        let read = reader.map_err(|error| Wrong::new(format!("cannot be read now: {error}"), "try again"))?.join();
        read.unwrap_or_else(|_| {
            Err(Wrong::new("cannot be read: the parser gave up on it", "write it in simpler words"))
        })
    }

    /// As it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The texts that it compares this field of the event with.
    pub(crate) fn texts<'w>(&'w self, field: &'w str) -> impl Iterator<Item = &'w str> {
        self.0.found.texts.iter().filter(move |(of, _)| of == field).map(|(_, text)| text.as_str())
    }

    /// Whether it holds for an event.
    pub(super) fn holds(&self, subject: &Subject<'_>) -> Held {
        let event = match subject.value(self.0.found.names_original) {
            Ok(event) => event,
            Err(why) => return Held::Failed(why.to_owned()),
        };
        match self.said_of(event) {
            Some(Ok(Value::Bool(true))) => Held::Yes,
            Some(Ok(Value::Bool(false))) => Held::No,
            Some(Ok(other)) => Held::Failed(no_answer(&other)),
            Some(Err(error)) => Held::Failed(why(&error, &self.0.text)),
            None => Held::Failed("the interpreter gave up on it".to_owned()),
        }
    }

    /// Why it could be said of no event whatever, as far as one that has every field tells: it compares what cannot be
    /// compared, or says neither true nor false. Of the provider's own object nothing is known.
    pub(crate) fn doubt(&self) -> Option<String> {
        if self.0.found.names_original {
            return None;
        }
        match self.said_of(subject::sample().as_ref()) {
            Some(Ok(Value::Bool(_))) | None => None,
            Some(Ok(other)) => Some(no_answer(&other)),
            Some(Err(error @ ExecutionError::NoSuchOverload(_))) => Some(why(&error, &self.0.text)),
            // Of another text than the sample's a number may well be made.
            Some(Err(_)) => None,
        }
    }

    /// What it comes to; nothing when the interpreter panicked, as it has on odd expressions before: an event must not be
    /// lost by it.
    pub(super) fn said_of(&self, event: &dyn Val) -> Option<Result<Value, ExecutionError>> {
        let Compiled { program, found, .. } = &*self.0;
        let said = catch_unwind(AssertUnwindSafe(|| {
            let resolver = Event(event);
            let mut context = Context::with_env(Arc::clone(&ENV));
            context.set_variable_resolver(&resolver);
            if !found.patterns.is_empty() {
                add_matches(&mut context, Arc::clone(found));
            }
            program.execute(&context)
        }));
        said.ok()
    }
}

fn no_answer(said: &Value) -> String {
    format!("it says neither true nor false, but a {}", said.type_of())
}

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("When").field(&self.0.text).finish()
    }
}

/// The one variable there is.
struct Event<'e>(&'e dyn Val);

impl VariableResolver for Event<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        (variable == "event").then_some(CowVal::Borrowed(self.0))
    }
}

/// `matches`, with the patterns that were compiled when the condition was read.
fn add_matches(context: &mut Context<'_, '_>, found: Arc<Found>) {
    let looked_at = AtomicUsize::new(0);
    let matches = move |This(text): This<Arc<String>>, pattern: Arc<String>| -> Result<bool, ExecutionError> {
        let before = looked_at.fetch_add(text.len(), Ordering::Relaxed);
        if before + text.len() > MATCHED_BYTES_MAX {
            return Err(ExecutionError::function_error("matches", "too much text"));
        }
        let regex = found.patterns.get(pattern.as_str());
        regex.map(|regex| regex.is_match(&text)).ok_or_else(|| ExecutionError::undeclared_reference("matches"))
    };
    // It is not declared: the library's own `matches` is left out.
    let _ = context.add_function("matches", matches);
}

/// The first syntax error. The parser's words name tokens of its grammar, so only the place is told.
fn unreadable(text: &str, errors: &ParseErrors) -> Wrong {
    let first = errors.errors.first().map(|error| error.pos).and_then(|(line, column)| {
        Some((usize::try_from(line).ok().filter(|line| *line > 0)?, usize::try_from(column).ok()?.max(1)))
    });
    let at = first.map(|(line, column)| scan::placed(text, line, column)).unwrap_or_default();
    let single_equals = text.match_indices('=').any(|(at, _)| {
        let sign = |byte: Option<&u8>| byte.is_some_and(|byte| b"=!<>".contains(byte));
        !sign(at.checked_sub(1).and_then(|before| text.as_bytes().get(before)))
            && text.as_bytes().get(at + 1) != Some(&b'=')
    });
    let hint = if single_equals {
        "compare with =="
    } else if text.contains(" and ") || text.contains(" or ") {
        "write && and ||"
    } else {
        "write an expression such as event.success && event.amount.value >= 1000"
    };
    Wrong::new(format!("cannot be read{at}"), hint)
}

/// Why it failed, without any value of the event.
fn why(error: &ExecutionError, text: &str) -> String {
    match error {
        ExecutionError::NoSuchKey(key) if text.contains(key.as_str()) => format!("the event has no `{key}`"),
        ExecutionError::NoSuchKey(_) => "the event has no such field".to_owned(),
        ExecutionError::NoSuchOverload(overload) => overload.to_string(),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "it divides by zero".to_owned(),
        ExecutionError::Overflow(..) => "a number grows too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list is shorter than that".to_owned(),
        ExecutionError::FunctionError { function, .. } => format!("`{function}` cannot be applied to that"),
        _ => "its values do not go together".to_owned(),
    }
}
