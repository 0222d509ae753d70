//! What one version of the file says about values from elsewhere.

use std::{collections::HashMap, sync::Arc, time::Instant};

use arc_swap::ArcSwapOption;
use http::{
    HeaderValue,
    header::{ACCEPT, ETAG, IF_NONE_MATCH},
};
use sha2::{Digest, Sha256};
use tsk::{Config, Diagnostic, Secret};
use url::Url;

use super::{
    document::{self, Document},
    settings::{Local, RemoteConfigSettings},
};
use crate::{
    base::{
        explain::Explain,
        schema::{PathLookup, Schema, find},
        value::setting,
    },
    capability::{
        config::Values,
        http::{Http, HttpError, HttpRequest, HttpResponse, show},
    },
    network::egress::{self, Network},
};

/// What one version of the file says about values from elsewhere, and what it has taken over of them.
pub struct RemoteConfigPlan {
    url: Url,
    /// Where its host may lead.
    network: Network,
    headers: Vec<(String, Secret)>,
    /// The setting `every`: how long to wait from one look to the next, give or take a tenth; 30 s where it is not
    /// given.
    pub(crate) every: std::time::Duration,
    timeout: std::time::Duration,
    at: Option<String>,
    schema: Schema,
    local: HashMap<String, Local>,
    /// Tells documents of other URLs apart, also on disk, where no URL with a password shall stand.
    pub(crate) source: String,
    applied: ArcSwapOption<Document>,
}

/// What a configuration service said.
#[derive(Debug)]
pub(crate) enum ConfigAnswer {
    /// What it said before still holds.
    Same,
    /// Values that have not been taken over yet, and may break the schema. They may equal those before.
    New(Document),
}

/// Why there is nothing to take over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    /// Nobody answered, or not in time.
    Unreachable(String),
    /// There was an answer, but not of values: another status, no JSON object, or beyond a bound. Or its values are not
    /// as the schema demands.
    Refused(String),
}

impl RemoteConfigPlan {
    /// None without `[remote_config]`, and where its URL is empty.
    pub fn new(config: &Config) -> Result<Option<Self>, Vec<Diagnostic>> {
        let Some(settings) = RemoteConfigSettings::read(config)? else {
            return Ok(None);
        };
        let Some(url) = settings.url else { return Ok(None) };
        let digest = Sha256::new_with_prefix(url.as_str())
            .chain_update([0])
            .chain_update(settings.at.as_deref().unwrap_or_default())
            .finalize();
        Ok(Some(Self {
            source: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            network: egress::network(config, &url),
            url,
            headers: settings.headers,
            every: settings.every,
            timeout: settings.timeout,
            at: settings.at,
            schema: settings.schema,
            local: settings.local.into_iter().collect(),
            applied: ArcSwapOption::empty(),
        }))
    }

    /// Where the values come from, without user, password and query.
    pub(crate) fn place(&self) -> String {
        show(&self.url)
    }

    /// Whether a document was taken over since the file was loaded: until then the file's own values hold.
    pub(crate) fn has_applied(&self) -> bool {
        self.applied.load().is_some()
    }

    /// Asks once. Of what has been taken over the service is told the tag, so that it need not say it again.
    pub(crate) async fn ask(&self, http: &Arc<Http>) -> Result<ConfigAnswer, Problem> {
        let applied = self.applied.load_full();
        // A tag that cannot be sent back is none.
        let tag = applied
            .and_then(|document| document.etag.clone())
            .filter(|tag| HeaderValue::from_str(tag).is_ok());
        let deadline = Instant::now() + self.timeout;
        let request = self.request(tag.clone());
        let sent = http.ask(request, self.network, deadline).await;
        let response = sent.map_err(|error| self.problem(error, deadline))?;
        match response.status {
            304 if tag.is_some() => Ok(ConfigAnswer::Same),
            200..300 => {
                let etag = header(&response, ETAG.as_str());
                let values = document::read(&response.body, self.at.as_deref()).map_err(Problem::Refused)?;
                let source = self.source.clone();
                Ok(ConfigAnswer::New(Document { source, etag, values }))
            }
            status => Err(Problem::Refused(format!("it answered {status}"))),
        }
    }

    fn request(&self, tag: Option<String>) -> HttpRequest {
        let own = self.headers.iter();
        let mut headers: Vec<_> = own
            .map(|(name, value)| (name.clone(), value.reveal().to_owned()))
            .collect();
        let has = |name: &str| self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        if !has(ACCEPT.as_str()) {
            headers.push((ACCEPT.to_string(), "application/json".to_owned()));
        }
        headers.extend(tag.map(|tag| (IF_NONE_MATCH.to_string(), tag)));
        HttpRequest {
            method: "GET".to_owned(),
            url: self.url.to_string(),
            headers,
            body: None,
            timeout_ms: None,
            redirects: 0,
        }
    }

    fn problem(&self, error: HttpError, deadline: Instant) -> Problem {
        match error {
            HttpError::TooLarge(_) => Problem::Refused(error.message()),
            // Said the same each time: the error has the milliseconds.
            _ if error.is_late() && Instant::now() >= deadline => {
                Problem::Unreachable(format!("{} did not answer within {:?}", self.place(), self.timeout))
            }
            _ => Problem::Unreachable(error.message()),
        }
    }

    /// All that is wrong with the configuration that a document makes of the file's.
    pub(crate) fn errors(&self, document: &Document) -> Vec<String> {
        self.schema.errors(|path| self.merged(Some(document), path))
    }

    /// Takes a document over, at once for all that read. Gives the paths whose values are others now.
    pub(crate) fn take_over(&self, values: &Values, document: Arc<Document>) -> Vec<String> {
        let before = self.applied.load_full();
        let is_changed = |path: &&str| self.merged(before.as_deref(), path) != self.merged(Some(&document), path);
        let changed: Vec<String> = self.schema.paths().filter(is_changed).map(str::to_owned).collect();
        if !changed.is_empty() {
            let remote = |path: &str| match find(&document.values, path) {
                PathLookup::Value(value) => Some((path.to_owned(), setting::node(value))),
                _ => None,
            };
            values.replace(self.schema.paths().filter_map(remote).collect());
        }
        self.applied.store(Some(document));
        changed
    }

    /// The paths of a document that the schema does not name.
    pub(crate) fn ignored(&self, document: &Document) -> Vec<String> {
        self.schema.unnamed(&document.values)
    }

    /// What comes from elsewhere, else what the file says.
    fn merged<'v>(&'v self, document: Option<&'v Document>, path: &str) -> PathLookup<'v> {
        match document.map(|document| find(&document.values, path)) {
            None | Some(PathLookup::Nothing) => match self.local.get(path) {
                None => PathLookup::Nothing,
                Some(Local::Plain(value)) => PathLookup::Value(value),
                Some(Local::Deferred) => PathLookup::Unknown,
            },
            Some(found) => found,
        }
    }

    #[cfg(test)]
    pub(crate) fn document(&self, values: serde_json::Value) -> Arc<Document> {
        Arc::new(Document {
            source: self.source.clone(),
            etag: None,
            values,
        })
    }
}

fn header(response: &HttpResponse, name: &str) -> Option<String> {
    let found = response.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.clone())
}
