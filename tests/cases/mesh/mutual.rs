//! Mutual TLS: clients prove who they are with a certificate.

use serde_json::{Value, json};

use super::{CERTIFIED, LANGUAGES, ORDER, POLICY, tls::secured, with};
use crate::harness::{Authority, Folder, Service, Upstream, eventually};

const MUTUAL: &str = "client_ca: \"ca.pem\"\n";
const OPTIONAL: &str = "client_auth: \"optional\"\n";
/// What a service says that calls over TLS and shows who it is.
pub(super) const SHOWS: &str = "[tls]\nca: \"ca.pem\"\nclient_certificate: \"cert.pem\"\nclient_key: \"key.pem\"\n";

/// Whom the service takes its client for.
async fn caller(answer: reqwest::Response) -> Value {
    let seen: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    seen["service"].clone()
}

#[tokio::test]
async fn only_clients_with_a_certificate_are_let_in() {
    let (service, ours) = secured(&format!("{CERTIFIED}{MUTUAL}")).await;
    let theirs = Authority::new("theirs");
    let ask = async |client: reqwest::ClientBuilder| {
        let client = client.build().unwrap();
        let answer = client.get(format!("{}/rust/accounts/7", service.url)).send().await;
        Some(caller(answer.ok()?).await)
    };
    assert_eq!(ask(ours.client()).await, None, "no certificate");
    assert_eq!(
        ask(ours.client_as(&theirs, "order-service")).await,
        None,
        "of another authority"
    );
    assert_eq!(
        ask(ours.client_as(&ours, "order-service")).await,
        Some(json!("order-service"))
    );
    assert_eq!(
        ask(ours.client_as(&ours, "order-service.prod.svc")).await,
        Some(json!("order-service"))
    );
    eventually("the count", || async {
        let failed = service.metrics().await.get("tusk_tls_handshakes_failed_total", &[]);
        (failed == Some(2.0)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_certificate_stands_for_a_token() {
    let (service, ours) = secured(&format!("{CERTIFIED}{MUTUAL}{OPTIONAL}{POLICY}")).await;
    let ask = async |client: reqwest::ClientBuilder, path: &str| {
        let client = client.build().unwrap();
        let answer = client.post(format!("{}{path}", service.url)).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, caller(answer).await)
    };
    for language in LANGUAGES {
        let path = format!("/{language}/charges");
        let order = ask(ours.client_as(&ours, "order-service"), &path).await;
        assert_eq!(order, (200, json!("order-service")), "{language}");
        assert_eq!(
            ask(ours.client_as(&ours, "user-service"), &path).await.0,
            403,
            "another name"
        );
        assert_eq!(ask(ours.client(), &path).await.0, 401, "no certificate, and no token");
    }
    service
        .logged("the service `user-service` may not call POST /rust/charges")
        .await;
}

#[tokio::test]
async fn two_services_prove_who_they_are() {
    let (payment, ours) = secured(&format!("{CERTIFIED}{MUTUAL}{}", certificates_only())).await;
    let folder = Folder::new(&with(ORDER, SHOWS));
    ours.furnish(&folder, "order-service");
    let order = Service::start_in(folder, &[("PAYMENT_URL", &payment.url)]).await;
    for language in LANGUAGES {
        let url = format!("{}/{language}/charges", payment.url);
        let answer = order.post(&format!("/{language}"), json!({ "url": url })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["service"], "order-service");
    }
    eventually("a check over TLS", || async {
        let up = order
            .metrics()
            .await
            .get("tusk_dependency_up", &[("dependency", "payment_service")]);
        (up == Some(1.0)).then_some(())
    })
    .await;
}

/// Who is led to a service by another one does not come in its own name.
#[tokio::test]
async fn a_certificate_does_not_follow_a_redirect() {
    let (payment, ours) = secured(&format!("{CERTIFIED}{MUTUAL}{OPTIONAL}")).await;
    let location = format!("{}/rust/charges", payment.url);
    let leads = format!("HTTP/1.1 307 Again\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
    let leads = Upstream::start(leads).await;
    let folder = Folder::new(&with(ORDER, SHOWS));
    ours.furnish(&folder, "order-service");
    let urls = [("PAYMENT_URL", &*payment.url), ("OTHER_URL", &leads.url())];
    let order = Service::start_in(folder, &urls).await;
    for (url, service) in [(location.clone(), json!("order-service")), (leads.url(), json!(null))] {
        let answer = order.post("/rust", json!({ "url": url })).await;
        assert_eq!((answer.status, &answer.json()["service"]), (200, &service), "{url}");
    }
}

/// The policy without a secret: certificates alone tell services apart.
fn certificates_only() -> String {
    POLICY.replacen("secret: @env.secure(\"MESH_SECRET\")\n", "", 1)
}
