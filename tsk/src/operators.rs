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
