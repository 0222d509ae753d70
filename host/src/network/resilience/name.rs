//! Names of dependencies, which keys of a file and URLs of services write differently.

/// `user_service` and `user-service` are one service: keys of a file have underscores, names of services have hyphens.
pub(crate) fn same_name(name: &str) -> String {
    name.replace('_', "-")
}
