//! Values on their way between JavaScript and the host.

use std::ptr;

use rquickjs::{BigInt, Coerced, Ctx, Exception, FromJs, Function, IntoJs, Object, Result, TypedArray, Value, qjs};
use tusk::bindings::tusk::fujsen::types::Value as Datum;

use crate::engine;

/// Integers up to here are numbers; beyond, a number cannot tell neighbours apart.
pub(crate) const SAFE: f64 = 9_007_199_254_740_991.0;

/// A text for the host: what is no Unicode becomes U+FFFD.
pub(crate) struct Text(pub(crate) String);

impl<'js> FromJs<'js> for Text {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let mut length = 0;
        // SAFETY: the value belongs to this context; the pointer is freed below, after the bytes were copied.
        let pointer = unsafe { qjs::JS_ToCStringLen(ctx.as_raw().as_ptr(), &mut length, value.as_raw()) };
        if pointer.is_null() {
            return Err(rquickjs::Error::Exception);
        }
        // SAFETY: QuickJS gives `length` bytes, which live until they are freed.
        let bytes = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), length as usize) };
        let text = lossy(bytes);
        // SAFETY: it came from `JS_ToCStringLen`.
        unsafe { qjs::JS_FreeCString(ctx.as_raw().as_ptr(), pointer) };
        Ok(Self(text))
    }
}

/// Each lone surrogate, which QuickJS writes in three bytes, as one U+FFFD.
fn lossy(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes
            .utf8_chunks()
            .fold(String::with_capacity(bytes.len()), |mut text, chunk| {
                text.push_str(chunk.valid());
                // The first byte of a surrogate is invalid by itself; the other two follow as chunks of their own.
                if chunk.invalid().first().is_some_and(|byte| *byte & 0xc0 != 0x80) {
                    text.push('\u{fffd}');
                }
                text
            }),
    }
}

/// Bytes for the host: a copy of what a view or a buffer shows.
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl<'js> FromJs<'js> for Bytes {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        match bytes(ctx, &value)? {
            Some(bytes) => Ok(Self(bytes)),
            None => Err(Exception::throw_type(ctx, "expected a Uint8Array or an ArrayBuffer")),
        }
    }
}

/// A `Uint8Array` of its own.
pub(crate) fn array<'js>(ctx: &Ctx<'js>, bytes: Vec<u8>) -> Result<TypedArray<'js, u8>> {
    TypedArray::new_copy(ctx.clone(), bytes)
}

/// None for what is neither a view nor a buffer. A detached one throws.
fn bytes<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<Option<Vec<u8>>> {
    let Some(object) = value.as_object() else {
        return Ok(None);
    };
    if let Some(view) = object.as_typed_array::<u8>() {
        return copy(ctx, view.as_raw()).map(Some);
    }
    if let Some(buffer) = object.as_array_buffer() {
        return copy(ctx, buffer.as_raw()).map(Some);
    }
    // SAFETY: asks for the class of a value of this context.
    let kind = unsafe { qjs::JS_GetTypedArrayType(value.as_raw()) };
    if kind < 0 {
        return Ok(None);
    }
    let (mut offset, mut length) = (0, 0);
    // SAFETY: the value is a typed array; what comes back is a new reference or an exception.
    let buffer = unsafe {
        let raw = qjs::JS_GetTypedArrayBuffer(
            ctx.as_raw().as_ptr(),
            value.as_raw(),
            &mut offset,
            &mut length,
            ptr::null_mut(),
        );
        if qjs::JS_IsException(raw) {
            return Err(rquickjs::Error::Exception);
        }
        Value::from_raw(ctx.clone(), raw)
    };
    let whole = bytes(ctx, &buffer)?.unwrap_or_default();
    let (offset, length) = (offset as usize, length as usize);
    let part = whole.get(offset..offset.saturating_add(length));
    part.map(|part| Some(part.to_vec())).ok_or_else(|| detached(ctx))
}

fn copy(ctx: &Ctx<'_>, raw: Option<ptr::NonNull<[u8]>>) -> Result<Vec<u8>> {
    let raw = raw.ok_or_else(|| detached(ctx))?;
    // SAFETY: no JavaScript runs between asking for the pointer and copying.
    Ok(unsafe { raw.as_ref() }.to_vec())
}

fn detached(ctx: &Ctx<'_>) -> rquickjs::Error {
    Exception::throw_type(ctx, "the buffer is detached")
}

/// A value for the host. Objects go as JSON, which may run getters and `toJSON`.
pub(crate) fn to_host<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Datum> {
    if value.is_undefined() || value.is_null() {
        return Ok(Datum::Null);
    }
    if let Some(boolean) = value.as_bool() {
        return Ok(Datum::Boolean(boolean));
    }
    if let Some(integer) = value.as_int() {
        return Ok(Datum::Integer(integer.into()));
    }
    if let Some(real) = value.as_float() {
        let is_integer = real.fract() == 0.0 && real.abs() <= SAFE && !(real == 0.0 && real.is_sign_negative());
        return Ok(if is_integer {
            Datum::Integer(real as i64)
        } else {
            Datum::Real(real)
        });
    }
    if value.is_string() {
        return Text::from_js(ctx, value).map(|text| Datum::Text(text.0));
    }
    if value.is_big_int() {
        let digits = value.get::<Coerced<String>>()?.0;
        return Ok(digits.parse().map_or(Datum::Json(digits), Datum::Integer));
    }
    if value.is_symbol() || value.is_function() {
        return Err(Exception::throw_type(
            ctx,
            "a function or a symbol is no value that can be passed on",
        ));
    }
    if let Some(bytes) = bytes(ctx, &value)? {
        return Ok(Datum::Bytes(bytes));
    }
    json(ctx, value).map(Datum::Json)
}

/// JSON text of an object, by the SDK: with bytes and large integers.
fn json<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Result<String> {
    let Some(sdk) = engine::sdk() else {
        return Err(Exception::throw_internal(ctx, "the SDK is not loaded"));
    };
    let stringify: Function = sdk.stringify.clone().restore(ctx)?;
    let text: Value = stringify.call((value,))?;
    if text.is_undefined() {
        return Err(Exception::throw_type(ctx, "this value cannot be JSON"));
    }
    Text::from_js(ctx, text).map(|text| text.0)
}

/// A value of the host's.
pub(crate) fn from_host<'js>(ctx: &Ctx<'js>, value: Datum) -> Result<Value<'js>> {
    match value {
        Datum::Null => Ok(Value::new_null(ctx.clone())),
        Datum::Boolean(boolean) => boolean.into_js(ctx),
        Datum::Integer(integer) => integer_from(ctx, integer),
        Datum::Real(real) => real.into_js(ctx),
        Datum::Text(text) => text.into_js(ctx),
        Datum::Bytes(bytes) => array(ctx, bytes)?.into_js(ctx),
        Datum::Json(text) if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
            // The digits of an integer that 64 bits cannot hold.
            let make: Function = ctx.globals().get("BigInt")?;
            make.call((text,))
        }
        Datum::Json(text) => parse(ctx, text),
    }
}

/// As `JSON.parse`, with bigints for the integers that no number holds.
fn parse<'js>(ctx: &Ctx<'js>, text: String) -> Result<Value<'js>> {
    match engine::get()
        .and_then(|engine| engine.parse.get())
        .filter(|_| has_long_number(&text))
    {
        Some(lossless) => lossless.clone().restore(ctx)?.call((text,)),
        None => ctx.json_parse(text),
    }
}

/// Whether there is a run of digits that a number may not hold.
fn has_long_number(text: &str) -> bool {
    let mut digits = 0;
    text.bytes().any(|byte| {
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        digits > 15
    })
}

/// The code of a function that parses JSON so. It is made before there are texts that could change what it uses.
pub(crate) const PARSE: &str = r"
    (({ parse }, { isSafeInteger }, BigInt, isInteger) => text => parse(text, (key, value, { source }) =>
        typeof value === 'number' && !isSafeInteger(value) && isInteger(source) ? BigInt(source) : value))
    (JSON, Number, BigInt, RegExp.prototype.test.bind(/^-?\d+$/))";

/// A number where it is exact, else a bigint.
pub(crate) fn integer_from<'js>(ctx: &Ctx<'js>, integer: i64) -> Result<Value<'js>> {
    match i32::try_from(integer) {
        Ok(small) => small.into_js(ctx),
        Err(_) if integer.unsigned_abs() <= SAFE as u64 => (integer as f64).into_js(ctx),
        Err(_) => BigInt::from_i64(ctx.clone(), integer)?.into_js(ctx),
    }
}

/// Names and values, as a list of pairs.
pub(crate) struct Pairs<T>(pub(crate) Vec<(String, T)>);

impl<'js> FromJs<'js> for Pairs<String> {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        pairs(ctx, value, |ctx, value| Text::from_js(ctx, value).map(|text| text.0))
    }
}

impl<'js> FromJs<'js> for Pairs<Datum> {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        pairs(ctx, value, to_host)
    }
}

fn pairs<'js, T>(
    ctx: &Ctx<'js>,
    value: Value<'js>,
    read: impl Fn(&Ctx<'js>, Value<'js>) -> Result<T>,
) -> Result<Pairs<T>> {
    let list = Vec::<Vec<Value>>::from_js(ctx, value)?;
    let pair = |pair: Vec<Value<'js>>| {
        let mut parts = pair.into_iter();
        let mut next = || parts.next().unwrap_or_else(|| Value::new_undefined(ctx.clone()));
        let name = Text::from_js(ctx, next())?.0;
        Ok((name, read(ctx, next())?))
    };
    list.into_iter().map(pair).collect::<Result<_>>().map(Pairs)
}

impl<'js, T: IntoJs<'js>> IntoJs<'js> for Pairs<T> {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let pair = |(name, value): (String, T)| Ok(vec![name.into_js(ctx)?, value.into_js(ctx)?]);
        self.0
            .into_iter()
            .map(pair)
            .collect::<Result<Vec<Vec<Value>>>>()?
            .into_js(ctx)
    }
}

/// Values, as a list.
pub(crate) struct Data(pub(crate) Vec<Datum>);

impl<'js> FromJs<'js> for Data {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let list = Vec::<Value>::from_js(ctx, value)?;
        list.into_iter()
            .map(|value| to_host(ctx, value))
            .collect::<Result<_>>()
            .map(Self)
    }
}

/// A plain object with these properties.
pub(crate) fn object<'js, const N: usize>(ctx: &Ctx<'js>, fields: [(&str, Value<'js>); N]) -> Result<Value<'js>> {
    let object = Object::new(ctx.clone())?;
    for (name, value) in fields {
        object.set(name, value)?;
    }
    Ok(object.into_value())
}
