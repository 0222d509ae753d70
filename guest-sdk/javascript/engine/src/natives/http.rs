//! The request that is being served, and requests to others.

use rquickjs::{Ctx, IntoJs, Object, Result, Value};
use tusk::bindings::tusk::fujsen::http as host;

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Bytes, Pairs, Text, array, object},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(ctx, functions, "httpSend" => send, "httpIncoming" => incoming)
}

fn send<'js>(
    ctx: Ctx<'js>,
    method: Text,
    url: Text,
    headers: Pairs<String>,
    body: Option<Bytes>,
    timeout_ms: Option<f64>,
    redirects: u8,
) -> Result<Value<'js>> {
    live(&ctx)?;
    let request = host::Request {
        method: method.0,
        url: url.0,
        headers: headers.0,
        body: body.map(|body| body.0),
        timeout_ms: timeout_ms.map(|milliseconds| milliseconds.ceil() as u32),
        redirects,
    };
    let response = host::send(&request).map_err(|error| throw(&ctx, error))?;
    let headers = Pairs(response.headers).into_js(&ctx)?;
    let body = array(&ctx, response.body)?.into_js(&ctx)?;
    object(
        &ctx,
        [
            ("status", response.status.into_js(&ctx)?),
            ("headers", headers),
            ("body", body),
            ("url", response.url.into_js(&ctx)?),
            ("elapsedMs", (response.elapsed_us as f64 / 1000.0).into_js(&ctx)?),
        ],
    )
}

fn incoming<'js>(ctx: Ctx<'js>) -> Result<Value<'js>> {
    live(&ctx)?;
    let Some(request) = host::incoming() else {
        return Ok(Value::new_null(ctx.clone()));
    };
    let service = request
        .service
        .map_or_else(|| Ok(Value::new_null(ctx.clone())), |service| service.into_js(&ctx))?;
    object(
        &ctx,
        [
            ("method", request.method.into_js(&ctx)?),
            ("path", request.path.into_js(&ctx)?),
            ("parameters", Pairs(request.parameters).into_js(&ctx)?),
            ("query", Pairs(request.query).into_js(&ctx)?),
            ("headers", Pairs(request.headers).into_js(&ctx)?),
            ("body", array(&ctx, request.body)?.into_js(&ctx)?),
            ("service", service),
        ],
    )
}
