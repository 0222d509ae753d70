//! One exchange with one server, redirects included.

use std::{io, net::SocketAddr, sync::Arc, time::Instant};

use http::{
    HeaderMap, Method, StatusCode,
    header::{CONTENT_LENGTH, LOCATION},
};
use tokio::time::timeout_at;
use url::{Host, Url};

use super::{
    Granted, Http, HttpError, HttpRequest, HttpResponse,
    client::{Way, noting_connections, remedy},
    pairs, show,
};
use crate::{
    base::{limits, off_limits},
    network::egress::{Forbidden, Network, Origin, allows, cause, forbidden, headers, reason},
    observe::{
        request,
        traces::{self, Recording},
    },
};

/// What is sent, as redirects change it.
#[derive(Clone)]
pub(super) struct OutgoingRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<bytes::Bytes>,
    /// What may be reached although fujsens are not granted it, and where it may lead: an instance of a service, or whom a
    /// setting of the host names.
    pub(super) beyond: Option<(Origin, Network)>,
    /// The service that it is for, where the file says so: only to that one it says in whose name it comes.
    pub(super) audience: Option<Arc<str>>,
    /// Nobody of another origin has led here.
    pub(super) is_direct: bool,
}

impl Http {
    pub(super) async fn answer(
        &self,
        mut outgoing: OutgoingRequest,
        redirects: u8,
        start: Instant,
        end: Instant,
    ) -> Result<HttpResponse, HttpError> {
        self.identity.mark(&mut outgoing.headers, outgoing.audience.as_deref());
        let shown = show(&outgoing.url);
        match timeout_at(end.into(), self.follow(outgoing, redirects)).await {
            Ok(result) => result.map(|response| HttpResponse {
                elapsed_us: start.elapsed().as_micros() as u64,
                ..response
            }),
            Err(_) => {
                let waited = start.elapsed().as_millis();
                let what = format!("did not answer within {waited} ms");
                Err(HttpError::Late { shown, what })
            }
        }
    }

    async fn follow(&self, mut outgoing: OutgoingRequest, redirects: u8) -> Result<HttpResponse, HttpError> {
        let mut left = redirects;
        loop {
            let network = self.check(&outgoing)?;
            let answer = self.exchange(&outgoing, network).await?;
            let target = match redirect_target(&outgoing.url, &answer) {
                Some(target) if redirects > 0 => target?,
                _ => return read(answer, outgoing.url).await,
            };
            if left == 0 {
                let message = format!("{} redirects more than {redirects} times", show(&outgoing.url));
                return Err(HttpError::Redirects(message));
            }
            left -= 1;
            outgoing.redirect(answer.status(), target);
        }
    }

    pub(super) fn granted(&self, url: &Url) -> Result<&Granted, HttpError> {
        let origin = Origin::of(url)
            .ok_or_else(|| HttpError::url(url.as_str(), "its scheme is none of http, https and service"))?;
        self.origins
            .get(&origin)
            .ok_or_else(|| HttpError::NotGranted(origin.as_str().to_owned()))
    }

    /// Whether the URL's origin may be reached, and which network it may lead to.
    fn check(&self, outgoing: &OutgoingRequest) -> Result<Network, HttpError> {
        let url = &outgoing.url;
        let beyond = outgoing.beyond.as_ref();
        let beyond = beyond.filter(|(origin, _)| Origin::of(url).as_ref() == Some(origin));
        let network = match (self.granted(url), beyond) {
            (Ok(granted), _) => granted.network,
            (Err(_), Some((_, network))) => *network,
            (Err(error), None) => return Err(error),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        let address: SocketAddr = match url.host() {
            Some(Host::Ipv4(address)) => (address, port).into(),
            Some(Host::Ipv6(address)) => (address, port).into(),
            _ => return Ok(network),
        };
        if allows(network, address.ip()) && !off_limits::has(address) {
            Ok(network)
        } else {
            let origin = Origin::of(url).ok_or_else(|| HttpError::url(url.as_str(), "it has no origin"))?;
            Err(forbidden(&origin, address, network).into())
        }
    }

    async fn exchange(&self, outgoing: &OutgoingRequest, network: Network) -> Result<reqwest::Response, HttpError> {
        let way = Way {
            network,
            shows_certificate: outgoing.is_direct && outgoing.audience.is_some(),
            port: outgoing.url.port_or_known_default(),
            is_fresh: false,
        };
        let (sent, connected) = noting_connections(self.request(outgoing, way)?.send()).await;
        let sent = match sent {
            // The other side may have closed the connection before it saw the request. Whoever can be asked twice is; on a
            // connection of its own, since the others that are kept may have had the same end.
            Err(error) if !connected && is_idempotent(&outgoing.method) && is_closed(&error) => {
                let way = Way { is_fresh: true, ..way };
                self.request(outgoing, way)?.send().await
            }
            sent => sent,
        };
        sent.map_err(|error| failed(&error, &outgoing.url, network))
    }

    fn request(&self, outgoing: &OutgoingRequest, way: Way) -> Result<reqwest::RequestBuilder, HttpError> {
        let client = self.clients.get(way).map_err(HttpError::NoClient)?;
        let mut request = client
            .request(outgoing.method.clone(), outgoing.url.clone())
            .headers(outgoing.headers.clone());
        match &outgoing.body {
            Some(body) if !body.is_empty() => request = request.body(body.clone()),
            // RFC 9110, 8.6: servers answer 411 to one of these that does not say that it has no body.
            _ if matches!(outgoing.method, Method::POST | Method::PUT | Method::PATCH) => {
                request = request.header(CONTENT_LENGTH, 0);
            }
            _ => {}
        }
        Ok(request)
    }
}

/// Methods that do the same when they are done twice (RFC 9110, 9.2.2).
pub(super) fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    )
}

/// Whether the connection ended before any of the answer came.
fn is_closed(error: &reqwest::Error) -> bool {
    let by_hyper =
        cause::<hyper::Error>(error).is_some_and(|error| error.is_incomplete_message() || error.is_canceled());
    let by_system = cause::<io::Error>(error).is_some_and(|error| {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
        matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
    });
    !error.is_connect() && !error.is_timeout() && (by_hyper || by_system)
}

impl OutgoingRequest {
    pub(super) fn new(request: HttpRequest, origin: &request::CallOrigin) -> Result<Self, HttpError> {
        let mut url = Url::parse(&request.url).map_err(|error| HttpError::url(&request.url, error.to_string()))?;
        if !url.has_host() {
            return Err(HttpError::url(&request.url, "it has no host"));
        }
        url.set_fragment(None);
        let method = Method::from_bytes(request.method.to_ascii_uppercase().as_bytes())
            .ok()
            .filter(|method| !matches!(*method, Method::CONNECT | Method::TRACE))
            .ok_or_else(|| HttpError::Method(request.method.clone()))?;
        let headers = headers::outgoing(&request.headers, origin)?;
        Ok(Self {
            method,
            url,
            headers,
            body: request.body.map(Into::into),
            beyond: None,
            audience: None,
            is_direct: true,
        })
    }

    /// As browsers do: 307 and 308 repeat the request, the others turn it into a GET (a HEAD stays one).
    fn redirect(&mut self, status: StatusCode, target: Url) {
        let repeats = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        if !repeats && self.method != Method::GET && self.method != Method::HEAD {
            self.method = Method::GET;
            self.body = None;
            headers::forget_body(&mut self.headers);
        }
        if target.origin() != self.url.origin() {
            headers::forget_credentials(&mut self.headers);
            self.is_direct = false;
        }
        self.url = target;
    }
}

pub(super) fn describe(span: &mut Recording, outgoing: &OutgoingRequest) {
    let (method, url) = (traces::method(&outgoing.method), &outgoing.url);
    span.name(if method == traces::OTHER_METHOD { "HTTP" } else { method });
    span.set("http.request.method", method);
    span.set("url.full", &*show(url));
    span.set("server.address", url.host_str().unwrap_or_default());
    if let Some(port) = url.port_or_known_default() {
        span.set("server.port", i64::from(port));
    }
}

/// Where an answer leads on; none when it is the final one.
fn redirect_target(from: &Url, answer: &reqwest::Response) -> Option<Result<Url, HttpError>> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = String::from_utf8_lossy(answer.headers().get(LOCATION)?.as_bytes()).into_owned();
    let target = from.join(&location).map(|mut target| {
        target.set_fragment(None);
        target
    });
    Some(target.map_err(|_| HttpError::Redirects(format!("{} redirects to `{}`", show(from), location.escape_debug()))))
}

/// The body comes decompressed, so the bound is on what it becomes.
async fn read(mut answer: reqwest::Response, url: Url) -> Result<HttpResponse, HttpError> {
    let too_large = || HttpError::TooLarge(show(&url));
    let expected = answer.content_length().unwrap_or(0);
    if expected > limits::HTTP_BODY as u64 {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(expected as usize);
    while let Some(piece) = answer.chunk().await.map_err(|error| interrupted(&error, &url))? {
        if body.len() + piece.len() > limits::HTTP_BODY {
            return Err(too_large());
        }
        body.extend_from_slice(&piece);
    }
    Ok(HttpResponse {
        status: answer.status().as_u16(),
        headers: pairs(answer.headers()),
        body,
        url: url.into(),
        elapsed_us: 0,
    })
}

fn failed(error: &reqwest::Error, url: &Url, network: Network) -> HttpError {
    if let (Some(Forbidden(address)), Some(origin)) = (cause(error), Origin::of(url)) {
        return forbidden(&origin, *address, network).into();
    }
    let shown = show(url);
    if error.is_timeout() {
        let (what, time) = match error.is_connect() {
            true => ("could not be reached", limits::HTTP_CONNECT),
            false => ("sent nothing", limits::HTTP_GAP),
        };
        let what = format!("{what} within {} s", time.as_secs());
        return HttpError::Late { shown, what };
    }
    if error.is_builder() {
        return HttpError::url(url.as_str(), reason(error));
    }
    let (why, remedy) = (reason(error), remedy(error));
    // Apart: what was never reached can be asked again whatever was asked.
    if error.is_connect() {
        HttpError::Unreachable { shown, why, remedy }
    } else {
        HttpError::Reset { shown, why, remedy }
    }
}

fn interrupted(error: &reqwest::Error, url: &Url) -> HttpError {
    let shown = show(url);
    if error.is_timeout() {
        let what = format!("sent nothing more for {} s", limits::HTTP_GAP.as_secs());
        return HttpError::Late { shown, what };
    }
    let why = reason(error);
    HttpError::CutOff { shown, why }
}
