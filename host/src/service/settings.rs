//! What `[service]` and `[limits]` say.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tsk::{Config, Diagnostic, Node, Value};

use crate::{
    base::{
        bearer::Bearer,
        limits::{Limits, MEMORY_MAX},
        section::{self, Section},
        sections,
    },
    observe::otlp::Service,
};

/// What the file says about the service as a whole.
#[derive(Clone, Debug)]
pub struct Settings {
    pub service: Service,
    /// `[service] host`; 127.0.0.1 when it is not given.
    pub host: IpAddr,
    /// `[service] port`; 8000 when it is not given.
    pub port: u16,
    pub limits: Limits,
    /// `[admin]`; none without that section.
    pub admin: Option<SocketAddr>,
    /// `[admin] token`.
    pub admin_token: Option<Bearer>,
}

impl Settings {
    /// `fallback_name` is the service's name when the file gives none.
    pub fn new(config: &Config, fallback_name: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader {
            config,
            diagnostics: Vec::new(),
        };
        let default = Limits::default();
        let (admin, admin_token) = reader.admin();
        let settings = Self {
            service: Service {
                name: reader.text("service.name").unwrap_or(fallback_name).into(),
                version: reader.text("service.version").unwrap_or("0").into(),
            },
            host: reader.host(),
            port: reader
                .integer("service.port", 0, u16::MAX.into())
                .map_or(8000, |port| port as u16),
            limits: Limits {
                deadline: reader.duration("limits.deadline").unwrap_or(default.deadline),
                memory: reader.memory().unwrap_or(default.memory),
                body: reader.size("limits.body").unwrap_or(default.body),
                response: reader.size("limits.response").unwrap_or(default.response),
                concurrency: reader
                    .integer("limits.concurrency", 1, 900)
                    .map_or(default.concurrency, |n| n as usize),
                queue: reader
                    .integer("limits.queue", 0, 100_000)
                    .map_or(default.queue, |n| n as usize),
                queue_wait: reader.duration("limits.queue_wait").unwrap_or(default.queue_wait),
            },
            admin,
            admin_token,
        };
        reader.unknown_limits();
        if reader.diagnostics.is_empty() {
            Ok(settings)
        } else {
            Err(reader.diagnostics)
        }
    }
}

/// Where the file names no port of `[admin]`.
const ADMIN_PORT: u16 = 9001;

/// The line that an admin address needs which other machines reach.
pub(crate) const ADMIN_TOKEN: &str = "`token: @env.secure(\"ADMIN_TOKEN\")`";

/// Whether an address is this machine's alone.
pub(crate) fn is_local(host: IpAddr) -> bool {
    host.to_canonical().is_loopback()
}

fn admin_token(section: &mut Section<'_>) -> Option<Bearer> {
    let node = section.get("token")?;
    let token = section::text(node).map(str::trim).filter(|token| {
        // What a header cannot carry, nobody can show.
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
    });
    if token.is_none() {
        let expected = "a text of visible characters without spaces";
        section.wrong("token", node, expected, "@env.secure(\"ADMIN_TOKEN\")");
    }
    token.map(Bearer::new)
}

struct Reader<'a> {
    config: &'a Config,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn wrong(&mut self, node: &Node, path: &str, expected: &str, instead: &str) {
        let key = path.rsplit('.').next().unwrap_or(path);
        self.diagnostics.push(
            Diagnostic::error("wrong-setting", format!("`{path}` must be {expected}"))
                .at(node.span)
                .help(format!("write, for example, `{key}: {instead}`")),
        );
    }

    fn text(&mut self, path: &str) -> Option<&'a str> {
        let node = self.config.get(path)?;
        if let Value::String(text) = &node.value {
            return Some(text);
        }
        self.wrong(node, path, "a string", "\"users\"");
        None
    }

    fn host(&mut self) -> IpAddr {
        let local = IpAddr::from([127, 0, 0, 1]);
        let Some(text) = self.text("service.host") else {
            return local;
        };
        text.parse().unwrap_or_else(|_| {
            if let Some(node) = self.config.get("service.host") {
                self.wrong(node, "service.host", "an IP address", "\"0.0.0.0\"");
            }
            local
        })
    }

    /// `[admin] host` and `port`, 127.0.0.1 and 9001 where they are not given, and `token`.
    fn admin(&mut self) -> (Option<SocketAddr>, Option<Bearer>) {
        let mut section = Section::new(self.config, &sections::ADMIN);
        let host = section.text("host", "\"127.0.0.1\"").unwrap_or("127.0.0.1").parse();
        if let (Err(_), Some(node)) = (&host, section.get("host")) {
            section.wrong("host", node, "an IP address", "\"127.0.0.1\"");
        }
        let port = section.integer("port", 0..=u16::MAX.into(), ADMIN_PORT.into());
        let port = port.map_or(ADMIN_PORT, |port| port as u16);
        let token = admin_token(&mut section);
        let address = host.ok().filter(|_| section.is_there());
        let reaches_out = address.filter(|host| !is_local(*host));
        if let (Some(host), None, Some(node)) = (reaches_out, section.get("token"), section.get("host")) {
            section.diagnostics.push(
                Diagnostic::error(
                    "wrong-setting",
                    format!("[admin] needs a `token`: other machines reach {host}"),
                )
                .at(node.span)
                .help(format!("write {ADMIN_TOKEN}, or `host: \"127.0.0.1\"`")),
            );
        }
        self.diagnostics.append(&mut section.diagnostics);
        (address.map(|host| SocketAddr::new(host, port)), token)
    }

    fn integer(&mut self, path: &str, min: i64, max: i64) -> Option<i64> {
        let node = self.config.get(path)?;
        match node.value {
            Value::Integer(number) if (min..=max).contains(&number) => Some(number),
            _ => {
                self.wrong(
                    node,
                    path,
                    &format!("an integer from {min} to {max}"),
                    &max.min(64).to_string(),
                );
                None
            }
        }
    }

    fn duration(&mut self, path: &str) -> Option<Duration> {
        let node = self.config.get(path)?;
        let duration = match &node.value {
            Value::String(text) => tsk::duration(text),
            _ => None,
        };
        if duration.is_none_or(|duration| duration.is_zero()) {
            self.wrong(node, path, "a duration above zero", "\"10s\"");
            return None;
        }
        duration
    }

    fn size(&mut self, path: &str) -> Option<usize> {
        let node = self.config.get(path)?;
        let size = match &node.value {
            Value::String(text) => tsk::size(text),
            Value::Integer(bytes) => u64::try_from(*bytes).ok(),
            _ => None,
        };
        if size.is_none() {
            self.wrong(node, path, "a size", "\"4MB\"");
        }
        size.map(|size| size as usize)
    }

    fn memory(&mut self) -> Option<usize> {
        let size = self.size("limits.memory")?;
        if (1 << 20..=MEMORY_MAX).contains(&size) {
            return Some(size);
        }
        let node = self.config.get("limits.memory")?;
        self.wrong(
            node,
            "limits.memory",
            &format!("from 1MB to {}MB", MEMORY_MAX >> 20),
            "\"32MB\"",
        );
        None
    }

    fn unknown_limits(&mut self) {
        let Some(Node {
            value: Value::Object(limits),
            ..
        }) = self.config.get("limits")
        else {
            return;
        };
        let known = sections::LIMITS.keys.known();
        for (key, node) in limits.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let help = match tsk::suggest(key, known.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("there are: {}", known.join(", ")),
            };
            let message = format!("there is no limit `{key}`");
            self.diagnostics
                .push(Diagnostic::error("unknown-limit", message).at(node.key_span).help(help));
        }
    }
}
