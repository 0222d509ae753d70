//! `service://name/path`: the instances of a service, asked for at the registry, tried in turn, probed when they failed.

use std::{sync::Arc, time::Instant};

use http::{HeaderMap, Method};
use url::Url;

use super::{Http, HttpError, HttpResponse, RequestTarget, exchange::OutgoingRequest};
use crate::{
    base::{explain::Explain, limits},
    network::{
        discovery::{DiscoveredService, Instance, InstanceLease, InstanceOutcome},
        egress::{Network, Origin},
        name::same_name,
    },
    observe::tasks,
};

impl Http {
    pub(super) fn service_target(&self, name: &str) -> Result<Arc<RequestTarget>, HttpError> {
        if let Some(target) = self.named.get(&same_name(name)) {
            return Ok(target.clone());
        }
        let service = self.services.find(name)?;
        let name = service.name().to_owned();
        Ok(Arc::new(RequestTarget::service(
            service,
            &name,
            &self.metrics,
            &self.policies,
        )))
    }

    /// Sends a request to an instance, and to the next one where nobody is there.
    pub(super) async fn ask_instance(
        self: &Arc<Self>,
        service: &Arc<DiscoveredService>,
        outgoing: OutgoingRequest,
        redirects: u8,
        start: Instant,
        end: Instant,
    ) -> Result<HttpResponse, HttpError> {
        self.keep_known(service, end).await?;
        for instance in service.probes(Instant::now()) {
            tasks::run("probe", probe(self.clone(), instance, service.name().into()));
        }
        let mut tried: Vec<Arc<Instance>> = Vec::new();
        let mut last = None;
        while let Some(busy) = service.pick(self.services.balance(), &tried) {
            let at_instance = at(&outgoing, &busy);
            tried.push(busy.instance().clone());
            let result = self.answer(at_instance, redirects, start, end).await;
            busy.end(outcome(&result));
            match result {
                Err(error) if is_unreachable(&error) => last = Some(error),
                result => return result,
            }
        }
        Err(last.unwrap_or_else(|| HttpError::NoInstance(service.name().to_owned())))
    }

    /// Asks the registry where a service is: now where nothing is known, else beside the requests that come.
    async fn keep_known(self: &Arc<Self>, service: &Arc<DiscoveredService>, end: Instant) -> Result<(), HttpError> {
        if service.is_known() {
            // Others than the registry's are never asked for again.
            if service.takes_refresh(self.services.refresh(), Instant::now())
                && let Some(url) = self.services.registry_url(service)
            {
                let (http, service) = (self.clone(), service.clone());
                tasks::run("registry", async move {
                    let end = Instant::now() + limits::REGISTRY_TIMEOUT;
                    match http.look_up(&service, url, end).await {
                        Ok(()) => service.forget_warning(),
                        Err(error) => service.warn_once(&error.message()),
                    }
                });
            }
            return Ok(());
        }
        let Some(url) = self.services.registry_url(service) else {
            return Ok(());
        };
        let _one_asks = service.first.lock().await;
        if service.is_known() {
            return Ok(());
        }
        let end = end.min(Instant::now() + limits::REGISTRY_TIMEOUT);
        self.look_up(service, url, end).await
    }

    async fn look_up(&self, service: &DiscoveredService, url: Url, end: Instant) -> Result<(), HttpError> {
        let looked_up = self.look_up_once(service, url, end).await;
        let refresh = self.services.refresh();
        let pause = match looked_up {
            Ok(()) => refresh,
            Err(_) => refresh.min(limits::REGISTRY_RETRY),
        };
        service.ask_again_at(Instant::now() + pause);
        looked_up
    }

    async fn look_up_once(&self, service: &DiscoveredService, url: Url, end: Instant) -> Result<(), HttpError> {
        let outgoing = OutgoingRequest {
            beyond: Origin::of(&url).zip(self.registry),
            ..question(url)
        };
        let answer = self.answer(outgoing, 0, Instant::now(), end).await;
        let answer = answer.map_err(|error| HttpError::NoRegistry {
            service: service.name().to_owned(),
            why: error.message(),
        })?;
        let is_granted = |url: &Url| self.granted(url).is_ok();
        Ok(self.services.learn(service, answer.status, &answer.body, is_granted)?)
    }
}

async fn probe(http: Arc<Http>, instance: Arc<Instance>, service: Arc<str>) {
    let outgoing = OutgoingRequest {
        beyond: instance_at(instance.url()),
        audience: Some(service),
        ..question(instance.health_url())
    };
    let end = Instant::now() + limits::PROBE_TIMEOUT;
    let answered = http.answer(outgoing, 0, Instant::now(), end).await;
    let is_sound = answered.is_ok_and(|answer| (200..300).contains(&answer.status));
    instance.probed(is_sound, Instant::now());
}

/// Whoever said that an instance is there was believed then: it may be anywhere in the own network.
fn instance_at(url: &Url) -> Option<(Origin, Network)> {
    Some((Origin::of(url)?, Network::Private))
}

/// A GET of the host's own.
fn question(url: Url) -> OutgoingRequest {
    OutgoingRequest {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: None,
        beyond: None,
        audience: None,
        is_direct: true,
    }
}

/// A request for a service, as one for this instance of it.
fn at(outgoing: &OutgoingRequest, busy: &InstanceLease) -> OutgoingRequest {
    let mut url = busy.url().clone();
    let base = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{base}{}", outgoing.url.path()));
    url.set_query(outgoing.url.query());
    OutgoingRequest {
        beyond: instance_at(&url),
        url,
        ..outgoing.clone()
    }
}

fn outcome(result: &Result<HttpResponse, HttpError>) -> InstanceOutcome {
    match result {
        Ok(response) if matches!(response.status, 502..=504) => InstanceOutcome::Badly,
        Ok(_) => InstanceOutcome::Well,
        Err(error) if is_unreachable(error) => InstanceOutcome::Unreachable,
        Err(HttpError::Late { .. } | HttpError::Reset { .. } | HttpError::CutOff { .. }) => InstanceOutcome::Badly,
        Err(_) => InstanceOutcome::Well,
    }
}

/// Nothing was sent, and another one may be there.
fn is_unreachable(error: &HttpError) -> bool {
    matches!(error, HttpError::Unreachable { .. } | HttpError::NoClient(_))
}
