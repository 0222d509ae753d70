//! gRPC servers that the file names.

use rquickjs::{Ctx, IntoJs, Object, Result, Value};
use tusk::bindings::tusk::fujsen::grpc as host;

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Pairs, Text, object},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(ctx, functions, "grpcCall" => call, "grpcStream" => stream)
}

fn request(
    server: Text,
    method: Text,
    message: Text,
    metadata: Pairs<String>,
    timeout_ms: Option<f64>,
) -> host::Request {
    host::Request {
        server: server.0,
        method: method.0,
        message: message.0,
        metadata: metadata.0,
        timeout_ms: timeout_ms.map(|milliseconds| milliseconds.ceil() as u32),
    }
}

fn call<'js>(
    ctx: Ctx<'js>,
    server: Text,
    method: Text,
    message: Text,
    metadata: Pairs<String>,
    timeout_ms: Option<f64>,
) -> Result<Value<'js>> {
    live(&ctx)?;
    let request = request(server, method, message, metadata, timeout_ms);
    let response = host::call(&request).map_err(|error| throw(&ctx, error))?;
    let message = response.message.into_js(&ctx)?;
    let metadata = Pairs(response.metadata).into_js(&ctx)?;
    object(&ctx, [("message", message), ("metadata", metadata)])
}

fn stream<'js>(
    ctx: Ctx<'js>,
    server: Text,
    method: Text,
    message: Text,
    metadata: Pairs<String>,
    timeout_ms: Option<f64>,
    limit: Option<u32>,
) -> Result<Value<'js>> {
    live(&ctx)?;
    let request = request(server, method, message, metadata, timeout_ms);
    let response = host::stream(&request, limit).map_err(|error| throw(&ctx, error))?;
    let messages = response.messages.into_js(&ctx)?;
    let cut = response.cut.into_js(&ctx)?;
    let metadata = Pairs(response.metadata).into_js(&ctx)?;
    object(&ctx, [("messages", messages), ("cut", cut), ("metadata", metadata)])
}
