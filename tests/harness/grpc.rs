//! A real gRPC server: `users.UserService` of `users.proto`, and `trouble.Trouble` for what callers fear.

mod messages;
mod serve;
mod services;

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use tokio::runtime::Runtime;

pub(crate) use messages::{Role, User};

/// The description of the services, as a service's folder may hold it.
pub(crate) const PROTOS: [(&str, &str); 2] = [
    ("users.proto", include_str!("users.proto")),
    ("trouble.proto", include_str!("trouble.proto")),
];

/// How the server describes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reflection {
    None,
    V1,
    V1Alpha,
}

/// A call that the server has received: its path and its metadata.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) metadata: http::HeaderMap,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.metadata
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }
}

/// What outlives a restart of the server.
#[derive(Default)]
struct State {
    users: Mutex<BTreeMap<String, User>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    /// What the health service says; none: there is no such service.
    serving: Mutex<Option<bool>>,
}

/// A server of its own, stopped when dropped.
pub(crate) struct Grpc {
    pub(crate) address: SocketAddr,
    reflection: Reflection,
    tls: Option<Arc<rustls::ServerConfig>>,
    state: Arc<State>,
    /// The server's threads: without them its connections end, too.
    runtime: Option<Runtime>,
}

impl Grpc {
    /// With reflection, and the user `1`, Ada.
    pub(crate) fn start() -> Self {
        Self::start_with(Reflection::V1, None)
    }

    pub(crate) fn start_with(reflection: Reflection, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
        let mut server = Self {
            address: listener.local_addr().expect("the listener has an address"),
            reflection,
            tls,
            state: Arc::default(),
            runtime: None,
        };
        server.put(User {
            user_id: "1".to_owned(),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            role: Role::Admin.into(),
            created_at: 1_700_000_000_123,
            tags: vec!["first".to_owned()],
            ..User::default()
        });
        server.serve(listener);
        server
    }

    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    pub(crate) fn put(&self, user: User) {
        let mut users = self.state.users.lock().expect("no task panicked");
        users.insert(user.user_id.clone(), user);
    }

    /// The users that it has now, by id.
    pub(crate) fn users(&self) -> Vec<User> {
        let users = self.state.users.lock().expect("no task panicked");
        users.values().cloned().collect()
    }

    /// The calls so far, in order; not those of reflection and health.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        self.state.seen.lock().expect("no task panicked").clone()
    }

    /// The last call.
    pub(crate) fn last(&self) -> Seen {
        self.calls().pop().expect("it was called")
    }

    /// How many clients have connected so far.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Relaxed)
    }

    /// From now on there is a health service, which says this.
    pub(crate) fn set_serving(&self, serving: bool) {
        *self.state.serving.lock().expect("no task panicked") = Some(serving);
    }

    /// At once, with all connections.
    pub(crate) fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// On the same port, with the same users; it describes itself as it is told.
    pub(crate) async fn restart(&mut self, reflection: Reflection) {
        self.stop();
        self.reflection = reflection;
        let address = self.address;
        let bound = super::eventually("its port", || async { TcpListener::bind(address).ok() });
        let listener = bound.await;
        self.serve(listener);
    }

    fn serve(&mut self, listener: TcpListener) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime can be made");
        listener.set_nonblocking(true).expect("a listener can be");
        runtime.spawn(serve::run(
            listener,
            self.reflection,
            self.tls.clone(),
            self.state.clone(),
        ));
        self.runtime = Some(runtime);
    }
}

impl Drop for Grpc {
    fn drop(&mut self) {
        self.stop();
    }
}
