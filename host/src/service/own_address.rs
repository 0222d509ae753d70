//! Warns of values that name the admin address of the service itself: they grant nothing, since no fujsen is ever let there.

use std::net::SocketAddr;

use tsk::{Config, Diagnostic};
use url::Url;

use crate::{
    base::off_limits,
    capability::Grant,
    network::egress::{self, Origin},
};

/// One for each URL of the file that would grant requests to the admin address, at the value that holds it.
pub(crate) fn warnings(config: &Config, admin: Option<SocketAddr>) -> Vec<Diagnostic> {
    let Some(admin) = admin else { return Vec::new() };
    let named = egress::granting(config).into_iter();
    let named = named.filter(|(_, url)| off_limits::names(url, admin));
    let warning = |(node, url): (&tsk::Node, Url)| {
        let origin = Origin::of(&url)?;
        let message = format!("no fujsen reaches {}: it is the admin address", origin.as_str());
        Some(
            Diagnostic::warning("admin-address", message)
                .at(node.span)
                .label("names the address of [admin]")
                .help("take it out; what /metrics says, a fujsen asks `metrics` for. Another service there needs another port"),
        )
    };
    named.filter_map(warning).collect()
}

/// Whether a grant is one that can never be used.
pub(crate) fn is_target(grant: &Grant, admin: Option<SocketAddr>) -> bool {
    let Ok(url) = Url::parse(&grant.target) else {
        return false;
    };
    off_limits::is_named_by(&url) || admin.is_some_and(|admin| off_limits::names(&url, admin))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::fixture;

    #[test]
    fn values_that_name_the_admin_address_are_warned_of() {
        let config = fixture::config(json!({
            "own": {"metrics": "http://localhost:9001/metrics http://127.0.0.1:9002", "peer": "http://peer:9001"},
            "grants": {"http": ["http://127.0.0.1:9001"]},
            "admin": {"port": 9001},
        }));
        let messages = |admin: Option<&str>| {
            let found = warnings(&config, admin.and_then(|admin| admin.parse().ok()));
            found.into_iter().map(|warning| warning.message).collect::<Vec<_>>()
        };
        assert_eq!(
            messages(Some("127.0.0.1:9001")),
            [
                "no fujsen reaches http://localhost:9001: it is the admin address",
                "no fujsen reaches http://127.0.0.1:9001: it is the admin address",
            ]
        );
        assert_eq!(messages(None), [""; 0]);
        let grant = |target: &str| Grant {
            capability: "http",
            target: target.to_owned(),
        };
        let admin = "127.0.0.1:9001".parse().ok();
        assert!(is_target(&grant("http://127.0.0.1:9001"), admin) && is_target(&grant("http://localhost:9001"), admin));
        assert!(!is_target(&grant("http://peer:9001"), admin) && !is_target(&grant("main  sqlite:main.db"), admin));
    }
}
