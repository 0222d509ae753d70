//! How a file names an endpoint of HTTP: `GET /users/{id}`.

/// The parts of a key, which is `METHOD /path`; a path alone is GET.
pub fn method_and_path(key: &str) -> Option<(&str, &str)> {
    let key = key.trim();
    match key.split_once(char::is_whitespace) {
        Some((method, path)) => Some((method, path.trim_start())),
        None => key.starts_with('/').then_some(("GET", key)),
    }
}
