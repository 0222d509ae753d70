//! The names of a queue's keys in Redis.

/// The names of a queue's keys.
#[derive(Clone)]
pub(super) struct QueueKeys {
    pub(super) queue: String,
    pub(super) stream: String,
}

impl QueueKeys {
    pub(super) fn new(queue: &str) -> Self {
        Self {
            queue: queue.to_owned(),
            stream: format!("{queue}:stream"),
        }
    }

    /// The key of something of one service.
    pub(super) fn of(&self, service: &str, what: &str) -> String {
        // No two services meet.
        let service = service.replace('%', "%25").replace(':', "%3A");
        format!("{}:{service}:{what}", self.queue)
    }

    /// As `lua/line.lua` takes them.
    pub(super) fn all(&self, service: &str) -> [String; 5] {
        let [due, done, lines, dead] = ["due", "done", "line:", "dead"].map(|what| self.of(service, what));
        [self.stream.clone(), due, done, lines, dead]
    }
}
