//! Events to other services.

use rquickjs::{Ctx, Object, Result};
use tusk::bindings::tusk::fujsen::events as host;

use super::{functions, live};
use crate::{thrown::throw, value::Text};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(ctx, functions, "eventsPublish" => publish)
}

fn publish(
    ctx: Ctx<'_>,
    event_type: Text,
    data: Text,
    target: Option<Text>,
    key: Option<Text>,
    id: Option<Text>,
) -> Result<String> {
    live(&ctx)?;
    let text = |text: Option<Text>| text.map(|text| text.0);
    let options = host::Options {
        target: text(target),
        key: text(key),
        id: text(id),
    };
    host::publish(&event_type.0, &data.0, &options).map_err(|error| throw(&ctx, error))
}
