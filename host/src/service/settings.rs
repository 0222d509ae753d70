//! What `[service]` and `[limits]` say.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
};

use tsk::{Config, Diagnostic};

use crate::{
    base::{
        bearer::Bearer,
        limits::{self, Limits, MEMORY_MAX},
        section::{self, Section},
        sections,
    },
    observe::otlp::Resource,
};

/// What the file says about the service as a whole.
#[derive(Clone, Debug)]
pub struct ServiceSettings {
    /// `[service] name` and `version`; `fallback_name` of [`new`](Self::new) and `0` when they are not given.
    pub service: Resource,
    /// `[service] host`; 127.0.0.1 when it is not given.
    pub host: IpAddr,
    /// `[service] port`; 8000 when it is not given.
    pub port: u16,
    /// `[limits]`, with defaults where it says nothing.
    pub limits: Limits,
    /// `[admin]`; none without that section.
    pub admin: Option<SocketAddr>,
    /// `[admin] token`.
    pub admin_token: Option<Bearer>,
}

impl ServiceSettings {
    /// `fallback_name` is the service's name when the file gives none.
    pub fn new(config: &Config, fallback_name: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut section = Section::new(config, &sections::SERVICE);
        let name = section.text("name", "\"users\"").unwrap_or(fallback_name).into();
        let version = section.text("version", "\"1.2.0\"").unwrap_or("0").into();
        let host = section.parsed("host", "an IP address", "\"0.0.0.0\"", |text| text.parse().ok());
        let port = section.integer("port", PORTS, 8000);
        let mut limits = Section::new(config, &sections::LIMITS);
        let (admin, admin_token, mut wrong) = admin(config);
        let settings = Self {
            service: Resource { name, version },
            host: host.unwrap_or(LOCAL),
            port: port.map_or(8000, |port| port as u16),
            limits: read_limits(&mut limits),
            admin,
            admin_token,
        };
        section.diagnostics.append(&mut limits.diagnostics);
        section.diagnostics.append(&mut wrong);
        section.finish(settings)
    }
}

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PORTS: RangeInclusive<i64> = 0..=u16::MAX as i64;

fn read_limits(section: &mut Section<'_>) -> Limits {
    let default = Limits::default();
    let (least, most) = limits::DEADLINES;
    Limits {
        deadline: section
            .seconds("deadline", least..=most, "\"10s\"")
            .unwrap_or(default.deadline),
        memory: section
            .size("memory", 1 << 20..=MEMORY_MAX, "\"32MB\"")
            .unwrap_or(default.memory),
        body: section.size("body", 0..=usize::MAX, "\"4MB\"").unwrap_or(default.body),
        response: section
            .size("response", 0..=usize::MAX, "\"4MB\"")
            .unwrap_or(default.response),
        concurrency: section
            .integer("concurrency", 1..=900, 64)
            .map_or(default.concurrency, |n| n as usize),
        queue: section
            .integer("queue", 0..=100_000, 64)
            .map_or(default.queue, |n| n as usize),
        queue_wait: section
            .seconds("queue_wait", least..=most, "\"10s\"")
            .unwrap_or(default.queue_wait),
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

/// `[admin] host` and `port`, 127.0.0.1 and 9001 where they are not given, and `token`; and what is wrong with them.
fn admin(config: &Config) -> (Option<SocketAddr>, Option<Bearer>, Vec<Diagnostic>) {
    let mut section = Section::new(config, &sections::ADMIN);
    let host = match section.get("host") {
        None => Some(LOCAL),
        Some(_) => section.parsed("host", "an IP address", "\"127.0.0.1\"", |text| text.parse().ok()),
    };
    let port = section.integer("port", PORTS, ADMIN_PORT.into());
    let port = port.map_or(ADMIN_PORT, |port| port as u16);
    let token = admin_token(&mut section);
    let address = host.filter(|_| section.is_there());
    let reaches_out = address.filter(|host| !is_local(*host));
    if let (Some(host), None, Some(node)) = (reaches_out, section.get("token"), section.get("host")) {
        let message = format!("[admin] needs a `token`: other machines reach {host}");
        section.refuse(node, message, format!("write {ADMIN_TOKEN}, or `host: \"127.0.0.1\"`"));
    }
    let address = address.map(|host| SocketAddr::new(host, port));
    (address, token, section.diagnostics)
}
