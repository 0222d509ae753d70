//! What a person reads about a service: at its start, from `check`, and after a swap.

use std::{fmt::Write as _, io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use fujsen::Function;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{output, sealed::cell};
use crate::{sandbox::module::Module, service::app::App};

/// Printed once the service listens.
pub(super) fn banner(app: &App, file: &Path, address: SocketAddr, admin: Option<SocketAddr>, watching: bool) -> String {
    let mut text = format!("\n{}  {}\n", title(app), bold(&format!("{}://{address}", app.scheme())));
    text += &admin_line(admin);
    text += &sections(app);
    if let Some(line) = try_line(app, address) {
        let _ = write!(text, "\n  try\n    {line}\n");
    }
    let watching = if watching {
        format!("Watching {}: save to swap. ", file.display())
    } else {
        String::new()
    };
    format!("{text}\n{watching}Ctrl-C stops.\n")
}

/// Printed by `check`.
pub(super) fn summary(app: &App, admin: Option<SocketAddr>) -> String {
    format!("{}\n{}{}", title(app), admin_line(admin), sections(app))
}

fn admin_line(admin: Option<SocketAddr>) -> String {
    admin.map_or_else(String::new, |address| {
        format!("\n  admin\n    http://{address}  /metrics, /health/live, /health/ready\n")
    })
}

/// As [`banner`], for programs: one line.
pub(super) fn banner_json(app: &App, address: SocketAddr, admin: Option<SocketAddr>) -> String {
    let url = format!("{}://{address}", app.scheme());
    let mut fields = json!({ "message": format!("{} listens on {url}", app.context.service.name), "url": url });
    if let Some(fields) = fields.as_object_mut() {
        fields.insert(
            "admin".to_owned(),
            json!(admin.map(|address| format!("http://{address}"))),
        );
        fields.extend(describe(app));
    }
    output::json_line("INFO", "start", fields)
}

/// What a file serves, for programs.
pub(super) fn describe(app: &App) -> Map<String, Value> {
    let routes: Vec<Value> = app
        .routes
        .iter()
        .map(|route| {
            let callers = app.policy.callers(route.method, route.path);
            let mut line =
                json!({ "method": route.method.as_str(), "path": route.path, "fujsen": &*route.handler.path });
            if let (Some(callers), Some(line)) = (callers, line.as_object_mut()) {
                line.insert("callers".to_owned(), json!(callers));
            }
            line
        })
        .collect();
    let events: Vec<Value> = app
        .subscriptions
        .iter()
        .flat_map(|line| {
            line.handlers
                .iter()
                .map(|handler| json!({ "type": line.kind, "fujsen": &*handler.path }))
        })
        .collect();
    let now = Timestamp::now();
    let schedules: Vec<Value> = app
        .schedules
        .iter()
        .map(|schedule| {
            let next = schedule.next(now).map(|slot| slot.to_string());
            json!({ "schedule": &*schedule.text, "fujsen": &*schedule.handler.path, "next": next })
        })
        .collect();
    let modules: Vec<Value> = app
        .modules
        .iter()
        .map(|module| {
            json!({
                "section": &*module.section,
                "language": module.language.map(tsk::Language::name),
                "bytes": module.size,
                "imports": module.imports,
                "functions": module.functions,
            })
        })
        .collect();
    let described = [
        (
            "service",
            json!({ "name": &*app.context.service.name, "version": &*app.context.service.version }),
        ),
        ("routes", routes.into()),
        ("events", events.into()),
        ("schedules", schedules.into()),
        ("modules", modules.into()),
        ("grants", json!(app.grants())),
    ];
    let described = described.into_iter().map(|(name, value)| (name.to_owned(), value));
    described.collect()
}

/// One line in the log: what a save has changed.
pub(super) fn swapped(old: &App, new: &App, elapsed: Duration) {
    let kept = |module: &&Arc<Module>| !old.modules.iter().any(|before| Arc::ptr_eq(before, module));
    let rebuilt: Vec<&str> = new.modules.iter().filter(kept).map(|module| &*module.section).collect();
    let what = if rebuilt.is_empty() {
        "values only".to_owned()
    } else {
        rebuilt.join(", ")
    };
    tracing::info!(target: "swap", "swapped in {} ms ({what})", elapsed.as_millis());
}

fn title(app: &App) -> String {
    format!(
        "{} {}",
        bold(&cell(&app.context.service.name)),
        cell(&app.context.service.version)
    )
}

fn sections(app: &App) -> String {
    let mut text = String::new();
    table(&mut text, "routes", routes(app));
    table(&mut text, "events", events(app));
    table(&mut text, "schedules", schedules(app));
    table(
        &mut text,
        "modules",
        app.modules.iter().map(|module| module_row(module)).collect(),
    );
    let grants = app
        .grants()
        .into_iter()
        .map(|grant| vec![grant.capability.to_owned(), grant.target]);
    table(&mut text, "grants", grants.collect());
    text
}

fn routes(app: &App) -> Vec<Vec<String>> {
    app.routes
        .iter()
        .map(|route| {
            let function = route.handler.function();
            let callers = app.policy.callers(route.method, route.path);
            vec![
                route.method.to_string(),
                route.path.to_owned(),
                route.handler.path.to_string(),
                parameters(function),
                callers.map_or_else(String::new, |callers| format!("for {}", callers.join(", "))),
            ]
        })
        .collect()
}

fn events(app: &App) -> Vec<Vec<String>> {
    let lines = app.subscriptions.iter().flat_map(|line| {
        line.handlers.iter().map(|handler| {
            let (path, parameters) = (handler.path.to_string(), parameters(handler.function()));
            vec![line.kind.clone(), path, parameters]
        })
    });
    lines.collect()
}

/// With the next slot of each.
fn schedules(app: &App) -> Vec<Vec<String>> {
    let now = Timestamp::now();
    app.schedules
        .iter()
        .map(|schedule| {
            let next = schedule.next(now).map_or_else(
                || "never".to_owned(),
                |slot| slot.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            );
            vec![
                schedule.text.to_string(),
                schedule.handler.path.to_string(),
                format!("next {next}"),
            ]
        })
        .collect()
}

fn module_row(module: &Module) -> Vec<String> {
    let language = module.language.map_or("prebuilt", tsk::Language::name);
    let names: Vec<&str> = module.functions.iter().map(|function| function.name.as_str()).collect();
    let section = if module.section.is_empty() {
        "(top)"
    } else {
        &module.section
    };
    vec![
        section.to_owned(),
        language.to_owned(),
        format!("{} KB", module.size.div_ceil(1024)),
        names.join(", "),
    ]
}

/// `(limit: i32 = 50)`, types as their author wrote them.
pub(super) fn parameters(function: &Function) -> String {
    let each = function.params.iter().map(|parameter| match &parameter.default {
        Some(default) => format!("{}: {} = {default}", parameter.name, parameter.source),
        None => format!("{}: {}", parameter.name, parameter.source),
    });
    format!("({})", each.collect::<Vec<_>>().join(", "))
}

/// A `curl` line for the route that is easiest to try: a GET without parameters, else the first.
fn try_line(app: &App, address: SocketAddr) -> Option<String> {
    let easy = |method: &http::Method, path: &str| *method == http::Method::GET && !path.contains('{');
    let route = app
        .routes
        .iter()
        .find(|route| easy(route.method, route.path))
        .or_else(|| app.routes.iter().next())?;
    let path = cell(&route.path.replace(['{', '}'], ""));
    let method = if route.method == http::Method::GET {
        String::new()
    } else {
        format!("-X {} ", route.method)
    };
    let body = if route.method == http::Method::POST {
        "-H 'content-type: application/json' -d '{}' "
    } else {
        ""
    };
    let scheme = app.scheme();
    Some(format!("curl {method}{body}{scheme}://{address}{path}"))
}

/// Columns as wide as their widest cell. What cells say comes from files and modules: it is cut, and steers no terminal.
fn table(text: &mut String, title: &str, rows: Vec<Vec<String>>) {
    let rows = rows.into_iter().map(|row| row.iter().map(|text| cell(text)).collect());
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let _ = write!(text, "\n  {title}\n");
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(text, "    {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

fn bold(text: &str) -> String {
    if output::colors(&io::stdout()) {
        format!("\x1b[1m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
