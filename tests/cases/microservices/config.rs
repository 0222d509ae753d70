//! The example's configuration service: values that change, and the last good ones.

use serde_json::{Value, json};

use super::system::{System, message, unchanged};
use crate::harness::eventually;

#[tokio::test]
async fn configuration_is_reloaded_and_the_last_good_kept() {
    let system = System::new(unchanged);
    let _auth = system.alone("auth-service", &[]).await;
    let local = json!({ "security": { "token_lifetime": 900 }, "logging": { "log_tokens": false } });
    assert_eq!(
        system.get("auth-service", "/config/auth-service").await.1,
        local,
        "without config-service"
    );

    let store = system.alone("config-service", &[]).await;
    let path = "/config/auth-service/development";
    assert_eq!(system.get("config-service", path).await.0, 404);
    let good = json!({ "security": { "token_lifetime": 60 }, "logging": { "log_tokens": false } });
    let stored = system.put("config-service", path, good.clone()).await;
    assert_eq!((stored.0, &stored.1["version"]), (200, &json!(1)));
    assert_eq!(system.get("auth-service", "/config/auth-service").await.1, good);
    // Without a word from us.
    system
        .until("auth-service", "/config", |(_, config)| *config == good)
        .await;
    let right = json!({ "service": "admin", "secret": "s3cret" });
    assert_eq!(system.post("auth-service", "/tokens", right).await.1["expires_in"], 60);

    let stale = system
        .client
        .put(system.url("config-service") + path)
        .header("if-match", "\"7\"");
    let stale = stale.header("content-type", "application/json").body("{}");
    assert_eq!(system.send(stale).await.0, 412);
    let bad = json!({ "security": { "token_lifetime": 0 }, "logging": 7 });
    assert_eq!(system.put("config-service", path, bad.clone()).await.1["version"], 2);
    let reload = system.post("auth-service", "/config/reload", json!({})).await.1;
    assert_eq!(reload["status"], "refused");
    let errors = reload["error"].as_str().unwrap();
    assert!(
        errors.contains("token_lifetime must be at least 1") && errors.contains("logging must be"),
        "{errors}"
    );
    // The host has seen it, too.
    eventually("the refusal", || async {
        let log = system.log_of("auth-service");
        log.contains("is not applied, the last good values stay").then_some(())
    })
    .await;
    assert_eq!(system.get("auth-service", "/config").await.1, good);

    // Config-service is down: what was good last stays.
    drop(store);
    assert_eq!(system.get("auth-service", "/config/auth-service").await.1, good);
    assert_eq!(
        system.post("auth-service", "/config/reload", json!({})).await.1["status"],
        "unchanged"
    );
    assert_eq!(system.get("auth-service", "/config/other-service").await.0, 503);

    let schema = json!({ "a": { "type": "integer", "required": true, "max": 5 }, "b.c": { "required": true } });
    let check = |config: Value| {
        let (system, schema) = (&system, schema.clone());
        async move {
            let body = json!({ "config": config, "schema": schema });
            system.post("auth-service", "/config/validate", body).await
        }
    };
    assert_eq!(check(json!({ "a": 5, "b": { "c": 1 } })).await, (200, json!(true)));
    let wrong = check(json!({ "a": 6 })).await;
    let expected = "Configuration validation failed: Config a must be at most 5; Missing required config: b.c";
    assert_eq!((wrong.0, message(&wrong)), (400, expected));
}
