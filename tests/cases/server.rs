//! What clients, signals and the system's bounds do to a service that runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use super::hostile::resident;
use crate::harness::{Folder, Service, eventually, signal, tusk};

const MANY: &str = r#"[service]
name: "many"
[admin]
port: 0
[r]
f_fujsen = '''rust
#[fujsen]
fn reply(kind: i64) -> Response {
    let mut r = Response::text("x");
    for i in 0..(if kind == 0 { 40000 } else { 70000 }) { r = r.header(&if kind == 0 { format!("x{i}") } else { "y".to_string() }, ""); }
    r
}
#[fujsen]
fn sends() -> Result<Value> {
    let mut r = http::get("http://127.0.0.1:9/");
    for i in 0..30000 { r = r.header(&format!("x{i}"), ""); }
    r.send()?;
    Ok(json!(1))
}
#[fujsen]
fn who(request: Request) -> Result<Value> {
    Ok(json!({ "host": request.header("host"), "cookie": request.header("cookie") }))
}
'''
[a]
f_fujsen = '''assemblyscript
export function reply(kind: i64): Response {
  const r = Response.text("x");
  for (let i = 0; i < (kind == 0 ? 40000 : 70000); i++) r.header(kind == 0 ? "x" + i.toString() : "y", "");
  return r;
}
export function who(request: Request): Json {
  return Json.object().set("host", request.header("host")).set("cookie", request.header("cookie"));
}
'''
[up]
url: "http://127.0.0.1:9"
[routes]
"GET /r/reply": r.reply
"GET /r/sends": r.sends
"GET /r/who": r.who
"GET /a/reply": a.reply
"GET /a/who": a.who
"#;

#[tokio::test]
async fn headers_without_end_are_refused_with_their_reason_in_the_log() {
    let service = Service::start(MANY).await;
    for path in [
        "/r/reply?kind=0",
        "/r/reply?kind=1",
        "/a/reply?kind=0",
        "/a/reply?kind=1",
        "/r/sends",
    ] {
        assert_eq!(service.get(path).await.status, 500, "{path}");
    }
    service.logged("its 40001 headers").await;
    service.logged("its 70001 headers").await;
    service.logged("30000 headers").await;
    assert!(!service.log().contains("MAX_SIZE"), "nothing panics");
    assert_eq!(service.metrics().await.get("tusk_http_panics_total", &[]), Some(0.0));
}

#[tokio::test]
async fn host_and_cookies_are_the_same_over_both_protocols() {
    let service = Service::start(MANY).await;
    let second = crate::harness::client().http2_prior_knowledge().build().unwrap();
    let host = service.url.trim_start_matches("http://").to_owned();
    for path in ["/r/who", "/a/who"] {
        for client in [&service.client, &second] {
            let request = client.get(format!("{}{path}", service.url));
            let answer = service
                .send(request.header("cookie", "a=1").header("cookie", "b=2"))
                .await;
            let json = answer.json();
            assert_eq!(
                (json["host"].as_str(), json["cookie"].as_str()),
                (Some(&*host), Some("a=1; b=2")),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn signals_reload_or_do_nothing() {
    let mut service = Service::start(MANY).await;
    let id = service.id() as i32;
    for name in ["USR1", "USR2", "PIPE", "HUP"] {
        signal(id, name);
    }
    service.logged("SIGHUP: the file is read again").await;
    service.logged("swapped in").await;
    assert_eq!(service.get("/r/who").await.status, 200);
    signal(id, "TERM");
    assert!(service.ended().await.success());
}

/// Sets how many descriptors a process may have; to as many as it may set itself where no number is given.
fn bound_descriptors(process: i32, most: Option<u64>) {
    let process = Pid::from_raw(process);
    let most = most.or_else(|| getrlimit(Resource::Nofile).maximum);
    let bound = Rlimit {
        current: most,
        maximum: most,
    };
    prlimit(process, Resource::Nofile, bound).unwrap();
}

#[tokio::test]
async fn a_thousand_idle_connections_make_room_when_descriptors_are_few() {
    const IDLE: usize = 1000;
    let service = Service::start(MANY).await;
    bound_descriptors(service.id() as i32, Some(256));
    // This process holds the other ends.
    bound_descriptors(0, None);
    let address = service.url.trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let _ = stream.write_all(b"GET /r/who HTTP/1.1\r\nhost: x\r\n\r\n").await;
        idle.push(stream);
    }
    for path in ["/r/who", "/a/who"] {
        // A client of its own, so that none of these has a connection already.
        let client = crate::harness::client().build().unwrap();
        let request = client.get(format!("{}{path}", service.url));
        let served = timeout(Duration::from_secs(60), service.send(request)).await;
        assert_eq!(served.expect("a new client is served").status, 200, "{path}");
    }
    assert_eq!(idle.len(), IDLE);
}

const LARGE: usize = 2 << 20;
const STREAMS: u32 = 128;

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = (payload.len() as u32).to_be_bytes();
    let mut frame = vec![a, b, c, kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// What has come on a connection of HTTP/2.
#[derive(Default, Debug)]
struct Come {
    answers: usize,
    bytes: usize,
    ends: usize,
}

/// Reads until there is enough, or nothing more comes for a while.
async fn read_frames(stream: &mut TcpStream, come: &mut Come, is_enough: impl Fn(&Come) -> bool) {
    let mut header = [0; 9];
    while !is_enough(come) {
        match timeout(Duration::from_secs(3), stream.read_exact(&mut header)).await {
            Ok(read) => read.unwrap(),
            Err(_) => return,
        };
        let mut payload = vec![0; u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize];
        stream.read_exact(&mut payload).await.unwrap();
        let (kind, flags) = (header[3], header[4]);
        match (kind, flags) {
            (0, _) => come.bytes += payload.len(),
            (1, _) => come.answers += 1,
            (6, 0) => stream.write_all(&frame(6, 1, 0, &payload)).await.unwrap(),
            _ => {}
        }
        come.ends += usize::from(kind < 2 && flags & 1 == 1);
    }
}

#[tokio::test]
async fn answers_that_nobody_takes_wait_without_filling_the_memory_and_come_in_the_end() {
    let text = format!(
        "[a]\nf_fujsen = '''rust\n#[fujsen]\nfn large() -> Vec<u8> {{ vec![7; {LARGE}] }}\n'''\n[routes]\n\"GET /large\": a.large\n"
    );
    let service = Service::start(&text).await;
    assert_eq!(service.get("/large").await.text.len(), LARGE);
    let before = resident(service.id());
    let mut stream = TcpStream::connect(service.url.trim_start_matches("http://"))
        .await
        .unwrap();
    // SETTINGS with an initial window of nothing.
    let start = [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]),
    ]
    .concat();
    stream.write_all(&start).await.unwrap();
    // GET, `http`, the path, and `x` as the authority.
    let head = b"\x82\x86\x04\x06/large\x01\x01x";
    let mut come = Come::default();
    for number in 0..STREAMS {
        stream.write_all(&frame(1, 5, 2 * number + 1, head)).await.unwrap();
        if number < 10 {
            // One by one until there is no more room; then all others at once.
            read_frames(&mut stream, &mut come, |come| come.answers > number as usize).await;
        }
    }
    read_frames(&mut stream, &mut come, |_| false).await;
    assert!((8..20).contains(&come.answers) && come.bytes == 0, "{come:?}");
    let more = resident(service.id()).saturating_sub(before);
    assert!(more < 80 << 10, "{more} KiB are held for one client");
    assert_eq!(service.get("/large").await.status, 200, "others are served");

    let most = i32::MAX.to_be_bytes();
    let opened = [
        frame(4, 0, 0, &[&[0, 4][..], &most].concat()),
        frame(8, 0, 0, &(1u32 << 30).to_be_bytes()),
    ];
    stream.write_all(&opened.concat()).await.unwrap();
    read_frames(&mut stream, &mut come, |come| come.ends == STREAMS as usize).await;
    let all = STREAMS as usize;
    assert_eq!((come.answers, come.ends, come.bytes), (all, all, all * LARGE));
}

/// Many clients that take nothing, beside one that is slow and goes on.
#[tokio::test]
async fn answers_that_many_do_not_take_cost_them_their_connections_and_nobody_else() {
    const BYTES: usize = 15 << 20;
    let code = format!("#[fujsen]\nfn large() -> Vec<u8> {{ vec![7; {BYTES}] }}\n#[fujsen]\nfn small() -> i64 {{ 7 }}");
    let limits = "[limits]\nresponse: \"16MB\"\nconcurrency: 4\n";
    let routes = "[routes]\n\"GET /large\": a.large\n\"GET /small\": a.small\n";
    let service = Service::start(&format!("{limits}[a]\nf_fujsen = '''rust\n{code}\n'''\n{routes}")).await;
    assert_eq!(service.get("/large").await.text.len(), BYTES);
    let before = resident(service.id());
    let address = service.url.trim_start_matches("http://").to_owned();
    let ask = async || {
        // Otherwise the system's own buffers would take most of an answer for those who read nothing.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 << 10).unwrap();
        let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let request = b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        stream
    };
    let mut slow = ask().await;
    let slow = tokio::spawn(async move {
        let (mut all, mut piece) = (0, vec![0; 128 << 10]);
        while let Ok(count @ 1..) = slow.read(&mut piece).await {
            all += count;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        all
    });
    let mut still = Vec::new();
    for _ in 0..40 {
        still.push(ask().await);
    }
    // Room is made when somebody needs it, who may be told to come again while so many calls wait.
    eventually("room for others, who are served", || async {
        let is_served = service.get("/small").await.text == "7";
        let was_made = service.log().contains("those who take them slowest were closed");
        (is_served && was_made).then_some(())
    })
    .await;
    assert!(slow.await.unwrap() > BYTES, "who takes is not cut");
    let more = resident(service.id()).saturating_sub(before);
    assert!(
        more < (256 + 160) << 10,
        "{more} KiB are held for those who take nothing"
    );
    let mut cut = 0;
    for stream in &mut still {
        let mut all = Vec::new();
        let ended = timeout(Duration::from_secs(60), stream.read_to_end(&mut all)).await;
        cut += usize::from(!matches!(ended, Ok(Ok(length)) if length > BYTES));
    }
    // How many depends on how many answers were made before these began to be read.
    assert!((5..=40).contains(&cut), "{cut} of 40 were cut");
}

#[tokio::test]
async fn a_stop_under_load_fails_no_request() {
    let mut service = Service::start(MANY).await;
    let second = crate::harness::client().http2_prior_knowledge().build().unwrap();
    let clients = [service.client.clone(), second];
    let all_answered = Arc::new(AtomicUsize::new(0));
    let load: Vec<_> = (0..20)
        .map(|n| {
            let (client, url) = (clients[n % 2].clone(), format!("{}/r/who", service.url));
            let all_answered = all_answered.clone();
            tokio::spawn(async move {
                let mut answered = 0;
                loop {
                    match client.get(&url).send().await {
                        Ok(answer) => assert_eq!(answer.status(), 200),
                        // Nobody listens any more: this one was never accepted.
                        Err(error) if error.is_connect() => return answered,
                        Err(error) => panic!("after {answered}: {error:?}"),
                    }
                    answered += 1;
                    all_answered.fetch_add(1, Relaxed);
                }
            })
        })
        .collect();
    eventually("load", || async { (all_answered.load(Relaxed) > 100).then_some(()) }).await;
    signal(service.id() as i32, "TERM");
    let mut all = 0;
    for one in load {
        all += one.await.unwrap();
    }
    assert!(all > 100, "{all} requests are no load");
    assert!(service.ended().await.success());
}

#[tokio::test]
async fn the_admin_address_knows_whom_it_answers() {
    let service = Service::start(&MANY.replace("port: 0", "port: 0\ntoken: \"s3cret-s3cret\"")).await;
    let url = service.admin_url().to_owned();
    let ask = |path: &str, headers: &[(&'static str, &str)]| {
        let request = service.client.get(format!("{url}{path}"));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        service.send(request)
    };
    let token = ("authorization", "Bearer s3cret-s3cret");
    for (path, headers, status) in [
        ("/metrics", &[][..], 401),
        ("/metrics", &[("authorization", "Bearer s3cret-s3creT")], 401),
        ("/metrics", &[token], 200),
        ("/health/ready", &[], 200),
        ("/health/live", &[("host", "evil.example")], 403),
        ("/metrics", &[token, ("origin", "http://evil.example")], 403),
        ("/metrics", &[token, ("origin", &*url)], 200),
    ] {
        assert_eq!(ask(path, headers).await.status, status, "{path} {headers:?}");
    }
}

#[tokio::test]
async fn an_admin_address_that_others_reach_needs_a_token() {
    let open = "[service]\nhost: \"0.0.0.0\"\n[admin]\nhost: \"0.0.0.0\"\n";
    let refused = tusk(Folder::new(open).path(), &["check", "service.tsk"]);
    assert!(
        refused.stderr.contains("token: @env.secure(\"ADMIN_TOKEN\")"),
        "{}",
        refused.stderr
    );
    let folder = Folder::new("[service]\nhost: \"0.0.0.0\"\n");
    let refused = tusk(folder.path(), &["service.tsk", "--port", "0", "--admin", "0.0.0.0:0"]);
    assert!(
        refused.stderr.contains("token: @env.secure(\"ADMIN_TOKEN\")"),
        "{}",
        refused.stderr
    );
}
