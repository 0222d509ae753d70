//! The example's gRPC calls.

use serde_json::json;

use super::system::{System, message, unchanged};
use crate::harness::Grpc;

#[tokio::test]
async fn a_grpc_server_is_called_by_the_pages_names() {
    let server = Grpc::start();
    let system = System::new(unchanged);
    let _users = system.alone("user-service", &[("USER_GRPC", server.url())]).await;
    let call = |method: &'static str, body: serde_json::Value| {
        let system = &system;
        async move {
            system
                .post("user-service", &format!("/grpc/user_service/{method}"), body)
                .await
        }
    };
    let ada = call("get_user", json!({ "user_id": "1" })).await;
    assert_eq!((ada.0, &ada.1["name"]), (200, &json!("Ada")), "{ada:?}");
    let nobody = call("get_user", json!({ "user_id": "99" })).await;
    assert_eq!(nobody.0, 404, "{nobody:?}");
    assert_eq!(call("no_such_method", json!({})).await.0, 500);
    let unknown = system.post("user-service", "/grpc/orders/get", json!({})).await;
    assert_eq!((unknown.0, message(&unknown)), (404, "there is no gRPC service orders"));
    drop(server);
    let down = call("get_user", json!({ "user_id": "1" })).await;
    assert_eq!(down.0, 503, "{down:?}");
}
