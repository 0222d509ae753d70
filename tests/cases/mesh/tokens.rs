//! Tokens between services: who is let in, forged ones, secrets that rotate.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{LANGUAGES, ORDER, POLICY, SECRET, SHARED, claims, payment, plain_token, token, with};
use crate::harness::{Folder, Service, Upstream, eventually};

#[tokio::test]
async fn a_route_is_for_those_whom_the_file_names() {
    let payment = payment(POLICY).await;
    let ask = async |method: &str, path: &str, from: Option<&str>| {
        let url = format!("{}{path}", payment.url);
        let mut request = payment.client.request(method.parse().unwrap(), url);
        if let Some(from) = from {
            request = request.header("x-service-token", plain_token(from, "payment-service"));
        }
        payment.send(request).await
    };
    for language in LANGUAGES {
        let (charges, account) = (format!("/{language}/charges"), format!("/{language}/accounts/7"));
        for (method, path, from, status, service) in [
            ("POST", &charges, None, 401, None),
            ("POST", &charges, Some("user-service"), 403, None),
            ("POST", &charges, Some("order-service"), 200, Some("order-service")),
            ("POST", &charges, Some("order_service"), 200, Some("order_service")),
            ("GET", &account, None, 401, None),
            ("GET", &account, Some("anybody"), 200, Some("anybody")),
            ("HEAD", &account, None, 401, None),
            ("GET", &"/health".to_owned(), None, 200, None),
            ("GET", &"/health".to_owned(), Some("anybody"), 200, Some("anybody")),
            ("GET", &"/other".to_owned(), None, 401, None),
            ("GET", &"/other".to_owned(), Some("order-service"), 403, None),
            (
                "GET",
                &"/other".to_owned(),
                Some("user-service"),
                200,
                Some("user-service"),
            ),
            ("GET", &"/nowhere".to_owned(), None, 404, None),
        ] {
            let answer = ask(method, path, from).await;
            assert_eq!(answer.status, status, "{method} {path} {from:?}: {}", answer.text);
            if status == 200 {
                let seen = answer.json();
                assert_eq!(seen["service"], json!(service), "{method} {path} {from:?}");
                for (key, path) in [("secret", "mesh.secret"), ("section", "mesh")] {
                    let refused = seen[key].as_str().unwrap_or_default();
                    let told = format!("no fujsen reads `{path}`: what [mesh] holds is for the host alone");
                    assert!(refused.starts_with(&told), "{seen}");
                }
            }
        }
    }
    let unknown = ask("POST", "/rust/charges", None).await;
    assert_eq!(
        unknown.header("www-authenticate"),
        "ServiceToken header=\"x-service-token\""
    );
    assert_eq!(
        unknown.json(),
        json!({
            "status": "error", "service": "payment-service",
            "message": "only services may call this: a token for `payment-service` in x-service-token is missing",
        })
    );
    let wrong = ask("POST", "/rust/charges", Some("user-service")).await;
    assert_eq!(wrong.header("www-authenticate"), "");
    assert_eq!(
        wrong.json()["message"],
        "the service `user-service` may not call POST /rust/charges"
    );
    payment.logged("it is not in `allow` of [mesh]").await;
    assert!(!payment.log().contains(SECRET));
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let payment = payment(POLICY).await;
    let plain = json!({"alg": "HS256", "typ": "JWT"});
    let sound = plain_token("order-service", "payment-service");
    let parts: Vec<&str> = sound.split('.').collect();
    let none = token(
        "",
        &json!({"alg": "none"}),
        &claims("order-service", "payment-service", 60),
    );
    let unsigned = format!("{}.", none.rsplit_once('.').unwrap().0);
    for (what, token) in [
        ("no algorithm", none.clone()),
        ("no algorithm and no signature", unsigned),
        (
            "another algorithm",
            token(
                SECRET,
                &json!({"alg": "HS512"}),
                &claims("order-service", "payment-service", 60),
            ),
        ),
        (
            "another key",
            token(
                "another secret, and a long one, too",
                &plain,
                &claims("order-service", "payment-service", 60),
            ),
        ),
        ("another audience", plain_token("order-service", "user-service")),
        (
            "expired",
            token(SECRET, &plain, &claims("order-service", "payment-service", -60)),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("no token", "Bearer".to_owned()),
        ("long", format!("{sound}{}", "A".repeat(8000))),
    ] {
        let request = payment.client.post(format!("{}/rust/charges", payment.url));
        let answer = payment.send(request.header("x-service-token", token)).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text);
        assert!(
            !answer.text.contains("signature") && !answer.text.contains("key"),
            "{}",
            answer.text
        );
    }
    payment.logged("the token has expired").await;
    payment.logged("is for `user-service`, not for `payment-service`").await;
    assert!(!payment.log().contains(SECRET) && !payment.log().contains(parts[2]));
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_comes() {
    let payment = payment(POLICY).await;
    let address = payment.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /rust/charges HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 401");
}

#[tokio::test]
async fn services_know_each_other() {
    let payment = payment(POLICY).await;
    let urls = [("PAYMENT_URL", &*payment.url), ("MESH_SECRET", SECRET)];
    let order = Service::start_in(Folder::new(&with(ORDER, SHARED)), &urls).await;
    for language in LANGUAGES {
        let url = format!("{}/{language}/charges", payment.url);
        let answer = order.post(&format!("/{language}"), json!({ "url": url })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let seen = answer.json();
        assert_eq!(
            (&seen["service"], &seen["says"], &seen["version"]),
            (&json!("order-service"), &json!("order-service"), &json!("1.4")),
            "{language}"
        );
    }
}

#[tokio::test]
async fn tokens_go_to_dependencies_alone() {
    let foreign = Upstream::json("{}").await;
    let to_foreign = format!(
        "HTTP/1.1 307 Again\r\nlocation: {}/led\r\ncontent-length: 0\r\n\r\n",
        foreign.url()
    );
    let dependency = Upstream::start(to_foreign).await;
    let urls = [
        ("PAYMENT_URL", &*dependency.url()),
        ("OTHER_URL", &foreign.url()),
        ("MESH_SECRET", SECRET),
    ];
    let order = Service::start_in(Folder::new(&with(ORDER, SHARED)), &urls).await;
    for language in LANGUAGES {
        for url in [dependency.url(), foreign.url()] {
            let answer = order
                .post(&format!("/{language}"), json!({ "url": format!("{url}/x") }))
                .await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    }
    let by_path = |upstream: &Upstream, path: &str| -> Vec<String> {
        let all = upstream.requests().into_iter();
        all.filter(|request| request.starts_with(path)).collect()
    };
    let direct = by_path(&dependency, "POST /x");
    let (led, own) = (by_path(&foreign, "POST /led"), by_path(&foreign, "POST /x"));
    let each = LANGUAGES.len();
    assert_eq!((direct.len(), led.len(), own.len()), (each, each, each));
    for request in [&direct, &led, &own].into_iter().flatten() {
        assert!(request.contains("x-service-name: order-service\r\n"), "{request}");
        assert!(request.contains("x-service-version: 1.4\r\n"), "{request}");
        assert!(
            !request.contains("made.up.here") && !request.contains("somebody-else"),
            "{request}"
        );
    }
    assert!(
        direct.iter().all(|request| request.contains("x-service-token: ey")),
        "{direct:?}"
    );
    assert!(
        led.iter()
            .chain(&own)
            .all(|request| !request.contains("x-service-token")),
        "{led:?} {own:?}"
    );
    let token = |request: &String| {
        let line = request.lines().find(|line| line.starts_with("x-service-token"));
        line.unwrap().to_owned()
    };
    for request in &direct {
        assert_eq!(token(request), token(&direct[0]), "it is kept");
    }

    // The host's own checks say who they are, too.
    let checks = eventually("a health check", || async {
        Some(by_path(&dependency, "GET /health")).filter(|checks| !checks.is_empty())
    });
    assert!(checks.await[0].contains("x-service-token: ey"));
}

#[tokio::test]
async fn secrets_rotate_without_a_gap() {
    const OLD: &str = "the old secret of thirty-two bytes, or more";
    let policy = |secrets: &str| POLICY.replacen("@env.secure(\"MESH_SECRET\")", secrets, 1);
    let both = policy("[@env.secure(\"MESH_SECRET\"), @env.secure(\"OLD_SECRET\")]");
    let folder = Folder::new(&with(super::PAYMENT, &both));
    let payment = Service::start_in(folder, &[("MESH_SECRET", SECRET), ("OLD_SECRET", OLD)]).await;
    let ask = async |secret: &str| {
        let token = token(
            secret,
            &json!({"alg": "HS256"}),
            &claims("order-service", "payment-service", 60),
        );
        let request = payment.client.post(format!("{}/rust/charges", payment.url));
        payment.send(request.header("x-service-token", token)).await.status
    };
    assert_eq!((ask(OLD).await, ask(SECRET).await), (200, 200));
    let new = with(super::PAYMENT, &policy("@env.secure(\"MESH_SECRET\")"));
    payment.folder.write("service.tsk", &new);
    eventually("the end of the old secret", || async {
        (ask(OLD).await == 401).then_some(())
    })
    .await;
    assert_eq!(ask(SECRET).await, 200);
}
