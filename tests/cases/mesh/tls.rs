//! Serving over TLS: handshakes, clients without it, paths.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{CERTIFIED, LANGUAGES, PAYMENT, SECRET, with};
use crate::harness::{Authority, Folder, Service, Up, eventually, free_ports};

/// A service over TLS, and the authority of its certificate.
pub(super) async fn secured(sections: &str) -> (Service, Authority) {
    let (folder, authority) = (Folder::new(&with(PAYMENT, sections)), Authority::new("ours"));
    authority.furnish(&folder, "payment-service");
    let mut service = Service::start_in(folder, &[("MESH_SECRET", SECRET)]).await;
    service.client = authority.client().build().unwrap();
    (service, authority)
}

/// `host:port`
fn address(service: &Service) -> &str {
    service.url.strip_prefix("https://").unwrap()
}

async fn failed(service: &Service) -> f64 {
    service
        .metrics()
        .await
        .get("tusk_tls_handshakes_failed_total", &[])
        .unwrap()
}

#[tokio::test]
async fn a_service_is_called_over_tls() {
    let (service, authority) = secured(CERTIFIED).await;
    assert!(service.url.starts_with("https://127.0.0.1:"), "{}", service.banner);
    for language in LANGUAGES {
        let answer = service.get(&format!("/{language}/accounts/7")).await;
        assert_eq!((answer.status, answer.json()["service"].is_null()), (200, true));
    }
    let url = format!("{}/health", service.url);
    let version = async |client: reqwest::ClientBuilder| {
        let answer = client.build().unwrap().get(&url).send().await;
        answer
            .map(|answer| answer.version())
            .map_err(|error| format!("{error:?}"))
    };
    assert_eq!(
        version(authority.client()).await,
        Ok(reqwest::Version::HTTP_2),
        "by ALPN"
    );
    assert_eq!(
        version(authority.client().http1_only()).await,
        Ok(reqwest::Version::HTTP_11)
    );
    assert_eq!(failed(&service).await, 0.0);
    let refused = version(Authority::new("theirs").client()).await.unwrap_err();
    assert!(refused.contains("UnknownIssuer"), "{refused}");
    eventually("the count", || async { (failed(&service).await == 1.0).then_some(()) }).await;
}

#[tokio::test]
async fn a_client_without_tls_is_told_so() {
    let (service, _) = secured(CERTIFIED).await;
    let mut stream = TcpStream::connect(address(&service)).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(
        answer.ends_with("\r\n\r\nthis address is called by https:\n"),
        "{answer}"
    );
    // Who only looks whether somebody listens is no failure.
    drop(TcpStream::connect(address(&service)).await.unwrap());
    eventually("the count", || async { (failed(&service).await == 1.0).then_some(()) }).await;
    assert_eq!(service.get("/health").await.status, 200);
    assert_eq!(failed(&service).await, 1.0);
}

#[tokio::test]
async fn slow_handshakes_are_cut_and_hinder_nobody() {
    let (service, _) = secured(CERTIFIED).await;
    let mut slow = Vec::new();
    for start in [&b""[..], &[0x16], &[0x16, 3, 1, 2, 0, 1, 0]] {
        let mut stream = TcpStream::connect(address(&service)).await.unwrap();
        stream.write_all(start).await.unwrap();
        slow.push(stream);
    }
    assert_eq!(service.get("/health").await.status, 200);
    for mut stream in slow {
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(std::time::Duration::from_secs(60), stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "it holds its connection");
    }
    eventually("the count", || async { (failed(&service).await == 3.0).then_some(()) }).await;
}

#[tokio::test]
async fn an_operator_gives_paths_out_of_the_folder() {
    let (authority, elsewhere) = (Authority::new("ours"), Folder::new(""));
    authority.furnish(&elsewhere, "payment-service");
    let sections = CERTIFIED
        .replace("\"cert.pem\"", "@env(\"TLS_CERT\")")
        .replace("\"key.pem\"", "@env.secure(\"TLS_KEY\")");
    let paths = ["cert.pem", "key.pem"].map(|name| elsewhere.file(name).display().to_string());
    let folder = Folder::new(&with(PAYMENT, &sections));
    let mut service = Service::start_in(folder, &[("TLS_CERT", &paths[0]), ("TLS_KEY", &paths[1])]).await;
    service.client = authority.client().build().unwrap();
    assert_eq!(service.get("/health").await.status, 200);
    authority.furnish(&elsewhere, "payment-service");
    service.logged("swapped in").await;
}

#[tokio::test]
async fn up_serves_over_tls() {
    let [first, second] = free_ports();
    let service = |name: &str, port: u16, needs: u16| {
        let own = format!("port: {port}\ndependencies: {{ other: \"https://127.0.0.1:{needs}\" }}\n");
        let sections = format!("{CERTIFIED}ca: \"ca.pem\"");
        let text = with(PAYMENT, &sections);
        text.replace("payment-service", name)
            .replacen("version: \"2.1\"\n", &own, 1)
    };
    let folder = Folder::new("word: \"one\"\n");
    let authority = Authority::new("ours");
    authority.furnish(&folder, "base");
    folder.write("a.tsk", &service("needy", first, second));
    folder.write("b.tsk", &service("base", second, 1));
    let up = Up::start(&folder, &[]);
    up.ready().await;
    let log = up.log();
    let at = |name: &str| log.find(&format!("{name} | ready at https://127.0.0.1:"));
    assert!(at("base ").unwrap() < at("needy").unwrap(), "{log}");
    let client = authority.client().build().unwrap();
    let answer = client
        .get(format!("https://127.0.0.1:{first}/health"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}
