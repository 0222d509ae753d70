//! The services of examples/microservices, as processes that talk to each other.

use std::{
    process::Stdio,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use crate::harness::{Folder, Redis, Running, Up, client, command, eventually, free_ports, process_at, root, signal};

/// Each service's file, and the variable with its port, in the order of the ports that they have by default from 8101 on.
const SERVICES: [(&str, &str); 9] = [
    ("registry", "REGISTRY_PORT"),
    ("user-service", "USER_SERVICE_PORT"),
    ("auth-service", "AUTH_SERVICE_PORT"),
    ("notification-service", "NOTIFICATION_SERVICE_PORT"),
    ("database-service", "DATABASE_SERVICE_PORT"),
    ("config-service", "CONFIG_SERVICE_PORT"),
    ("monitoring", "MONITORING_PORT"),
    ("order-service", "ORDER_SERVICE_PORT"),
    ("payment-service", "PAYMENT_SERVICE_PORT"),
];

/// Some of the services in a copy of their folder, on free ports.
struct System {
    folder: Folder,
    variables: Vec<(&'static str, String)>,
    /// Of an instance that is not of this folder's `up`.
    spare: u16,
    client: reqwest::Client,
    up: Option<Up>,
}

type Answer = (u16, Value);

impl System {
    /// Copies the example; `edit` gives each file's text a chance to be changed. Nothing runs yet.
    fn new(edit: impl Fn(&str, String) -> String) -> Self {
        let folder = Folder::new("# not a service\nword: 1\n");
        for entry in std::fs::read_dir(root().join("examples/microservices")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "tsk") {
                let name = path.file_name().unwrap().to_str().unwrap();
                folder.write(name, &edit(name, std::fs::read_to_string(&path).unwrap()));
            }
        }
        let ports: [u16; SERVICES.len() + 2] = free_ports();
        let mut variables: Vec<_> = SERVICES
            .iter()
            .zip(ports)
            .map(|((_, variable), port)| (*variable, port.to_string()))
            .collect();
        let [.., admin, spare] = ports;
        variables.push(("MONITORING_ADMIN_PORT", admin.to_string()));
        variables.push(("MORE_INSTANCES", format!("http://127.0.0.1:{spare}")));
        variables.push(("SERVICE_SECRET", "s3cret".to_owned()));
        Self {
            folder,
            variables,
            spare,
            client: client().build().unwrap(),
            up: None,
        }
    }

    /// All of them, by `up`.
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    async fn start_with(variables: &[(&'static str, String)]) -> Self {
        let mut system = Self::new(unchanged);
        system.variables.extend_from_slice(variables);
        let up = Up::start(&system.folder, &system.variables);
        up.ready().await;
        system.up = Some(up);
        system
    }

    fn variable(&self, name: &str) -> &str {
        &self.variables.iter().find(|(own, _)| *own == name).unwrap().1
    }

    /// A text of the README, with the ports of this system in place of the usual ones.
    fn on_its_ports(&self, text: &str) -> String {
        let usual = (8101..)
            .zip(SERVICES)
            .map(|(port, (_, variable))| (port, self.variable(variable).to_owned()));
        let spare = std::iter::once((8112, self.spare.to_string()));
        usual.chain(spare).fold(text.to_owned(), |text, (usual, own)| {
            text.replace(&format!("localhost:{usual}"), &format!("127.0.0.1:{own}"))
                .replace(&format!("127.0.0.1:{usual}"), &format!("127.0.0.1:{own}"))
        })
    }

    fn url(&self, service: &str) -> String {
        let variable = SERVICES.iter().find(|(name, _)| *name == service).unwrap().1;
        format!("http://127.0.0.1:{}", self.variable(variable))
    }

    /// One service alone, with further variables, once it listens.
    async fn alone(&self, service: &str, variables: &[(&str, String)]) -> Running {
        let child = command(self.folder.path())
            .arg(format!("{service}.tsk"))
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(self.folder.file(&format!("{service}.log"))).unwrap())
            .spawn();
        let child = Running(child.unwrap());
        let mut url = self.url(service);
        if let Some((_, port)) = variables.iter().find(|(name, _)| name.ends_with("_PORT")) {
            url = format!("http://127.0.0.1:{port}");
        }
        for _ in 0..6000 {
            if self.client.get(format!("{url}/health/live")).send().await.is_ok() {
                return child;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{service} does not listen:\n{}", self.log_of(service));
    }

    fn log_of(&self, service: &str) -> String {
        std::fs::read_to_string(self.folder.file(&format!("{service}.log"))).unwrap()
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap_or_else(|error| panic!("{error:?}"));
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, service: &str, path: &str) -> Answer {
        self.send(self.client.get(self.url(service) + path)).await
    }

    async fn with_body(&self, method: &str, service: &str, path: &str, body: Value) -> Answer {
        let method = method.parse().unwrap();
        let request = self.client.request(method, self.url(service) + path);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        self.send(request).await
    }

    async fn post(&self, service: &str, path: &str, body: Value) -> Answer {
        self.with_body("POST", service, path, body).await
    }

    async fn put(&self, service: &str, path: &str, body: Value) -> Answer {
        self.with_body("PUT", service, path, body).await
    }

    /// Asks until an answer is as wanted.
    async fn until(&self, service: &str, path: &str, wanted: impl Fn(&Answer) -> bool) -> Value {
        eventually(path, || async {
            let answer = self.client.get(self.url(service) + path).send().await.ok()?;
            let (status, text) = (answer.status().as_u16(), answer.text().await.ok()?);
            let answer = (status, serde_json::from_str(&text).unwrap_or(Value::Null));
            wanted(&answer).then_some(answer.1)
        })
        .await
    }

    async fn notifications(&self, count: usize) -> Value {
        let has = |(_, list): &Answer| list.as_array().is_some_and(|list| list.len() >= count);
        self.until("notification-service", "/notifications", has).await
    }
}

fn unchanged(_: &str, text: String) -> String {
    text
}

fn message(answer: &Answer) -> &str {
    answer.1["message"].as_str().unwrap_or_default()
}

/// What is stored under `key` in each object of a list.
fn each<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let list = list.as_array().unwrap();
    list.iter().map(|item| item[key].as_str().unwrap()).collect()
}

#[tokio::test]
async fn services_register_and_are_found() {
    let system = System::start().await;
    let registered = |name: &str, version: &str, url: String, endpoint: &str| {
        let info = json!({ "name": name, "version": version, "url": url, "health_endpoint": endpoint });
        let system = &system;
        async move { system.post("registry", "/services", info).await }
    };

    let missing = system
        .post("registry", "/services", json!({ "name": "x", "version": "1" }))
        .await;
    assert_eq!(missing.0, 400);
    assert_eq!(message(&missing), "Missing required field: url, health_endpoint");
    let spare = format!("http://127.0.0.1:{}", system.spare);
    let dead = registered("x", "1", spare, "/health").await;
    assert!(
        dead.0 == 422 && message(&dead).contains("Service health check failed"),
        "{dead:?}"
    );
    let sick = registered("x", "1", system.url("auth-service"), "/nothing").await;
    assert!(sick.0 == 422 && message(&sick).contains("answered 404"), "{sick:?}");
    let foreign = registered("x", "1", "http://127.0.0.1:1".to_owned(), "/health").await;
    assert!(
        foreign.0 == 422 && message(&foreign).contains("service_registry.instances"),
        "{foreign:?}"
    );
    assert_eq!(system.get("registry", "/services/x").await.0, 404);

    // Everybody has registered by itself.
    let all = system
        .until("registry", "/services", |(_, list)| {
            list.as_array().is_some_and(|list| list.len() == 8)
        })
        .await;
    assert!(
        each(&all, "health_status").iter().all(|status| *status == "healthy"),
        "{all}"
    );
    let user = system.get("registry", "/services/user-service").await;
    assert_eq!((user.0, &user.1["url"]), (200, &json!(system.url("user-service"))));
    assert_eq!(user.1["metadata"], json!({}));

    // A dependency's address stands in the file; another service's is asked for.
    let known = system.get("user-service", "/services/database_service/url").await;
    assert_eq!(known.1["url"], json!(system.url("database-service")));
    let found = system
        .until("user-service", "/services/order_service/url", |(status, _)| {
            *status == 200
        })
        .await;
    assert_eq!(found["url"], json!(system.url("order-service")));
    let unknown = system.get("user-service", "/services/nobody/url").await;
    assert!(
        unknown.0 == 503 && message(&unknown).contains("nobody not available"),
        "{unknown:?}"
    );
}

/// Two versions of a service, by services that do not register themselves under their own name.
#[tokio::test]
async fn a_newer_version_is_preferred() {
    let system = System::new(|_, text| text.replace("\"every 5s\": member.join", "\"every 366d\": member.join"));
    let _registry = system.alone("registry", &[]).await;
    let _new = system.alone("config-service", &[]).await;
    let _old = system.alone("payment-service", &[]).await;
    let register = |version: &'static str, url: String| {
        let info = json!({ "name": "shop", "version": version, "url": url, "health_endpoint": "/health/live" });
        let system = &system;
        async move { system.post("registry", "/services", info).await }
    };
    // By numbers, not by letters.
    let newer = register("1.10.0", system.url("config-service")).await;
    assert_eq!((newer.0, &newer.1["status"]), (201, &json!("registered")));
    assert_eq!(register("1.9.0", system.url("payment-service")).await.0, 201);
    assert_eq!(system.get("registry", "/services/shop").await.1["version"], "1.10.0");
    let asked = system.get("registry", "/services/shop?version=1.9.0").await;
    assert_eq!(asked.1["url"], json!(system.url("payment-service")));
    assert_eq!(system.get("registry", "/services/shop?version=2").await.0, 404);

    // What is taken out is not found any more.
    let path = format!("/services/{}", newer.1["service_id"].as_str().unwrap());
    let delete = || system.send(system.client.delete(system.url("registry") + &path));
    assert_eq!(delete().await.0, 204);
    assert_eq!(system.get("registry", "/services/shop").await.1["version"], "1.9.0");
}

#[tokio::test]
async fn a_new_user_is_stored_and_told_to_other_services() {
    let system = users_story(System::start().await).await;
    assert!(system.folder.file(".tusk/events.db").exists());
}

#[tokio::test]
async fn a_new_user_is_told_to_other_services_through_redis() {
    let redis = Redis::start();
    let system = users_story(System::start_with(&[("MESSAGE_QUEUE", redis.url())]).await).await;
    assert!(
        !system.folder.file(".tusk/events.db").exists(),
        "nothing was queued elsewhere"
    );
}

async fn users_story(system: System) -> System {
    let without = system
        .post("user-service", "/users", json!({ "username": "ada" }))
        .await;
    assert_eq!((without.0, message(&without)), (400, "username and email are required"));
    let ada = json!({ "username": "ada", "email": "ada@example.com" });
    let created = system.post("user-service", "/users", ada.clone()).await;
    assert_eq!(
        (created.0, &created.1["status"]),
        (201, &json!("success")),
        "{created:?}"
    );
    assert_eq!(created.1["service"], "user-service");
    assert_eq!(created.1["data"]["username"], "ada");
    let again = system.post("user-service", "/users", ada).await;
    assert!(again.0 == 409 && message(&again).contains("ada is taken"), "{again:?}");
    let list = system.get("user-service", "/users").await.1;
    assert_eq!(each(&list["data"], "username"), ["ada"]);
    let id = created.1["data"]["id"].as_i64().unwrap();

    let told = system.notifications(1).await;
    assert_eq!(
        (each(&told, "recipient"), each(&told, "type")),
        (vec!["ada@example.com"], vec!["user_created"])
    );

    // An event for a service that is down waits for it: it is started again by `up`.
    signal(process_at(&system.folder, "notification-service.tsk").unwrap(), "KILL");
    let bob = json!({ "username": "bob", "email": "bob@example.com" });
    assert_eq!(system.post("user-service", "/users", bob).await.0, 201);
    let told = system.notifications(2).await;
    assert_eq!(each(&told, "recipient"), ["bob@example.com", "ada@example.com"]);

    // Deleting needs a token of auth-service.
    let path = format!("/users/{id}");
    let delete = |token: Option<String>| {
        let request = system.client.delete(system.url("user-service") + &path);
        system.send(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    };
    assert_eq!(delete(None).await.0, 401);
    assert_eq!(delete(Some("guessed".to_owned())).await.0, 401);
    let wrong = json!({ "service": "admin", "secret": "guessed" });
    assert_eq!(system.post("auth-service", "/tokens", wrong).await.0, 401);
    let right = json!({ "service": "admin", "secret": "s3cret" });
    let token = system.post("auth-service", "/tokens", right).await;
    assert_eq!((token.0, &token.1["expires_in"]), (201, &json!(900)));
    let token = token.1["token"].as_str().unwrap().to_owned();
    assert_eq!(delete(Some(token.clone())).await.0, 200);
    assert_eq!(delete(Some(token)).await.0, 404, "it is gone");
    let told = system.notifications(3).await;
    assert_eq!(told[0]["type"], "user_deleted");
    assert_eq!(system.get("user-service", "/health").await.1["status"], "healthy");
    system
}

#[tokio::test]
async fn an_instance_that_dies_is_left_out_until_it_is_back() {
    let system = System::new(unchanged);
    let _registry = system.alone("registry", &[]).await;
    let _first = system.alone("user-service", &[]).await;
    let port = [("USER_SERVICE_PORT", system.spare.to_string())];
    let second = system.alone("user-service", &port).await;
    let (first_url, second_url) = (system.url("user-service"), format!("http://127.0.0.1:{}", system.spare));
    for url in [&first_url, &second_url] {
        let info = json!({ "name": "user-service", "version": "1.0.0", "url": url, "health_endpoint": "/health/live" });
        assert_eq!(system.post("registry", "/services", info).await.0, 201);
    }
    let choose = |strategy: &str| {
        let path = format!("/services/user-service/instance?strategy={strategy}");
        let system = &system;
        async move {
            system.get("registry", &path).await.1["url"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        }
    };
    let (a, b) = (choose("round_robin").await, choose("round_robin").await);
    assert!(
        a != b && [&a, &b].contains(&&first_url) && [&a, &b].contains(&&second_url),
        "{a} {b}"
    );
    assert_eq!((choose("round_robin").await, choose("round_robin").await), (a, b));
    for strategy in ["random", "least_connections"] {
        let url = choose(strategy).await;
        assert!(url == first_url || url == second_url, "{strategy}: {url}");
    }
    assert_eq!(choose("fastest").await, "");

    signal(second.0.id() as i32, "KILL");
    let status_is = |wanted: &'static str| {
        let url = second_url.clone();
        move |(_, list): &Answer| {
            let mut list = list.as_array().into_iter().flatten();
            list.any(|service| service["url"] == url.as_str() && service["health_status"] == wanted)
        }
    };
    system.until("registry", "/services", status_is("unreachable")).await;
    for _ in 0..3 {
        assert_eq!(choose("round_robin").await, first_url);
    }
    assert_eq!(
        system.get("registry", "/services/user-service").await.1["url"],
        first_url.as_str()
    );

    drop(second);
    let _second = system.alone("user-service", &port).await;
    system.until("registry", "/services", status_is("healthy")).await;
    assert_ne!(choose("round_robin").await, choose("round_robin").await);
}

#[tokio::test]
async fn a_circuit_breaker_opens_and_closes_again() {
    let shorter = |_: &str, text: String| text.replace("recovery_timeout: 60", "recovery_timeout: 1");
    let system = System::new(shorter);
    let users = system.alone("user-service", &[]).await;
    let breaker = "/circuit-breakers/database_service";
    assert_eq!(system.get("user-service", breaker).await.1["state"], "CLOSED");
    for failures in 1..=5 {
        let answer = system.get("user-service", "/users").await;
        assert!(
            answer.0 == 503 && message(&answer).contains("Failed to communicate"),
            "{answer:?}"
        );
        assert_eq!(system.get("user-service", breaker).await.1["failure_count"], failures);
    }
    let log = system.log_of("user-service");
    assert!(log.contains("circuit breaker opens"), "{log}");
    let health = system.get("user-service", "/health").await;
    assert_eq!((health.0, &health.1["status"]), (503, &json!("degraded")));
    assert_eq!(health.1["dependencies"]["database_service"]["status"], "unhealthy");

    // What it knows outlives the process.
    drop(users);
    let _users = system.alone("user-service", &[]).await;
    assert_ne!(system.get("user-service", breaker).await.1["state"], "CLOSED");
    let refused = eventually("a call that is refused", || async {
        let answer = system.get("user-service", "/users").await;
        message(&answer)
            .contains("Circuit breaker for database_service is OPEN")
            .then_some(answer)
    });
    assert_eq!(refused.await.0, 503);

    let _database = system.alone("database-service", &[]).await;
    system
        .until("user-service", "/users", |(status, _)| *status == 200)
        .await;
    let closed = system.get("user-service", breaker).await.1;
    assert_eq!(
        (&closed["state"], &closed["failure_count"]),
        (&json!("CLOSED"), &json!(0))
    );
}

#[tokio::test]
async fn an_order_that_cannot_be_paid_is_undone() {
    let system = System::new(|_, text| text.replace("recover_after: 15", "recover_after: 3"));
    let _database = system.alone("database-service", &[]).await;
    let _orders = system.alone("order-service", &[]).await;
    let payments = system.alone("payment-service", &[]).await;
    let order = |id: &str, quantity: u32| {
        let body = json!({ "user_id": 7, "item": "book", "quantity": quantity, "amount": 2000 });
        let (system, path) = (&system, format!("/orders/{id}"));
        async move { system.put("order-service", &path, body).await }
    };
    let books = || async {
        system.get("database-service", "/stock/book").await.1["quantity"]
            .as_i64()
            .unwrap()
    };
    let balance = || async {
        system.get("payment-service", "/accounts/7").await.1["balance"]
            .as_i64()
            .unwrap()
    };
    let history = |id: &str| {
        let (system, path) = (&system, format!("/orders/{id}/log"));
        async move {
            let log = system.get("order-service", &path).await.1;
            each(&log, "event").join(" ")
        }
    };
    for _ in 0..2 {
        let paid = system
            .put("payment-service", "/accounts/7/credit/p1", json!({ "amount": 3000 }))
            .await;
        assert_eq!(paid.1["balance"], 3000, "a payment counts once");
    }

    let done = order("one", 2).await;
    assert_eq!((done.0, &done.1["status"]), (201, &json!("completed")), "{done:?}");
    assert_eq!(order("one", 2).await.0, 201, "the same again is the same order");
    assert_eq!(order("one", 3).await.0, 409, "another one is not");
    assert_eq!((books().await, balance().await), (8, 1000));
    assert_eq!(history("one").await, "placed stock_reserved charged completed");

    // Too little money: the stock goes back.
    let refused = order("two", 2).await;
    assert_eq!(
        (refused.0, &refused.1["status"]),
        (409, &json!("cancelled")),
        "{refused:?}"
    );
    assert!(
        refused.1["reason"].as_str().unwrap().contains("less than 2000 cents"),
        "{refused:?}"
    );
    assert_eq!((books().await, balance().await), (8, 1000));
    assert_eq!(history("two").await, "placed stock_reserved failed cancelled");

    // Too little stock: nothing is charged.
    let refused = order("three", 50).await;
    assert_eq!(
        (refused.0, history("three").await.as_str()),
        (409, "placed failed cancelled")
    );
    assert_eq!((books().await, balance().await), (8, 1000));

    // Payments are down: the order is accepted, and undone when they are back.
    drop(payments);
    let accepted = order("four", 2).await;
    assert_eq!(
        (accepted.0, &accepted.1["status"]),
        (202, &json!("failed")),
        "{accepted:?}"
    );
    assert_eq!(books().await, 6, "held until it is certain that nothing was charged");
    let _payments = system.alone("payment-service", &[]).await;
    system
        .until("order-service", "/orders/four", |(_, order)| {
            order["status"] == "cancelled"
        })
        .await;
    assert_eq!((books().await, balance().await), (8, 1000));
    let late = json!({ "user_id": 7, "amount": 2000 });
    assert_eq!(
        system.put("payment-service", "/charges/four", late).await.0,
        409,
        "a charge that comes late"
    );
    assert_eq!(balance().await, 1000);
}

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
    let good = json!({ "security": { "token_lifetime": 60 } });
    let stored = system.put("config-service", path, good.clone()).await;
    assert_eq!((stored.0, &stored.1["version"]), (200, &json!(1)));
    assert_eq!(system.get("auth-service", "/config/auth-service").await.1, good);
    // By its schedule, without a word from us.
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

#[tokio::test]
async fn monitoring_tells_the_truth() {
    let touchy = |_: &str, text: String| text.replace("high_memory_usage: 80", "high_memory_usage: 0.001");
    let system = System::new(touchy);
    // Without the registry, which would ask it things.
    let _monitoring = system.alone("monitoring", &[]).await;

    let span =
        json!({ "request_id": "r1", "service_name": "user-service", "operation": "GET /users", "duration": 0.25 });
    let traced = system.post("monitoring", "/traces", span).await;
    assert_eq!((traced.0, &traced.1["status"]), (201, &json!("success")));
    let (start, end) = (
        traced.1["start_time"].as_f64().unwrap(),
        traced.1["end_time"].as_f64().unwrap(),
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    assert!(
        (end - start - 0.25).abs() < 0.001 && end <= now && now - end < 60.0,
        "{traced:?}"
    );
    let trace = system.get("monitoring", "/traces/r1").await.1;
    assert_eq!(each(&trace["spans"], "operation"), ["GET /users"]);
    assert_eq!(system.get("monitoring", "/traces/r2").await.0, 404);
    let wrong = json!({ "request_id": "r", "service_name": "x", "operation": "y", "duration": -1 });
    assert_eq!(system.post("monitoring", "/traces", wrong).await.0, 400);

    let before = system.get("monitoring", "/metrics").await.1["requests_total"]
        .as_i64()
        .unwrap();
    for _ in 0..5 {
        system.get("monitoring", "/alerts").await;
    }
    let metrics = system.get("monitoring", "/metrics").await.1;
    assert_eq!(metrics["requests_total"], before + 6);
    assert_eq!(metrics["error_rate"].as_f64(), Some(0.0), "4xx is the client's error");
    for name in [
        "requests_per_second",
        "average_response_time",
        "active_connections",
        "memory_usage",
    ] {
        assert!(metrics[name].as_f64().unwrap() > 0.0, "{name} in {metrics}");
    }
    let admin = format!("http://127.0.0.1:{}/metrics", system.variable("MONITORING_ADMIN_PORT"));
    let page = system.client.get(admin).send().await.unwrap().text().await.unwrap();
    let line = format!("requests_total{{service=\"monitoring\"}} {}", before + 6);
    assert!(page.contains(&line), "{line} is not in\n{page}");

    let alerts = system.get("monitoring", "/alerts").await.1;
    assert_eq!(each(&alerts, "type"), ["high_memory_usage"]);
    assert_eq!(
        (&alerts[0]["severity"], &alerts[0]["threshold"]),
        (&json!("critical"), &json!(0.001))
    );

    let board = system.get("monitoring", "/dashboard").await.1;
    assert!(board["service_info"]["uptime"].as_f64().unwrap() > 0.0);
    assert_eq!(
        (&board["error_breakdown"]["404"], &board["error_breakdown"]["400"]),
        (&json!(1), &json!(1)),
        "{board}"
    );
    let recent = board["recent_requests"].as_array().unwrap();
    assert!(
        recent
            .iter()
            .any(|request| request["path"] == "/traces" && request["status"] == 201),
        "{board}"
    );

    let _registry = system.alone("registry", &[]).await;
    let knows = |(_, board): &Answer| {
        let status = |name: &str| {
            let list = board["dependencies"].as_array().into_iter().flatten();
            list.filter(|each| each["name"] == name)
                .map(|each| each["status"].clone())
                .next()
        };
        status("registry") == Some(json!("healthy")) && status("user_service") == Some(json!("unhealthy"))
    };
    let board = system.until("monitoring", "/dashboard", knows).await;
    assert_eq!(board["service_info"]["status"], "degraded");
}

/// The README's console lines, each with the answer under it.
#[tokio::test]
async fn the_walk_through_answers_as_it_says() {
    let readme = std::fs::read_to_string(root().join("examples/microservices/README.md")).unwrap();
    let (_, rest) = readme.split_once("```console\n").unwrap();
    let (block, _) = rest.split_once("\n```\n").unwrap();
    let mut lines = block.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    let system = System::start().await;
    while let Some(line) = lines.next() {
        let (command, expected) = (line.strip_prefix("$ curl ").unwrap(), lines.next().unwrap());
        let command = format!("curl --silent --max-time 20 {}", system.on_its_ports(command));
        let ask = || {
            let output = std::process::Command::new("sh")
                .args(["-c", &command])
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let expected = system.on_its_ports(expected);
        // What only looks may look again: registration and events take their time.
        if command.contains("-X") || command.contains("--json") {
            let answer = ask();
            assert!(
                is_like(&answer, &expected),
                "{command}\n{answer}\ninstead of\n{expected}"
            );
        } else {
            let found = || {
                let is_there = is_like(&ask(), &expected);
                async move { is_there.then_some(()) }
            };
            eventually(&command, found).await;
        }
        count += 1;
    }
    assert!(count >= 10, "{count} lines were found");
}

/// Whether a text has all parts of a pattern, in which `…` stands for anything, in their order.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = text.trim_end();
    for (index, part) in pattern.split('…').enumerate() {
        match rest.find(part) {
            Some(at) if index > 0 || at == 0 => rest = &rest[at + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty()
}
