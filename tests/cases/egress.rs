//! What the file does not name is not reached: every spelling of an address, by every way to ask for it, and listeners that count
//! who comes.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

use crate::harness::{Folder, Service, free_ports};

/// `{granted}`, `{trap}` and `{admin}` are ports.
const EGRESS: &str = r#"
[service]
name: "egress"
home: "http://127.0.0.2:{granted}"

[admin]
port: {admin}

[cors]
origins: ["http://127.0.0.2:{trap}", "http://127.0.0.1:{trap}"]

[grpc]
users: "http://127.0.0.5:{trap}"

[state]
url: "sqlite::memory:"

[discovery]
registry: "http://127.0.0.1:{granted}"
path: "/instances/{name}"
refresh: "1h"

[values]
upstream: "http://127.0.0.1:{granted}/base"
named: "http://localhost:{granted}"
# Named, and the admin address all the same.
admin: ["http://127.0.0.1:{admin}", "http://localhost:{admin}", "http://[::ffff:127.0.0.1]:{admin}", "http://0.0.0.0:{admin}"]

[r]
reuse: 100000
all_fujsen = '''rust
fn told<T>(result: Result<T>) -> Value {
    match result {
        Ok(_) => json!({ "code": "reached" }),
        Err(error) => json!({ "code": error.code(), "message": error.message() }),
    }
}
#[fujsen]
fn http(url: String, #[default("GET".to_owned())] method: String, host: Option<String>) -> Value {
    let mut request = http::request(&method, &url);
    if let Some(host) = host { request = request.header("host", &host).header("x-forwarded-host", &host); }
    told(request.send())
}
#[fujsen]
fn redis(url: String) -> Value { told(redis::server(url).get::<String>("k")) }
#[fujsen]
fn grpc(url: String) -> Value { told(grpc::call(&url, "a.B/C", &json!({}))) }
'''

[a]
reuse: 100000
all_fujsen = '''assemblyscript
export function http_as(url: string): Json {
  const result = http.request("GET", url).trySend(), error = result.error;
  return Json.object().set("code", error ? error.code : "reached").set("message", error ? error.message : "");
}
'''

[routes]
"GET /http": r.http
"GET /redis": r.redis
"GET /grpc": r.grpc
"GET /as": a.http_as
"#;

/// Listeners at one address each: what the file grants, and what nobody may come to.
struct Listeners {
    granted: u16,
    trap: u16,
    /// Who came where.
    counts: BTreeMap<SocketAddr, Arc<AtomicUsize>>,
    /// What the registry answers for a name.
    instances: Arc<Mutex<Vec<String>>>,
}

impl Listeners {
    async fn start() -> Self {
        let (granted, trap) = loop {
            let ports: [u16; 2] = free_ports();
            let mut all = Vec::new();
            for ip in Self::hosts() {
                for port in &ports {
                    all.push(TcpListener::bind((ip, *port)).await.is_ok());
                }
            }
            if all.iter().all(|bound| *bound) {
                break (ports[0], ports[1]);
            }
        };
        let mut listeners = Self {
            granted,
            trap,
            counts: BTreeMap::new(),
            instances: Arc::default(),
        };
        for ip in Self::hosts() {
            for port in [granted, trap] {
                let address = SocketAddr::new(ip, port);
                let listener = TcpListener::bind(address).await.expect("it was free just now");
                let count = Arc::new(AtomicUsize::new(0));
                listeners.counts.insert(address, count.clone());
                let instances = listeners.instances.clone();
                tokio::spawn(async move {
                    while let Ok((stream, _)) = listener.accept().await {
                        count.fetch_add(1, SeqCst);
                        tokio::spawn(serve(stream, instances.clone()));
                    }
                });
            }
        }
        listeners
    }

    fn hosts() -> Vec<IpAddr> {
        let mut hosts: Vec<IpAddr> = (1..=4).map(|last| Ipv4Addr::new(127, 0, 0, last).into()).collect();
        if std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
            hosts.push(Ipv6Addr::LOCALHOST.into());
        }
        hosts
    }

    /// Where somebody came who must not; `localhost` is granted by name.
    fn trapped(&self) -> Vec<String> {
        let granted = |address: &SocketAddr| {
            address.port() == self.granted
                && (address.ip() == Ipv4Addr::LOCALHOST || address.ip() == Ipv6Addr::LOCALHOST)
        };
        let came = self
            .counts
            .iter()
            .filter(|(address, count)| !granted(address) && count.load(SeqCst) > 0);
        came.map(|(address, count)| format!("{address}: {}", count.load(SeqCst)))
            .collect()
    }

    /// At `::1`, which `localhost` may lead to and no other granted name does.
    fn at_v6(&self) -> usize {
        let address = SocketAddr::new(Ipv6Addr::LOCALHOST.into(), self.granted);
        self.counts.get(&address).map_or(0, |count| count.load(SeqCst))
    }
}

/// `/to?URL` redirects there, `/repeat?URL` with 307; `/instances/vN` names the Nth instance.
async fn serve(mut stream: TcpStream, instances: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece).await {
        head.extend_from_slice(&piece[..read]);
        if !head.windows(4).any(|end| end == b"\r\n\r\n") {
            continue;
        }
        let text = String::from_utf8_lossy(&std::mem::take(&mut head)).into_owned();
        let target = text.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let location = percent_decode(query);
        let answer = match path {
            "/to" => format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"),
            "/repeat" => format!("HTTP/1.1 307 Again\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"),
            _ if path.starts_with("/instances/v") => {
                let at: Option<usize> = path["/instances/v".len()..].parse().ok();
                let url = at.and_then(|at| instances.lock().expect("no task panicked").get(at).cloned());
                let body = json!([{ "url": url }]).to_string();
                let length = body.len();
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
            }
            _ => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned(),
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn percent_decode(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Hosts that are not granted, in every way to write them. Those of this machine have a listener that counts.
fn hosts() -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for address in [
        Ipv4Addr::new(127, 0, 0, 2),
        Ipv4Addr::new(127, 0, 0, 3),
        Ipv4Addr::new(10, 0, 0, 1),
        Ipv4Addr::new(169, 254, 169, 254),
    ] {
        let [a, b, c, d] = address.octets();
        let number = u32::from(address);
        let (high, low) = (number >> 16, number & 0xffff);
        hosts.extend([
            address.to_string(),
            format!("{address}."),
            number.to_string(),
            format!("{number:#x}"),
            format!("0{number:o}"),
            format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("{a}.{}", number & 0xff_ffff),
            format!("{a}.{b}.{low}"),
            format!("{a:#X}.{b}.{low:#x}"),
            format!("[::ffff:{address}]"),
            format!("[::ffff:{high:x}:{low:x}]"),
            format!("[0:0:0:0:0:FFFF:{high:X}:{low:X}]"),
            format!("[::{address}]"),
            format!("[64:ff9b::{address}]"),
            format!("[64:ff9b:1::{address}]"),
            format!("[2002:{high:x}:{low:x}::]"),
            format!("%31{}", &address.to_string()[1..]),
            address.to_string().replace('.', "。"),
            address.to_string().replace('1', "１"),
        ]);
    }
    hosts.extend(
        [
            "127.0.0.5",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:0:127.0.0.2]",
            "[::]",
            "0.0.0.0",
            "0",
            "0x0",
            "127.1.1.1",
            "localhost.",
            "LOCALHOST.",
            "ip6-localhost",
            "localhost.localdomain",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "metadata.google.internal",
            "127.0.0.1.nip.io",
            "users",
            "xn--localhost",
            "[::1%25lo]",
        ]
        .map(str::to_owned),
    );
    hosts
}

/// URLs that are not granted, for each host and port: plain, and made to look like what is granted.
fn urls(granted: u16, trap: u16) -> Vec<String> {
    let mut urls = Vec::new();
    for host in hosts() {
        for port in [granted, trap] {
            urls.extend([
                format!("http://{host}:{port}/"),
                format!("HTTP://127.0.0.1:{granted}@{host}:{port}/base"),
            ]);
        }
        urls.push(format!(
            "http://user:127.0.0.1@{host}:{trap}/?http://127.0.0.1:{granted}"
        ));
    }
    for host in [
        "127.0.0.1",
        "localhost",
        "0x7f.1",
        "2130706433",
        "127.0.1",
        "[::ffff:127.0.0.1]",
    ] {
        urls.extend([
            format!("http://{host}:{trap}/"),
            format!("https://{host}:{granted}/"),
            format!("http://{host}/"),
            format!("http://{host}:0{trap}/"),
            format!("http://{host}:{}{granted}/", 1),
        ]);
    }
    urls.extend([
        format!("http://127.0.0.1:{granted}@127.0.0.2:{trap}"),
        format!("http://127.0.0.2:{trap}\\@127.0.0.1:{granted}/"),
        format!("http:\\\\127.0.0.2:{trap}/"),
        format!("http:/127.0.0.2:{trap}/"),
        format!("http:127.0.0.2:{trap}/"),
        format!("http:///127.0.0.2:{trap}/"),
        format!("\thttp://127.0.0.2:{trap}/"),
        format!("ht\ntp://127.0.0.2:{trap}/"),
        format!("http://127.0.0.2\t:{trap}/"),
        format!("http://127.0.0.2:{trap}#@127.0.0.1:{granted}/"),
        format!("http://127.0.0.2:{trap}?@127.0.0.1:{granted}/"),
        format!("//127.0.0.2:{trap}/"),
        format!("ftp://127.0.0.2:{trap}/"),
        format!("ws://127.0.0.2:{trap}/"),
        format!("file://127.0.0.2:{trap}/etc/passwd"),
        format!("unix:///tmp/x:{trap}"),
        format!("redis://127.0.0.2:{trap}/"),
        format!("gopher://127.0.0.2:{trap}/_GET%20/"),
        format!("service://127.0.0.2:{trap}/"),
        "service://127.0.0.2/".to_owned(),
    ]);
    urls
}

fn is_granted(url: &str, granted: u16) -> bool {
    let origins = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{granted}"));
    Url::parse(url).is_ok_and(|url| origins.contains(&url.origin().ascii_serialization()))
}

async fn egress(variables: &[(&str, &str)], listeners: &Listeners, admin: u16) -> Service {
    let text = EGRESS
        .replace("{granted}", &listeners.granted.to_string())
        .replace("{trap}", &listeners.trap.to_string())
        .replace("{admin}", &admin.to_string());
    Service::start_in(Folder::new(&text), variables).await
}

#[tokio::test]
async fn nothing_is_reached_that_the_file_does_not_name() {
    let listeners = Listeners::start().await;
    let (granted, trap) = (listeners.granted, listeners.trap);
    let proxy = format!("http://127.0.0.4:{trap}");
    let proxies = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ];
    let variables: Vec<_> = proxies.iter().map(|name| (*name, proxy.as_str())).collect();
    let [admin] = free_ports();
    let service = egress(&variables, &listeners, admin).await;

    let urls = urls(granted, trap);
    *listeners.instances.lock().expect("no task panicked") = urls.clone();
    let mut vectors: Vec<(&str, String, String)> = Vec::new();
    for (at, url) in urls.iter().enumerate() {
        let encoded: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        vectors.push(("/http", url.clone(), url.clone()));
        match at % 3 {
            // A header ends with its line.
            0 | 1 if url.contains('\n') => {}
            0 => vectors.push(("/http", format!("http://127.0.0.1:{granted}/to?{encoded}"), url.clone())),
            1 => vectors.push((
                "/http",
                format!("http://127.0.0.1:{granted}/repeat?{encoded}"),
                url.clone(),
            )),
            _ => vectors.push(("/http", format!("service://v{at}/"), url.clone())),
        }
        if at % 5 == 0 {
            vectors.push(("/as", url.clone(), url.clone()));
        }
        if at % 9 == 0 {
            let redis = url.to_lowercase().replacen("http", "redis", 1);
            vectors.push(("/redis", redis.clone(), redis));
            vectors.push(("/grpc", url.clone(), url.clone()));
        }
    }
    assert!(vectors.len() >= 800, "{} vectors", vectors.len());
    for (path, asked, leads) in &vectors {
        // A redirect without a scheme or with another is taken from where it came, as browsers do.
        let leads = match asked.contains("/to?") || asked.contains("/repeat?") {
            true => Url::parse(&format!("http://127.0.0.1:{granted}/")).and_then(|base| base.join(leads)),
            false => Url::parse(leads),
        };
        let may = leads.is_ok_and(|url| is_granted(url.as_str(), granted)) && *path != "/redis" && *path != "/grpc";
        let answer = service.ask(path, &[("url", asked)]).await;
        assert_eq!(answer.status, 200, "{path} {asked}: {answer:?}");
        let code = answer.json()["code"].as_str().map(str::to_owned).unwrap_or_default();
        assert_eq!(code == "reached", may, "{path} {asked}: {answer:?}");
        if !may {
            let refused = [
                "denied",
                "bad-url",
                "redirects",
                "unknown-server",
                "unknown-service",
                "registry",
                "no-instance",
            ];
            assert!(
                refused.contains(&code.as_str()),
                "it was tried: {path} {asked}: {answer:?}"
            );
        }
        assert_eq!(listeners.trapped(), [""; 0], "{path} {asked}");
    }
    assert_eq!(listeners.at_v6(), 0, "`localhost` was not asked for");

    for (method, host) in [
        ("GET", format!("127.0.0.2:{trap}")),
        ("POST", "169.254.169.254".to_owned()),
    ] {
        let url = format!("http://127.0.0.1:{granted}/base");
        let answer = service
            .ask("/http", &[("url", &url), ("method", method), ("host", &host)])
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(listeners.trapped(), [""; 0], "a header leads nowhere");
    }
    let reached = service
        .ask("/as", &[("url", &format!("http://localhost:{granted}/"))])
        .await;
    assert_eq!(
        reached.json()["code"],
        "reached",
        "what is granted is reached: {reached:?}"
    );
}

#[tokio::test]
async fn the_admin_address_is_never_reached() {
    let listeners = Listeners::start().await;
    let [admin] = free_ports();
    let service = egress(&[], &listeners, admin).await;
    assert_eq!(service.admin("/health/live").await.status, 200);
    let mut urls: Vec<String> = [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "0x7f.1",
        "2130706433",
    ]
    .map(|host| format!("http://{host}:{admin}/metrics"))
    .into();
    *listeners.instances.lock().expect("no task panicked") = urls.clone();
    for at in 0..urls.len() {
        let encoded: String = url::form_urlencoded::byte_serialize(urls[at].as_bytes()).collect();
        urls.push(format!("http://127.0.0.1:{}/to?{encoded}", listeners.granted));
        urls.push(format!("service://v{at}/metrics"));
    }
    for url in &urls {
        for path in ["/http", "/as"] {
            let answer = service.ask(path, &[("url", url)]).await;
            let told: Value = answer.json();
            assert_eq!(told["code"], "denied", "{path} {url}: {told}");
        }
    }
    let named = service
        .ask("/http", &[("url", &format!("http://127.0.0.1:{admin}/metrics"))])
        .await;
    let message = named.json()["message"].as_str().map(str::to_owned).unwrap_or_default();
    assert!(message.contains("the admin address of the service"), "{message}");
}

#[tokio::test]
async fn the_admin_address_is_one_address() {
    let listeners = Listeners::start().await;
    let [admin] = free_ports();
    let text = EGRESS
        .replace("port: {admin}\n", "port: {admin}\nhost: \"127.0.0.3\"\n")
        .replace("http://[::ffff:127.0.0.1]:{admin}", "http://127.0.0.3:{admin}")
        .replace("{granted}", &listeners.granted.to_string())
        .replace("{trap}", &listeners.trap.to_string())
        .replace("{admin}", &admin.to_string());
    let service = Service::start_in(Folder::new(&text), &[]).await;
    for (host, code) in [
        ("127.0.0.3", "denied"),
        ("0.0.0.0", "denied"),
        ("127.0.0.1", "connect"),
        ("localhost", "connect"),
    ] {
        let url = format!("http://{host}:{admin}/metrics");
        let answer = service.ask("/http", &[("url", &url)]).await;
        assert_eq!(answer.json()["code"], code, "{host}: {answer:?}");
    }
}
