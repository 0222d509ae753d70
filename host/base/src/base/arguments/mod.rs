//! What a fujsen is given, from wherever it comes: bound by name, converted by the parameter's kind, refused with
//! the name of the argument that does not fit.
//!
//! `text` reads path and query, `json` reads a request's body, `http` puts the three together; `event` reads an event. `exact`
//! finds the integers in nested data that a guest could not hold.

pub mod event;
mod exact;
pub mod http;
pub mod json;
mod text;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use fujsen::{Function, Kind, Parameter};

use crate::base::value::{Error, Value};

/// Arguments that cannot be bound.
#[derive(Clone, Debug, PartialEq)]
pub struct ArgumentsRefused {
    /// The HTTP status of the answer: 415 for a body of another type than JSON, else 400.
    pub status: u16,
    /// The word that callers match on: `argument`, `json` or `content-type`.
    pub(crate) code: &'static str,
    /// What does not fit, for whoever passed it.
    pub message: String,
    /// The name of the parameter that is at fault, when it is one.
    pub argument: Option<String>,
}

impl ArgumentsRefused {
    fn new(status: u16, code: &'static str, message: String) -> Self {
        Self {
            status,
            code,
            message,
            argument: None,
        }
    }

    fn argument(name: &str, message: String) -> Self {
        Self {
            argument: Some(name.to_owned()),
            ..Self::new(400, "argument", message)
        }
    }

    /// `limit` must be an integer from 0 to 255, not 300.
    fn mismatch(parameter: &Parameter, given: &str) -> Self {
        Self::argument(
            &parameter.name,
            format!("`{}` must be {}, not {given}", parameter.name, expected(parameter)),
        )
    }
}

impl From<ArgumentsRefused> for Error {
    fn from(refused: ArgumentsRefused) -> Self {
        Self::new(refused.status, refused.code, refused.message)
    }
}

/// Binds what another fujsen passes. The result is in the order of the parameters. A missing, ill-typed or unknown
/// argument is an error of status 400 that names it.
pub fn bind_named(function: &Function, arguments: Vec<(String, Value)>) -> Result<Vec<Value>, Error> {
    let mut slots = Slots::new(function);
    for (name, value) in arguments {
        let (index, parameter) = slots.known(&name)?;
        slots.set(index, Some(fit(parameter, value)?));
    }
    Ok(slots.finish()?)
}

/// One place per parameter, filled from several sources: the first source that has it wins.
struct Slots<'f> {
    function: &'f Function,
    values: Vec<Option<Value>>,
}

impl<'f> Slots<'f> {
    fn new(function: &'f Function) -> Self {
        let given = |parameter: &Parameter| (parameter.kind == Kind::Request).then_some(Value::Null);
        Self {
            function,
            values: function.params.iter().map(given).collect(),
        }
    }

    fn find(&self, name: &str) -> Option<(usize, &'f Parameter)> {
        let mut parameters = self.function.params.iter().enumerate();
        parameters.find(|(_, parameter)| parameter.name == name)
    }

    /// `index` is that of one of the parameters.
    fn set(&mut self, index: usize, value: Option<Value>) {
        if let Some(slot) = self.values.get_mut(index) {
            *slot = value;
        }
    }

    fn known(&self, name: &str) -> Result<(usize, &'f Parameter), ArgumentsRefused> {
        self.find(name).ok_or_else(|| {
            let names: Vec<&str> = self
                .function
                .params
                .iter()
                .map(|parameter| parameter.name.as_str())
                .collect();
            let hint = match tsk::suggest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => "it takes none".to_owned(),
                None => format!("it takes {}", names.join(", ")),
            };
            let message = format!("`{}` has no parameter `{name}`; {hint}", self.function.name);
            ArgumentsRefused::argument(name, message)
        })
    }

    /// The parameters that nothing has filled yet.
    fn open(&self) -> impl Iterator<Item = (usize, &'f Parameter)> {
        let values = self.values.iter();
        self.function
            .params
            .iter()
            .zip(values)
            .enumerate()
            .filter(|(_, (_, value))| value.is_none())
            .map(|(index, (parameter, _))| (index, parameter))
    }

    fn finish(self) -> Result<Vec<Value>, ArgumentsRefused> {
        let missing: Vec<&Parameter> = self
            .open()
            .map(|(_, parameter)| parameter)
            .filter(|parameter| !parameter.optional)
            .collect();
        if let Some(first) = missing.first() {
            let names: Vec<String> = missing.iter().map(|parameter| named(parameter)).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            return Err(ArgumentsRefused::argument(
                &first.name,
                format!("{} {verb} missing", names.join(" and ")),
            ));
        }
        let given = self.function.params.iter().zip(self.values);
        given
            .map(|(parameter, value)| whole(parameter, value.unwrap_or(Value::Null)))
            .collect()
    }
}

/// Nested data has no integer in it that a guest would round: which of them do depends on their language.
fn whole(parameter: &Parameter, value: Value) -> Result<Value, ArgumentsRefused> {
    let rounded = match &value {
        Value::Json(text) if parameter.kind == Kind::Json => exact::rounded(text),
        _ => None,
    };
    match rounded {
        None => Ok(value),
        Some(number) => Err(ArgumentsRefused::argument(
            &parameter.name,
            format!(
                "`{}` has the integer {number}, which is beyond 64 bits and would be rounded: send it as text",
                parameter.name
            ),
        )),
    }
}

/// Converts what came with a type of its own (JSON, another guest) to a parameter's kind.
fn fit(parameter: &Parameter, value: Value) -> Result<Value, ArgumentsRefused> {
    match (parameter.kind, value) {
        (Kind::Request, _) => Ok(Value::Null),
        (Kind::Json, value) => Ok(value),
        (_, Value::Null) if parameter.optional => Ok(Value::Null),
        (Kind::Boolean, value @ Value::Boolean(_))
        | (Kind::Real, value @ Value::Real(_))
        | (Kind::Text, value @ Value::Text(_))
        | (Kind::Bytes, value @ Value::Bytes(_)) => Ok(value),
        (Kind::Integer, Value::Integer(number)) => in_range(parameter, number),
        // JSON knows no integers: some writers print 5 as 5.0.
        (Kind::Integer, Value::Real(number)) if number.fract() == 0.0 && number.abs() < EXACT => {
            in_range(parameter, number as i64)
        }
        (Kind::Integer, Value::Json(text)) => match text.parse() {
            Ok(number) => above(parameter, number),
            Err(_) => Err(ArgumentsRefused::mismatch(parameter, &describe(&Value::Json(text)))),
        },
        (Kind::Real, Value::Integer(number)) => exactly(parameter, number),
        (Kind::Real, Value::Json(text)) if is_number(&text) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Real(number)),
            _ => Err(ArgumentsRefused::mismatch(parameter, "a number that is out of range")),
        },
        (Kind::Bytes, Value::Text(text)) => {
            let decoded = BASE64
                .decode(text)
                .map_err(|_| ArgumentsRefused::mismatch(parameter, "text that is not base64"))?;
            Ok(Value::Bytes(decoded))
        }
        (_, value) => Err(ArgumentsRefused::mismatch(parameter, &describe(&value))),
    }
}

/// Below this every integer has a real of its own: 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn in_range(parameter: &Parameter, number: i64) -> Result<Value, ArgumentsRefused> {
    let fits = parameter.min.is_none_or(|min| min <= number) && parameter.max.is_none_or(|max| number <= max);
    if fits {
        Ok(Value::Integer(number))
    } else {
        Err(ArgumentsRefused::mismatch(parameter, &number.to_string()))
    }
}

/// An integer for a parameter that takes reals. Where the parameter has a range, a guest of its language would go on with
/// another integer than was given.
fn exactly(parameter: &Parameter, number: i64) -> Result<Value, ArgumentsRefused> {
    if in_range(parameter, number).is_ok() {
        return Ok(Value::Real(number as f64));
    }
    let (name, min, max) = (
        &parameter.name,
        parameter.min.unwrap_or(i64::MIN),
        parameter.max.unwrap_or(i64::MAX),
    );
    let message = format!("`{name}` must be a number, with integers from {min} to {max} only, not {number}");
    Err(ArgumentsRefused::argument(name, message))
}

/// An integer above those of 64 signed bits, for a parameter that has no bound there. It stays whole as its digits.
fn above(parameter: &Parameter, number: u64) -> Result<Value, ArgumentsRefused> {
    if let Ok(number) = i64::try_from(number) {
        return in_range(parameter, number);
    }
    if parameter.min.is_some_and(|min| min >= 0) && parameter.max.is_none() {
        Ok(Value::Json(number.to_string()))
    } else {
        Err(ArgumentsRefused::mismatch(parameter, &number.to_string()))
    }
}

fn is_number(json: &str) -> bool {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

/// What came, for a message. Text is not repeated: it may be a password, and messages reach logs.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Text(_) => "text".to_owned(),
        Value::Bytes(_) => "bytes".to_owned(),
        Value::Json(text) if is_number(text) => text.clone(),
        Value::Json(text) if text.starts_with('[') => "an array".to_owned(),
        Value::Json(_) => "an object".to_owned(),
    }
}

fn expected(parameter: &Parameter) -> String {
    match parameter.kind {
        Kind::Boolean => "true or false".to_owned(),
        Kind::Integer => match (parameter.min, parameter.max) {
            (None, None) => "an integer".to_owned(),
            (Some(min), None) => format!("an integer from {min} to {}", u64::MAX),
            (None, Some(max)) => format!("an integer up to {max}"),
            (Some(min), Some(max)) => format!("an integer from {min} to {max}"),
        },
        Kind::Real => "a number".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Bytes => "base64 text".to_owned(),
        Kind::Json | Kind::Request => "JSON".to_owned(),
    }
}

/// `limit` (integer).
fn named(parameter: &Parameter) -> String {
    let kind = match parameter.kind {
        Kind::Boolean => "true or false",
        Kind::Integer => "integer",
        Kind::Real => "number",
        Kind::Text => "text",
        Kind::Bytes => "base64 text",
        Kind::Json | Kind::Request => "JSON",
    };
    format!("`{}` ({kind})", parameter.name)
}

#[cfg(test)]
mod tests;
