//! The example as a whole, started on free ports.

use std::{process::Stdio, time::Duration};

use serde_json::Value;

use crate::harness::{Folder, GATHERED, Running, Up, client, command, eventually, free_ports, root};

/// Each service's file, and the variable with its port, in the order of the ports that they have by default from 8101 on.
pub(super) const SERVICES: [(&str, &str); 9] = [
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
pub(super) struct System {
    pub(super) folder: Folder,
    variables: Vec<(&'static str, String)>,
    /// Of an instance that is not of this folder's `up`.
    pub(super) spare: u16,
    pub(super) client: reqwest::Client,
    up: Option<Up>,
}

pub(super) type Answer = (u16, Value);

impl System {
    /// Copies the example; `edit` gives each file's text a chance to be changed. Nothing runs yet.
    pub(super) fn new(edit: impl Fn(&str, String) -> String) -> Self {
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
    pub(super) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(super) async fn start_with(variables: &[(&'static str, String)]) -> Self {
        let mut system = Self::new(unchanged);
        system.variables.extend_from_slice(variables);
        let up = Up::start(&system.folder, &system.variables);
        up.ready().await;
        system.up = Some(up);
        system
    }

    pub(super) fn variable(&self, name: &str) -> &str {
        &self.variables.iter().find(|(own, _)| *own == name).unwrap().1
    }

    /// A text of the README, with the ports of this system in place of the usual ones.
    pub(super) fn on_its_ports(&self, text: &str) -> String {
        let usual = (8101..)
            .zip(SERVICES)
            .map(|(port, (_, variable))| (port, self.variable(variable).to_owned()));
        let spare = std::iter::once((8112, self.spare.to_string()));
        usual.chain(spare).fold(text.to_owned(), |text, (usual, own)| {
            text.replace(&format!("localhost:{usual}"), &format!("127.0.0.1:{own}"))
                .replace(&format!("127.0.0.1:{usual}"), &format!("127.0.0.1:{own}"))
        })
    }

    pub(super) fn url(&self, service: &str) -> String {
        let variable = SERVICES.iter().find(|(name, _)| *name == service).unwrap().1;
        format!("http://127.0.0.1:{}", self.variable(variable))
    }

    /// One service alone, with further variables, once it listens.
    pub(super) async fn alone(&self, service: &str, variables: &[(&str, String)]) -> Running {
        let child = command(self.folder.path())
            .arg(format!("{service}.tsk"))
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(self.folder.file(&format!("{service}.log"))).unwrap())
            .spawn();
        let mut child = Running(child.unwrap());
        let mut url = self.url(service);
        if let Some((_, port)) = variables.iter().find(|(name, _)| name.ends_with("_PORT")) {
            url = format!("http://127.0.0.1:{port}");
        }
        for _ in 0..6000 {
            if self.client.get(format!("{url}/health/live")).send().await.is_ok() {
                return child;
            }
            if let Some(status) = child.0.try_wait().unwrap() {
                panic!("{service} ends before it listens ({status}):\n{}", self.log_of(service));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{service} does not listen:\n{}", self.log_of(service));
    }

    pub(super) fn log_of(&self, service: &str) -> String {
        std::thread::sleep(GATHERED);
        std::fs::read_to_string(self.folder.file(&format!("{service}.log"))).unwrap()
    }

    pub(super) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap_or_else(|error| panic!("{error:?}"));
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(super) async fn get(&self, service: &str, path: &str) -> Answer {
        self.send(self.client.get(self.url(service) + path)).await
    }

    pub(super) async fn with_body(&self, method: &str, service: &str, path: &str, body: Value) -> Answer {
        let method = method.parse().unwrap();
        let request = self.client.request(method, self.url(service) + path);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        self.send(request).await
    }

    pub(super) async fn post(&self, service: &str, path: &str, body: Value) -> Answer {
        self.with_body("POST", service, path, body).await
    }

    pub(super) async fn put(&self, service: &str, path: &str, body: Value) -> Answer {
        self.with_body("PUT", service, path, body).await
    }

    /// Asks until an answer is as wanted.
    pub(super) async fn until(&self, service: &str, path: &str, wanted: impl Fn(&Answer) -> bool) -> Value {
        eventually(path, || async {
            let answer = self.client.get(self.url(service) + path).send().await.ok()?;
            let (status, text) = (answer.status().as_u16(), answer.text().await.ok()?);
            let answer = (status, serde_json::from_str(&text).unwrap_or(Value::Null));
            wanted(&answer).then_some(answer.1)
        })
        .await
    }

    pub(super) async fn notifications(&self, count: usize) -> Value {
        let has = |(_, list): &Answer| list.as_array().is_some_and(|list| list.len() >= count);
        self.until("notification-service", "/notifications", has).await
    }
}

pub(super) fn unchanged(_: &str, text: String) -> String {
    text
}

pub(super) fn message(answer: &Answer) -> &str {
    answer.1["message"].as_str().unwrap_or_default()
}

/// What is stored under `key` in each object of a list.
pub(super) fn each<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let list = list.as_array().unwrap();
    list.iter().map(|item| item[key].as_str().unwrap()).collect()
}
