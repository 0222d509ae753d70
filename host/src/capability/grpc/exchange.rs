//! One call and its answer.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use prost_reflect::MethodDescriptor;
use tokio::time::timeout_at;
use tonic::{Code, Status, client::Grpc as Client, metadata::MetadataMap};

use super::{
    Grpc, Server,
    message::{self, Untold},
    metadata,
    raw::Raw,
};
use crate::{
    bindings::{
        Error,
        grpc::{Messages, Request, Response},
    },
    limits,
    observe::Operation,
    request::Origin,
    resilience::{Retry, Verdict},
    traces::Recording,
};

/// Servers count the time of a call themselves, in their own units, and some say that it was cancelled when it is over.
const EARLY: Duration = Duration::from_millis(10);

impl Grpc {
    /// Calls a method that answers with one message, by `deadline` at the latest.
    pub(crate) async fn call(&self, request: Request, origin: &Origin, deadline: Instant) -> Result<Response, Error> {
        let server = self.server(&request.server)?;
        let origin = &origin.child();
        let metadata = metadata::outgoing(&request.metadata, origin)?;
        let unary = async |until| {
            let asked = server.asked(&request, Answers::Once).await?;
            let answer = asked.unary(metadata, until).await?;
            Ok(Response {
                message: asked.told(answer.get_ref().clone(), limits::GRPC_JSON)?,
                metadata: metadata::incoming([answer.into_parts().0]),
            })
        };
        server.within(&request, origin, deadline, unary).await
    }

    /// Calls a method that answers with a stream, and reads it to its end or up to `limit` messages.
    pub(crate) async fn stream(
        &self,
        request: Request,
        limit: Option<u32>,
        origin: &Origin,
        deadline: Instant,
    ) -> Result<Messages, Error> {
        let server = self.server(&request.server)?;
        let origin = &origin.child();
        let metadata = metadata::outgoing(&request.metadata, origin)?;
        if limit.is_some_and(|limit| !(1..=limits::GRPC_MESSAGES).contains(&limit)) {
            let message = format!("the limit of a stream is 1 to {} messages", limits::GRPC_MESSAGES);
            return Err(Error::new(500, "bad-argument", message));
        }
        let stream = async |until| {
            let asked = server.asked(&request, Answers::Often).await?;
            asked.stream(metadata, limit, until).await
        };
        server.within(&request, origin, deadline, stream).await
    }
}

/// What the end of a call says about the server: an answer is one, whatever its status.
fn judge<T>(result: &Result<T, Error>) -> Verdict {
    match result {
        Err(error) if matches!(error.status, 502..=504) => Verdict::Failed(error.message.clone(), Retry::Never),
        // What was wrong before anything was sent.
        Err(error) if error.status == 500 => Verdict::Nothing,
        _ => Verdict::Works,
    }
}

/// How a method answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answers {
    Once,
    Often,
}

/// A call that is ready to be sent.
struct Asked<'a> {
    server: &'a Server,
    method: MethodDescriptor,
    message: Bytes,
    /// `package.Service/Method`.
    name: String,
}

impl Server {
    /// Measures a call, and ends it in time.
    async fn within<T>(
        &self,
        request: &Request,
        origin: &Origin,
        deadline: Instant,
        call: impl AsyncFnOnce(Instant) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let start = Instant::now();
        let total = request
            .timeout_ms
            .map_or(limits::GRPC_TOTAL, |ms| Duration::from_millis(ms.into()));
        let until = deadline.min(start + total);
        let until = self.guard.as_ref().map_or(until, |guard| guard.until(until));
        let operation = Operation::start(&self.meter, &origin.trace, |span| self.describe(span, &request.method));
        let running = async {
            match timeout_at(until.into(), call(until)).await {
                Ok(Err(error)) if error.code == "cancelled" && until <= Instant::now() + EARLY => {
                    Err(self.timed_out(&request.method, start.elapsed()))
                }
                Ok(result) => result,
                Err(_) => Err(self.timed_out(&request.method, start.elapsed())),
            }
        };
        match &self.guard {
            None => operation.run(running).await,
            Some(guard) => operation.run(Box::pin(guard.once(until, judge, running))).await,
        }
    }

    fn describe(&self, span: &mut Recording, method: &str) {
        span.name(method.to_owned());
        span.set("rpc.system", "grpc");
        span.set_text("rpc.method", method);
        span.set_text("server.address", self.remote.show());
    }

    async fn asked(&self, request: &Request, answers: Answers) -> Result<Asked<'_>, Error> {
        let mut method = self.method(&request.method, false).await?;
        let mut read = message::read(&method.input(), &request.message);
        if self.is_reflected() && read.as_ref().is_err_and(|unfit| unfit.is_unknown_field) {
            method = self.method(&request.method, true).await?;
            read = message::read(&method.input(), &request.message);
        }
        let name = format!("{}/{}", method.parent_service().full_name(), method.name());
        let wrong = match (method.is_client_streaming(), method.is_server_streaming(), answers) {
            (true, _, _) => Some("takes a stream, which a fujsen cannot send"),
            (false, true, Answers::Once) => Some("answers with a stream: use `stream`"),
            (false, false, Answers::Often) => Some("answers with one message: use `call`"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            return Err(Error::new(
                500,
                "bad-argument",
                format!("{}: {name} {wrong}", self.name),
            ));
        }
        let message = read.map_err(|unfit| {
            let message = format!("{}: {name}: {}", self.name, unfit.message);
            Error::new(400, "bad-argument", message)
        })?;
        if message.len() > limits::GRPC_MESSAGE {
            let most = limits::GRPC_MESSAGE >> 20;
            let message = format!("{}: the message for {name} is over {most} MiB", self.name);
            return Err(Error::new(500, "too-large", message));
        }
        Ok(Asked {
            server: self,
            method,
            message,
            name,
        })
    }
}

impl Asked<'_> {
    async fn unary(&self, metadata: MetadataMap, until: Instant) -> Result<tonic::Response<Bytes>, Error> {
        let answered = async {
            let mut client = self.client().await?;
            let path = self.path()?;
            client.unary(self.request(metadata, until), path, Raw).await
        };
        self.or_failed(answered.await).await
    }

    async fn stream(&self, metadata: MetadataMap, limit: Option<u32>, until: Instant) -> Result<Messages, Error> {
        let opened = async {
            let mut client = self.client().await?;
            let path = self.path()?;
            client.server_streaming(self.request(metadata, until), path, Raw).await
        };
        let (headers, mut stream, _) = self.or_failed(opened.await).await?.into_parts();
        let mut answer = Messages {
            messages: Vec::new(),
            cut: false,
            metadata: Vec::new(),
        };
        let mut left = limits::GRPC_JSON;
        while !answer.cut {
            let Some(bytes) = self.or_failed(stream.message().await).await? else {
                break;
            };
            if answer.messages.len() == limits::GRPC_MESSAGES as usize {
                let most = limits::GRPC_MESSAGES;
                let message = format!("{}: {} streams more than {most} messages", self.server.name, self.name);
                return Err(Error::new(502, "too-large", message));
            }
            let message = self.told(bytes, left)?;
            left -= message.len();
            answer.messages.push(message);
            answer.cut = limit.is_some_and(|limit| answer.messages.len() == limit as usize);
        }
        let trailers = match answer.cut {
            true => None,
            false => self.or_failed(stream.trailers().await).await?,
        };
        answer.metadata = metadata::incoming([headers].into_iter().chain(trailers));
        Ok(answer)
    }

    async fn client(&self) -> Result<Client<tonic::transport::Channel>, Status> {
        let mut client = Client::new(self.server.remote.channel())
            .max_decoding_message_size(limits::GRPC_MESSAGE)
            .max_encoding_message_size(limits::GRPC_MESSAGE);
        client.ready().await.map_err(|error| Status::from_error(error.into()))?;
        Ok(client)
    }

    /// Names from a description make a path, unless a server describes itself in a strange way.
    fn path(&self) -> Result<PathAndQuery, Status> {
        format!("/{}", self.name)
            .parse()
            .map_err(|_| Status::internal("its name is no path"))
    }

    fn request(&self, metadata: MetadataMap, until: Instant) -> tonic::Request<Bytes> {
        let mut request = tonic::Request::new(self.message.clone());
        *request.metadata_mut() = metadata;
        request.set_timeout(until.saturating_duration_since(Instant::now()));
        request
    }

    /// A server that does not have what it described is another one by now: it is asked anew at the next call.
    async fn or_failed<T>(&self, result: Result<T, Status>) -> Result<T, Error> {
        let Err(status) = &result else {
            return result.map_err(|status| self.server.failure(&self.name, &status));
        };
        if status.code() == Code::Unimplemented && self.server.is_reflected() {
            let service = self.method.parent_service();
            self.server.remote.outdated(service.full_name()).await;
        }
        Err(self.server.failure(&self.name, status))
    }

    fn told(&self, bytes: Bytes, most: usize) -> Result<String, Error> {
        message::write(&self.method.output(), bytes, most).map_err(|untold| match untold {
            Untold::TooLarge => self.server.too_large(&self.name),
            Untold::Broken(what) => {
                let message = format!("{}: the answer of {} is broken: {what}", self.server.name, self.name);
                Error::new(502, "bad-answer", message)
            }
        })
    }
}
