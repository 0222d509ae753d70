//! URLs, by the standard of the web.

use rquickjs::{Ctx, Exception, IntoJs, Object, Result, Value};
use url::{Position, Url, quirks};

use super::functions;
use crate::value::{Text, object};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(ctx, functions, "urlParse" => parse, "urlSet" => set)
}

fn parse<'js>(ctx: Ctx<'js>, text: Text, base: Option<Text>) -> Result<Value<'js>> {
    let parsed = match base {
        Some(base) => Url::parse(&base.0).and_then(|base| base.join(&text.0)),
        None => Url::parse(&text.0),
    };
    let url = parsed.map_err(|error| Exception::throw_type(&ctx, &format!("this is no URL: {error}")))?;
    parts(&ctx, &url)
}

/// The URL with one part of it replaced; as it was where the value is none for that part.
fn set<'js>(ctx: Ctx<'js>, href: Text, part: Text, value: Text) -> Result<Value<'js>> {
    let broken = |error| Exception::throw_type(&ctx, &format!("this is no URL: {error}"));
    let mut url = Url::parse(&href.0).map_err(broken)?;
    let value = value.0.as_str();
    // What a setter refuses leaves the URL as it is: that is how the standard has it.
    match part.0.as_str() {
        "href" => url = Url::parse(value).map_err(broken)?,
        "protocol" => quirks::set_protocol(&mut url, value).unwrap_or_default(),
        "username" => quirks::set_username(&mut url, value).unwrap_or_default(),
        "password" => quirks::set_password(&mut url, value).unwrap_or_default(),
        "host" => quirks::set_host(&mut url, value).unwrap_or_default(),
        "hostname" => quirks::set_hostname(&mut url, value).unwrap_or_default(),
        "port" => quirks::set_port(&mut url, value).unwrap_or_default(),
        "pathname" => quirks::set_pathname(&mut url, value),
        "search" => quirks::set_search(&mut url, value),
        "hash" => quirks::set_hash(&mut url, value),
        _ => {}
    }
    parts(&ctx, &url)
}

fn parts<'js>(ctx: &Ctx<'js>, url: &Url) -> Result<Value<'js>> {
    let text = |text: &str| text.into_js(ctx);
    object(
        ctx,
        [
            ("href", text(url.as_str())?),
            ("origin", text(&quirks::origin(url))?),
            ("protocol", text(quirks::protocol(url))?),
            ("username", text(quirks::username(url))?),
            ("password", text(quirks::password(url))?),
            ("host", text(&url[Position::BeforeHost..Position::BeforePath])?),
            ("hostname", text(quirks::hostname(url))?),
            ("port", text(quirks::port(url))?),
            ("pathname", text(quirks::pathname(url))?),
            ("search", text(quirks::search(url))?),
            ("hash", text(quirks::hash(url))?),
        ],
    )
}
