//! Certificates that are renewed while the service runs.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

use reqwest::tls::TlsInfo;

use super::{CERTIFIED, PAYMENT, tls::secured, with};
use crate::harness::{Authority, eventually};

/// The certificate that a new connection gets.
async fn shown(authority: &Authority, url: &str) -> Vec<u8> {
    let client = authority.client().tls_info(true).build().unwrap();
    let answer = client.get(url).send().await.unwrap();
    let info: &TlsInfo = answer.extensions().get().unwrap();
    info.peer_certificate().unwrap().to_vec()
}

#[tokio::test]
async fn no_request_is_lost_while_certificates_are_renewed() {
    let (service, authority) = secured(CERTIFIED).await;
    let url = format!("{}/health", service.url);
    let (stop, failed, served) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(0)),
        Arc::new(AtomicU32::new(0)),
    );
    let load: Vec<_> = (0..8)
        .map(|n| {
            // Half of them over one connection, the others over a new one each time.
            let client = authority
                .client()
                .pool_max_idle_per_host(if n % 2 == 0 { 8 } else { 0 });
            let client = client.build().unwrap();
            let (url, stop, failed, served) = (url.clone(), stop.clone(), failed.clone(), served.clone());
            tokio::spawn(async move {
                while !stop.load(Relaxed) {
                    let answer = client.get(&url).send().await;
                    let sound = answer.as_ref().is_ok_and(|answer| answer.status() == 200);
                    if !sound {
                        eprintln!("{answer:?}");
                    }
                    (if sound { &served } else { &failed }).fetch_add(1, Relaxed);
                }
            })
        })
        .collect();
    for _ in 0..5 {
        let before = shown(&authority, &url).await;
        // In between, the key is not that of the certificate: the version before goes on.
        authority.furnish(&service.folder, "payment-service");
        eventually("the new certificate", || async {
            (shown(&authority, &url).await != before).then_some(())
        })
        .await;
    }
    stop.store(true, Relaxed);
    for task in load {
        task.await.unwrap();
    }
    assert_eq!(failed.load(Relaxed), 0);
    assert!(
        served.load(Relaxed) > 50,
        "{} requests were served",
        served.load(Relaxed)
    );
}

#[tokio::test]
async fn what_is_broken_leaves_the_certificate_before() {
    let (service, authority) = secured(CERTIFIED).await;
    let url = format!("{}/health", service.url);
    let before = shown(&authority, &url).await;
    service.folder.write("cert.pem", "torn\n");
    service.logged("cert.pem holds no certificate").await;
    service.logged("keeps serving").await;
    assert_eq!(shown(&authority, &url).await, before);
    authority.furnish(&service.folder, "payment-service");
    eventually("the new certificate", || async {
        (shown(&authority, &url).await != before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_save_can_begin_and_end_tls() {
    let (service, authority) = secured(CERTIFIED).await;
    let plain = service.url.replacen("https:", "http:", 1);
    let client = authority.client().pool_max_idle_per_host(0).build().unwrap();
    let ask = async |url: &str| {
        let answer = client.get(format!("{url}/health")).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    };
    assert!(ask(&service.url).await && !ask(&plain).await);
    service.folder.write("service.tsk", &with(PAYMENT, ""));
    eventually("an address without TLS", || async { ask(&plain).await.then_some(()) }).await;
    service.folder.write("service.tsk", &with(PAYMENT, CERTIFIED));
    eventually("an address with TLS", || async {
        ask(&service.url).await.then_some(())
    })
    .await;
    assert!(!ask(&plain).await);
}
