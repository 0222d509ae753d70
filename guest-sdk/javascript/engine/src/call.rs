//! One call of a fujsen.

use rquickjs::{CatchResultExt, CaughtError, Ctx, FromJs, Function, IntoJs, Result, Value, function::Args};
use tusk::bindings::tusk::fujsen::types::{Error, Reply, Value as Datum};

use crate::{
    engine::{self, Absent, Engine, Fujsen, Kind, Parameter, Sdk},
    rejections,
    settle::settle,
    thrown,
    value::{Pairs, SAFE, from_host, to_host},
};

/// Runs the fujsen `name`.
pub(crate) fn run(name: &str, arguments: Vec<Datum>) -> std::result::Result<Reply, Error> {
    let found = engine::get().and_then(|engine| Some((engine, engine.sdk.get()?, engine.fujsens.get()?.get(name)?)));
    let Some((engine, sdk, fujsen)) = found else {
        return Err(Error {
            status: 404,
            code: "not-found".to_owned(),
            message: format!("this module has no fujsen `{name}`"),
        });
    };
    inside(engine, sdk, fujsen, arguments)
}

fn inside(engine: &Engine, sdk: &Sdk, fujsen: &Fujsen, arguments: Vec<Datum>) -> std::result::Result<Reply, Error> {
    engine.context.with(|ctx| {
        let result = answer(&ctx, sdk, fujsen, arguments);
        let ended = sdk
            .drop_timers
            .clone()
            .restore(&ctx)
            .and_then(|drop: Function| drop.call::<_, ()>(()));
        let result = result.and_then(|reply| ended.map(|()| reply)).catch(&ctx);
        result.map_err(|error| match error {
            CaughtError::Exception(exception) => thrown::end(&ctx, exception.into_object().into_value()),
            CaughtError::Value(value) => thrown::end(&ctx, value),
            CaughtError::Error(error) => Error {
                status: 500,
                code: "internal".to_owned(),
                message: error.to_string(),
            },
        })
    })
}

fn answer<'js>(ctx: &Ctx<'js>, sdk: &Sdk, fujsen: &Fujsen, arguments: Vec<Datum>) -> Result<Reply> {
    let mut given = Args::new(ctx.clone(), fujsen.parameters.len());
    let mut arguments = arguments.into_iter();
    for parameter in &fujsen.parameters {
        given.push_arg(bind(ctx, sdk, parameter, arguments.next().unwrap_or(Datum::Null))?)?;
    }
    let function: Function = fujsen.function.clone().restore(ctx)?;
    let result: Value = function.call_arg(given)?;
    let settled = settle(ctx, sdk, result.clone());
    rejections::tell(ctx, Some(&result));
    reply(ctx, sdk, settled?)
}

/// An argument as its parameter wants it.
fn bind<'js>(ctx: &Ctx<'js>, sdk: &Sdk, parameter: &Parameter, argument: Datum) -> Result<Value<'js>> {
    if parameter.kind == Kind::Request {
        let request: Function = sdk.request.clone().restore(ctx)?;
        return request.call(());
    }
    let value = match argument {
        Datum::Null => match parameter.absent {
            Some(Absent::Null) => return Ok(Value::new_null(ctx.clone())),
            Some(Absent::Undefined) => return Ok(Value::new_undefined(ctx.clone())),
            None => Value::new_undefined(ctx.clone()),
        },
        // What is declared as a bigint is one, however small.
        Datum::Integer(integer) if parameter.kind == Kind::Integer => {
            rquickjs::BigInt::from_i64(ctx.clone(), integer)?.into_js(ctx)?
        }
        // Rounding would pass on another number than was given.
        Datum::Integer(integer) if parameter.kind == Kind::Real && integer.unsigned_abs() > SAFE as u64 => {
            let message = format!("argument `{}`: {integer} is out of range", parameter.name);
            return Err(thrown::throw(
                ctx,
                Error {
                    status: 400,
                    code: "argument".to_owned(),
                    message,
                },
            ));
        }
        other => from_host(ctx, other)?,
    };
    let Some(schema) = &parameter.schema else {
        return Ok(value);
    };
    let check: Function = sdk.check.clone().restore(ctx)?;
    check.call((schema.clone().restore(ctx)?, value, parameter.name.as_str()))
}

/// What plain values are needs no SDK; everything else is asked of it.
fn reply<'js>(ctx: &Ctx<'js>, sdk: &Sdk, result: Value<'js>) -> Result<Reply> {
    if !result.is_object() {
        // Whoever returns nothing says that there is nothing to read.
        let status = if result.is_undefined() { 204 } else { 0 };
        return body(ctx, result).map(|body| Reply {
            status,
            headers: Vec::new(),
            body,
        });
    }
    let make: Function = sdk.reply.clone().restore(ctx)?;
    let parts: Vec<Value> = make.call((result,))?;
    let mut parts = parts.into_iter();
    let mut next = || parts.next().unwrap_or_else(|| Value::new_undefined(ctx.clone()));
    Ok(Reply {
        status: u16::from_js(ctx, next())?,
        headers: Pairs::<String>::from_js(ctx, next())?.0,
        body: body(ctx, next())?,
    })
}

fn body<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Datum> {
    match value.as_float() {
        // As JSON has it: there is no number that says NaN or infinity.
        Some(real) if !real.is_finite() => Ok(Datum::Null),
        Some(real) if real.fract() == 0.0 && real.abs() <= SAFE => Ok(Datum::Integer(real as i64)),
        _ => to_host(ctx, value),
    }
}
