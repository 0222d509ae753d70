//! Which authorities a service believes when it calls another.

use serde_json::json;

use super::{CERTIFIED, ORDER, PAYMENT, tls::secured, with};
use crate::harness::{Authority, Folder, Service, eventually};

const BELIEVES: &str = "[tls]\nca: \"ca.pem\"\n";

/// What a call of a service over TLS comes to.
async fn call(order: &Service, payment: &Service) -> (u16, String) {
    let url = format!("{}/rust/charges", payment.url);
    let answer = order.post("/rust", json!({ "url": url })).await;
    (answer.status, answer.text)
}

async fn order(sections: &str, authority: &Authority, payment: &Service) -> Service {
    let folder = Folder::new(&with(ORDER, sections));
    folder.write("ca.pem", &authority.pem());
    Service::start_in(folder, &[("PAYMENT_URL", &payment.url)]).await
}

#[tokio::test]
async fn a_service_believes_the_authority_that_its_file_names() {
    let (payment, ours) = secured(CERTIFIED).await;
    let believes = order(BELIEVES, &ours, &payment).await;
    assert_eq!(call(&believes, &payment).await.0, 200);
    for (sections, authority) in [("", &ours), (BELIEVES, &Authority::new("theirs"))] {
        let doubts = order(sections, authority, &payment).await;
        let (status, text) = call(&doubts, &payment).await;
        assert_eq!(status, 502, "{text}");
        assert!(
            text.contains("UnknownIssuer") && text.contains("ca: \\\"ca.pem\\\""),
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_authority_that_is_replaced_counts_at_once() {
    let (payment, ours) = secured(CERTIFIED).await;
    let theirs = Authority::new("theirs");
    let order = order(BELIEVES, &theirs, &payment).await;
    assert_eq!(call(&order, &payment).await.0, 502);
    order.folder.write("ca.pem", &ours.pem());
    eventually("trust", || async {
        (call(&order, &payment).await.0 == 200).then_some(())
    })
    .await;
    order.folder.write("ca.pem", &theirs.pem());
    eventually("no trust", || async {
        (call(&order, &payment).await.0 == 502).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_expired_certificate_is_warned_of_and_refused() {
    let ours = Authority::new("ours");
    let folder = Folder::new(&with(PAYMENT, CERTIFIED));
    ours.furnish_until(&folder, "payment-service", 2001);
    let payment = Service::start_in(folder, &[]).await;
    assert!(payment.log().contains("has expired at 2001-01-01"), "{}", payment.log());
    let order = order(BELIEVES, &ours, &payment).await;
    let (status, text) = call(&order, &payment).await;
    assert!(status == 502 && text.contains("expired"), "{status} {text}");
    ours.furnish(&payment.folder, "payment-service");
    eventually("the renewed certificate", || async {
        (call(&order, &payment).await.0 == 200).then_some(())
    })
    .await;
}
