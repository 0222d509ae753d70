//! What the service keeps between its calls.

use rquickjs::{Coerced, Ctx, Exception, FromJs, Object, Result, Value};
use tusk::bindings::tusk::fujsen::state as host;

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Text, from_host, integer_from, to_host},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(
        ctx, functions,
        "stateGet" => get, "stateSet" => set, "stateDelete" => delete, "stateIncrement" => increment,
        "stateCompareAndSet" => compare_and_set, "stateExpire" => expire, "stateExpiresIn" => expires_in,
    )
}

/// Milliseconds, where they were given.
struct Lifetime(Option<u64>);

impl<'js> FromJs<'js> for Lifetime {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self(None));
        }
        match value.as_number() {
            Some(milliseconds) if milliseconds >= 0.0 => Ok(Self(Some(milliseconds.ceil() as u64))),
            _ => Err(Exception::throw_type(
                ctx,
                "a lifetime is a number of milliseconds above 0",
            )),
        }
    }
}

/// An integer of 64 bits, as a number or a bigint.
struct Integer(i64);

impl<'js> FromJs<'js> for Integer {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let is_integer = value.is_big_int() || value.as_number().is_some_and(|number| number.fract() == 0.0);
        let digits = if is_integer {
            value.get::<Coerced<String>>()?.0
        } else {
            String::new()
        };
        digits
            .parse()
            .map(Self)
            .map_err(|_| Exception::throw_type(ctx, "expected an integer of 64 bits"))
    }
}

fn get<'js>(ctx: Ctx<'js>, key: Text) -> Result<Value<'js>> {
    live(&ctx)?;
    let value = host::get(&key.0).map_err(|error| throw(&ctx, error))?;
    from_host(&ctx, value)
}

fn set<'js>(ctx: Ctx<'js>, key: Text, value: Value<'js>, lifetime: Lifetime) -> Result<()> {
    live(&ctx)?;
    let value = to_host(&ctx, value)?;
    host::set(&key.0, &value, lifetime.0).map_err(|error| throw(&ctx, error))
}

fn delete(ctx: Ctx<'_>, key: Text) -> Result<bool> {
    live(&ctx)?;
    host::delete(&key.0).map_err(|error| throw(&ctx, error))
}

fn increment<'js>(ctx: Ctx<'js>, key: Text, by: Integer, lifetime: Lifetime) -> Result<Value<'js>> {
    live(&ctx)?;
    let sum = host::increment(&key.0, by.0, lifetime.0).map_err(|error| throw(&ctx, error))?;
    integer_from(&ctx, sum)
}

fn compare_and_set<'js>(
    ctx: Ctx<'js>,
    key: Text,
    expected: Value<'js>,
    value: Value<'js>,
    lifetime: Lifetime,
) -> Result<bool> {
    live(&ctx)?;
    let (expected, value) = (to_host(&ctx, expected)?, to_host(&ctx, value)?);
    host::compare_and_set(&key.0, &expected, &value, lifetime.0).map_err(|error| throw(&ctx, error))
}

fn expire(ctx: Ctx<'_>, key: Text, lifetime: Lifetime) -> Result<bool> {
    live(&ctx)?;
    host::expire(&key.0, lifetime.0).map_err(|error| throw(&ctx, error))
}

fn expires_in(ctx: Ctx<'_>, key: Text) -> Result<Option<f64>> {
    live(&ctx)?;
    let left = host::expires_in(&key.0).map_err(|error| throw(&ctx, error))?;
    Ok(left.map(|milliseconds| milliseconds as f64))
}
