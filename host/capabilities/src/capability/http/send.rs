//! A guest's request: to the server of its URL, or to an instance of a service, and again where its policy says so.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use url::Url;

use super::{
    Http, HttpError, HttpRequest, HttpResponse, RequestTarget,
    exchange::{OutgoingRequest, describe, is_idempotent},
};
use crate::{
    base::{explain::Explain, limits},
    network::{
        discovery::SCHEME,
        egress::{Network, Origin},
        resilience::{Retry, Verdict},
    },
    observe::{operation::Operation, request, traces::Trace},
};

impl Http {
    /// Sends `request` and reads the whole answer, by `deadline` at the latest.
    pub async fn send(
        self: &Arc<Self>,
        request: HttpRequest,
        origin: &request::CallOrigin,
        deadline: Instant,
    ) -> Result<HttpResponse, HttpError> {
        let times = Times::of(&request, deadline);
        let origin = &origin.child();
        let outgoing = OutgoingRequest::new(request, origin)?;
        let target = self.target(&outgoing.url)?;
        self.observed(&target, outgoing, times, &origin.trace).await
    }

    /// As [`Self::send`], for the host itself: to where one of its settings leads, which need not be granted to fujsens.
    pub async fn ask(
        self: &Arc<Self>,
        request: HttpRequest,
        network: Network,
        deadline: Instant,
    ) -> Result<HttpResponse, HttpError> {
        let times = Times::of(&request, deadline);
        let origin = request::CallOrigin::internal();
        let mut outgoing = OutgoingRequest::new(request, &origin)?;
        let target = match (self.granted(&outgoing.url), Origin::of(&outgoing.url)) {
            (Ok(granted), _) => granted.target.clone(),
            (Err(error), None) => return Err(error),
            (Err(_), Some(origin)) => {
                let meter = self.metrics.dependency("http", origin.as_str());
                outgoing.beyond = Some((origin, network));
                Arc::new(RequestTarget::unnamed(meter))
            }
        };
        self.observed(&target, outgoing, times, &origin.trace).await
    }

    /// Counted, and a span of the trace.
    async fn observed(
        self: &Arc<Self>,
        target: &RequestTarget,
        mut outgoing: OutgoingRequest,
        times: Times,
        trace: &Trace,
    ) -> Result<HttpResponse, HttpError> {
        let Times { redirects, start, end } = times;
        outgoing.audience = target.audience.clone();
        let mut running = Operation::start(&target.meter, trace, |span| describe(span, &outgoing));
        let result = self.deliver(target, outgoing, redirects, start, end).await;
        match &result {
            Ok(response) => {
                running.describe(|span| span.set("http.response.status_code", i64::from(response.status)));
                let failed = (response.status >= 500).then(|| response.status.to_string());
                running.end(failed.as_deref().map(|status| (500, status)));
            }
            Err(error) => running.end(Some(error.meaning())),
        }
        result
    }

    async fn deliver(
        self: &Arc<Self>,
        target: &RequestTarget,
        outgoing: OutgoingRequest,
        redirects: u8,
        start: Instant,
        end: Instant,
    ) -> Result<HttpResponse, HttpError> {
        let Some(guard) = &target.guard else {
            return self.attempt(target, outgoing, redirects, start, end).await;
        };
        let is_repeatable = is_idempotent(&outgoing.method);
        let attempt = |end| self.attempt(target, outgoing.clone(), redirects, start, end);
        // Apart, so that requests without a policy do not carry what those with one need.
        Box::pin(guard.run(is_repeatable, end, judge, attempt)).await
    }

    async fn attempt(
        self: &Arc<Self>,
        target: &RequestTarget,
        outgoing: OutgoingRequest,
        redirects: u8,
        start: Instant,
        end: Instant,
    ) -> Result<HttpResponse, HttpError> {
        match &target.service {
            None => self.answer(outgoing, redirects, start, end).await,
            Some(service) => Box::pin(self.ask_instance(service, outgoing, redirects, start, end)).await,
        }
    }

    fn target(&self, url: &Url) -> Result<Arc<RequestTarget>, HttpError> {
        if url.scheme() != SCHEME {
            return self.granted(url).map(|granted| granted.target.clone());
        }
        let name = url.host_str().unwrap_or_default();
        if url.port().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(HttpError::url(
                url.as_str(),
                "a service has a name and a path, as in service://users/v1/users",
            ));
        }
        self.service_target(name)
    }
}

/// What a request may take.
struct Times {
    redirects: u8,
    start: Instant,
    end: Instant,
}

impl Times {
    fn of(request: &HttpRequest, deadline: Instant) -> Self {
        let start = Instant::now();
        let total = request.timeout_ms;
        let total = total.map_or(limits::HTTP_TOTAL, |ms| Duration::from_millis(ms.into()));
        Self {
            redirects: request.redirects.min(limits::HTTP_REDIRECTS),
            start,
            end: deadline.min(start + total),
        }
    }
}

/// What the end of an exchange says about the server.
fn judge(result: &Result<HttpResponse, HttpError>) -> Verdict {
    match result {
        Ok(response) if response.status < 500 => Verdict::Works,
        Ok(response) => {
            let is_passing = matches!(response.status, 502..=504);
            let retry = if is_passing { Retry::IfRepeatable } else { Retry::Never };
            Verdict::Failed(format!("status {}", response.status), retry)
        }
        Err(error) if error.is_late() => Verdict::Failed(error.message(), Retry::IfRepeatable),
        Err(error) => match error {
            HttpError::NoClient(_) | HttpError::Unreachable { .. } => Verdict::Failed(error.message(), Retry::Always),
            HttpError::Reset { .. } | HttpError::CutOff { .. } | HttpError::NoInstance(_) => {
                Verdict::Failed(error.message(), Retry::IfRepeatable)
            }
            // It answers, only not as we like it.
            HttpError::TooLarge(_) | HttpError::Redirects(_) => Verdict::Works,
            _ => Verdict::Nothing,
        },
    }
}
