//! UTF-8 and base64, and whether the module starts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rquickjs::{Ctx, Exception, Object, Result, TypedArray};

use super::functions;
use crate::{
    engine,
    value::{Bytes, Text, array},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(
        ctx, functions,
        "utf8Encode" => utf8_encode, "utf8Decode" => utf8_decode,
        "base64Encode" => base64_encode, "base64Decode" => base64_decode,
        "isStarting" => is_starting,
    )
}

fn utf8_encode(ctx: Ctx<'_>, text: Text) -> Result<TypedArray<'_, u8>> {
    array(&ctx, text.0.into_bytes())
}

fn utf8_decode(ctx: Ctx<'_>, bytes: Bytes, fatal: bool, ignore_bom: bool) -> Result<String> {
    let bytes = match bytes.0.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) if !ignore_bom => rest,
        _ => &bytes.0,
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) if fatal => {
            let at = error.valid_up_to() + 1;
            Err(Exception::throw_type(
                &ctx,
                &format!("the bytes are not UTF-8 (at byte {at})"),
            ))
        }
        Err(_) => Ok(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn base64_encode(bytes: Bytes) -> String {
    STANDARD.encode(bytes.0)
}

fn base64_decode(ctx: Ctx<'_>, text: Text) -> Result<TypedArray<'_, u8>> {
    let bytes = STANDARD
        .decode(&text.0)
        .map_err(|_| Exception::throw_syntax(&ctx, "the text is not base64"))?;
    array(&ctx, bytes)
}

fn is_starting() -> bool {
    engine::is_starting()
}
