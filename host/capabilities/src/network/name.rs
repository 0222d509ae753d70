//! Names of services, which keys of a file and services themselves write differently.

/// The one spelling of a name: `user_service` and `user-service` are one service, as keys of a file have underscores and names
/// of services hyphens.
pub(crate) fn same_name(name: &str) -> String {
    name.chars().map(plain).collect()
}

/// Whether two names are of one service.
pub(crate) fn is_same_name(one: &str, other: &str) -> bool {
    one.chars().map(plain).eq(other.chars().map(plain))
}

fn plain(letter: char) -> char {
    if letter == '_' { '-' } else { letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services() {
        assert!(is_same_name("order_service", "order-service") && is_same_name("a", "a"));
        assert!(!is_same_name("order_service", "orderservice") && !is_same_name("Order", "order"));
        assert!(!is_same_name("a", "ab"));
        assert_eq!(same_name("order_service"), "order-service");
    }
}
