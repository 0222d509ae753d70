//! What other hosts of JavaScript have and a fujsen does not: names and modules, with what to write instead.

/// A global, or one of its properties; why it is of no use, and what is.
const GLOBALS: &[(&str, Option<&str>, &str, &str)] = &[
    ("Blob", None, "bodies are read at once", "use `Uint8Array`"),
    (
        "Buffer",
        None,
        BYTES,
        "use `Uint8Array`, `TextEncoder` and `TextDecoder`, and for base64 `btoa` and `atob`",
    ),
    ("Bun", None, "it does not run in Bun", HOST),
    ("Deno", Some("env"), VARIABLES, SETTING),
    ("Deno", None, "it does not run in Deno", HOST),
    (
        "EventSource",
        None,
        CONNECTIONS,
        "ask by `fetch`, or subscribe to an event in `[events]`",
    ),
    (
        "FormData",
        None,
        "bodies are read at once",
        "use `URLSearchParams`, or the bytes of `request.body`",
    ),
    (
        "Intl",
        None,
        "the engine knows no languages and zones",
        "use `time.format(time.now(), \"%Y-%m-%d\")` for a date",
    ),
    (
        "ReadableStream",
        None,
        "bodies are read at once",
        "use `request.body`, or return the whole body",
    ),
    ("SharedWorker", None, THREADS, CALLS),
    (
        "WebAssembly",
        None,
        "it compiles nothing",
        "give the module a fujsen of its own, by `@wasm(\"module.wasm\")`",
    ),
    (
        "WebSocket",
        None,
        CONNECTIONS,
        "ask by `fetch`, or subscribe to an event in `[events]`",
    ),
    ("Worker", None, THREADS, CALLS),
    (
        "XMLHttpRequest",
        None,
        "it has `fetch` for this",
        "write `await fetch(url)` in an `async` function",
    ),
    ("__dirname", None, FILES, STORE),
    ("__filename", None, FILES, STORE),
    (
        "crypto",
        Some("subtle"),
        "the host hashes without promises",
        "use `crypto.digest` and `crypto.hmac`",
    ),
    (
        "document",
        None,
        BROWSER,
        "return the page: `new Response(html, { headers: { \"content-type\": \"text/html\" } })`",
    ),
    ("exports", None, MODULES, "write `export` before the function"),
    ("global", None, "it does not run in Node.js", "write `globalThis`"),
    ("importScripts", None, MODULES, IMPORT),
    ("indexedDB", None, BROWSER, STORE),
    ("localStorage", None, BROWSER, STORE),
    ("module", Some("exports"), MODULES, "write `export` before the function"),
    ("process", Some("env"), VARIABLES, SETTING),
    (
        "process",
        Some("exit"),
        PROCESS,
        "throw an `HttpError`, or return a `Response` with the status that you mean",
    ),
    ("process", None, PROCESS, HOST),
    ("require", None, MODULES, IMPORT),
    ("sessionStorage", None, BROWSER, STORE),
    ("window", None, BROWSER, "write `globalThis`, or the name alone"),
];
const BROWSER: &str = "it does not run in a browser";
const BYTES: &str = "it does not run in Node.js";
const CALLS: &str =
    "do it in this call: the host runs calls side by side; what is to go on after it is an event, by `events.publish`";
const CONNECTIONS: &str = "it holds no connections";
const FILES: &str = "it has no files";
const HOST: &str = "use what the host has: `config`, `sql`, `redis`, `state`, `http`, `grpc`, `events`, `time`, `log`";
const IMPORT: &str =
    "write `import { name } from \"./KEY.js\"` for the text of the key `KEY`; packages need a project of your own";
const MODULES: &str = "it is a module";
const PROCESS: &str = "it is no process of its own";
const SETTING: &str = "write `name: @env(\"NAME\")` in the TSK file and read it by `config.get(\"name\")`";
const STORE: &str = "keep values by `state` or `sql`, and read those of the TSK file by `config`";
const THREADS: &str = "it has no threads";
const VARIABLES: &str = "it sees no variables of this machine";

/// Modules of Node.js, and what to use instead of some.
const BUILTINS: &[(&str, &str)] = &[
    ("assert", "throw an `Error` where something must hold"),
    ("async_hooks", HOST),
    (
        "buffer",
        "use `Uint8Array`, `TextEncoder` and `TextDecoder`, which are in scope",
    ),
    (
        "child_process",
        "ask a service that starts programs: `http`, or an event",
    ),
    ("cluster", CALLS),
    ("console", "`console` is in scope"),
    ("crypto", "`crypto` is in scope"),
    ("dgram", HOST),
    ("dns", HOST),
    (
        "events",
        "publish events by `events`, and subscribe to them in `[events]`",
    ),
    ("fs", STORE),
    (
        "http",
        "use `fetch` or `http`, which are in scope; for a server, write a route",
    ),
    (
        "http2",
        "use `fetch` or `http`, which are in scope; for a server, write a route",
    ),
    (
        "https",
        "use `fetch` or `http`, which are in scope; for a server, write a route",
    ),
    ("module", IMPORT),
    ("net", HOST),
    ("os", HOST),
    ("path", "it has no files; join texts by `+`"),
    ("perf_hooks", "use `time.monotonic()`"),
    ("process", HOST),
    ("querystring", "use `URLSearchParams`, which is in scope"),
    ("readline", HOST),
    ("sqlite", "use `sql`, whose databases the TSK file names"),
    ("stream", HOST),
    ("string_decoder", "use `TextDecoder`, which is in scope"),
    ("test", HOST),
    ("timers", "`setTimeout` is in scope"),
    ("tls", HOST),
    ("tty", HOST),
    ("url", "use `URL`, which is in scope"),
    ("util", HOST),
    ("v8", HOST),
    ("vm", HOST),
    ("worker_threads", CALLS),
    ("zlib", HOST),
];
const PROJECT: &str = "give the fujsen a project of its own, where a bundler puts the package into it, and name the result: `@wasm(\"module.wasm\")`";

/// A use of what is not there.
pub(super) struct Absent {
    /// What is not there, of what was written.
    pub(super) name: String,
    pub(super) why: &'static str,
    pub(super) instead: &'static str,
}

/// Whether a global, or a property of it, is not there.
pub(super) fn global(name: &str, property: Option<&str>) -> Option<Absent> {
    let is = |(global, own, ..): &&(&str, Option<&str>, &str, &str)| {
        *global == name && own.is_none_or(|own| property == Some(own))
    };
    let (_, own, why, instead) = GLOBALS.iter().find(is)?;
    let name = match own {
        Some(own) => format!("{name}.{own}"),
        None => name.to_owned(),
    };
    Some(Absent { name, why, instead })
}

/// What is wrong with importing a module that is neither `tusk` nor a text.
pub(super) fn module(name: &str) -> (String, &'static str) {
    let short = name.strip_prefix("node:").unwrap_or(name);
    let base = short.split('/').next().unwrap_or(short);
    let builtin = BUILTINS.iter().find(|(builtin, _)| *builtin == base);
    match builtin {
        Some((_, instead)) => (
            format!("there is no module `{}` of Node.js here", name.escape_debug()),
            instead,
        ),
        None if name.contains("://") => (
            format!("a text imports nothing from the network: `{}`", name.escape_debug()),
            PROJECT,
        ),
        None => (
            format!("there are no packages here: `{}`", name.escape_debug()),
            PROJECT,
        ),
    }
}
