//! The `@` operators and their forms.

/// Every operator, as it is listed for someone who wrote another.
pub(crate) const KNOWN: [&str; 11] = [
    "env", "date", "file", "include", "import", "wasm", "query", "cache", "metrics", "http", "redis",
];

/// Whether `name`, such as `env.secure` or `other.tsk.get`, is one of ours.
pub(crate) fn is_known(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    match first {
        _ if is_file_reference(name) => true,
        "env" => true,
        "date" => matches!(name, "date" | "date.now"),
        "file" => matches!(name, "file" | "file.read" | "file.exists"),
        _ => KNOWN.contains(&name),
    }
}

/// `other.tsk.get`, `other.tsk.set`
pub(crate) fn is_file_reference(name: &str) -> bool {
    name.ends_with(".tsk.get") || name.ends_with(".tsk.set") || name.ends_with(".tsk")
}

/// What to write instead of an operator that other programs have.
pub(crate) fn instead_of(name: &str) -> Option<&'static str> {
    Some(match name.split('.').next().unwrap_or_default() {
        "if" => "write `condition ? value : other value`",
        "json" | "array" | "object" => "write the value itself: `name: { key: value }`",
        "optimize" | "learn" | "ml" => "write the number itself; nothing here learns a better one",
        "feature" | "feature_flag" => "write `@env(\"FEATURE_NAME\", false)`",
        "request" | "user" | "session" | "render" | "template" => "read the request and make the answer in a fujsen",
        "lambda" | "function" | "foreach" | "switch" | "async" | "parallel" | "php" => {
            "write code as a fujsen: `name_fujsen = '''rust`"
        }
        "metric" | "monitor" | "prometheus" => "write `@metrics(\"name\")`",
        "sql" | "db" | "postgresql" | "mysql" | "sqlite" => "write `@query(\"SELECT …\")`",
        "Query" => "write the SQL: `@query(\"SELECT …\")`",
        "graphql" | "grpc" | "websocket" | "sse" | "kafka" | "nats" | "aws" | "kubernetes" => {
            "call it from a fujsen, or through `@http(\"POST\", \"https://…\")`"
        }
        _ => return None,
    })
}
