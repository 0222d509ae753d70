//! What a registry answers: an instance, or a list of them.

use serde::Deserialize;
use url::Url;

use crate::base::limits;

/// An instance as somebody named it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NamedInstance {
    pub(super) url: Url,
    /// The path that says whether it works.
    pub(super) health: String,
    pub(super) healthy: bool,
}

#[derive(Deserialize)]
struct InstanceEntry {
    url: String,
    #[serde(default)]
    health_endpoint: Option<String>,
    #[serde(default)]
    health_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RegistryAnswer {
    List(Vec<InstanceEntry>),
    Within { instances: Vec<InstanceEntry> },
    One(InstanceEntry),
}

const HEALTH: &str = "/health";

/// `[{"url": …, "health_endpoint": …, "health_status": …}, …]`, the same under `instances`, or one such object. Only
/// `url` must be there.
pub(super) fn read(body: &[u8]) -> Result<Vec<NamedInstance>, String> {
    let answer: RegistryAnswer = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let entries = match answer {
        RegistryAnswer::List(entries) | RegistryAnswer::Within { instances: entries } => entries,
        RegistryAnswer::One(entry) => vec![entry],
    };
    if entries.len() > limits::SERVICE_INSTANCES {
        return Err(format!("over {} instances", limits::SERVICE_INSTANCES));
    }
    entries.into_iter().map(named).collect()
}

fn named(entry: InstanceEntry) -> Result<NamedInstance, String> {
    let url = Url::parse(&entry.url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| format!("`{}` is no http URL", entry.url.escape_debug()))?;
    let health = entry.health_endpoint.filter(|path| path.starts_with('/'));
    Ok(NamedInstance {
        url,
        health: health.unwrap_or_else(|| HEALTH.to_owned()),
        healthy: entry.health_status.is_none_or(|status| status == "healthy"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_an_answer() {
        let urls = |body: &str| -> Vec<String> {
            let named = read(body.as_bytes()).unwrap();
            named
                .iter()
                .map(|one| format!("{} {} {}", one.url, one.health, one.healthy))
                .collect()
        };
        let one = r#"{"url": "http://a:1", "name": "x", "health_endpoint": "/up", "health_status": "unreachable"}"#;
        assert_eq!(urls(one), ["http://a:1/ /up false"]);
        assert_eq!(urls(&format!("[{one}, {{\"url\": \"https://b/v1\"}}]")).len(), 2);
        assert_eq!(
            urls(r#"{"instances": [{"url": "http://b", "health_endpoint": "//evil"}]}"#),
            ["http://b/ //evil true"]
        );
        assert_eq!(urls("[]").len(), 0);
        for bad in [
            "",
            "{}",
            "[1]",
            "[{\"url\": 5}]",
            "[{\"url\": \"ftp://x\"}]",
            "[{\"url\": \"http://\"}]",
            "<html>",
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
        let many = |count| format!("[{}]", vec![one; count].join(","));
        assert_eq!(urls(&many(limits::SERVICE_INSTANCES)).len(), limits::SERVICE_INSTANCES);
        let error = read(many(limits::SERVICE_INSTANCES + 1).as_bytes()).unwrap_err();
        assert_eq!(error, "over 256 instances");
    }
}
