//! One call and its answer.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::uri::PathAndQuery;
use prost_reflect::MethodDescriptor;
use tokio::time::timeout_at;
use tonic::{Code, ConnectError, Status, client::Grpc as Client, metadata::MetadataMap};

use super::{
    Grpc, GrpcError, GrpcMessages, GrpcRequest, GrpcResponse, GrpcServer, describe,
    message::{self, Untold},
    metadata,
    raw::RawCodec,
};
use crate::{
    base::{explain::Explain, limits},
    network::{
        egress::cause,
        resilience::{Retry, Verdict},
    },
    observe::{operation::Operation, request::CallOrigin, traces::Recording},
};

/// Servers count the time of a call themselves, in their own units, and some say that it was cancelled when it is over.
const EARLY: Duration = Duration::from_millis(10);

impl Grpc {
    /// Calls a method that answers with one message, by `deadline` at the latest.
    pub async fn call(
        &self,
        request: GrpcRequest,
        origin: &CallOrigin,
        deadline: Instant,
    ) -> Result<GrpcResponse, GrpcError> {
        let server = self.server(&request.server)?;
        let origin = &origin.child();
        let metadata = metadata::outgoing(&request.metadata, origin)?;
        let (request, known) = (&request, &Known::default());
        let unary = |until| {
            let metadata = metadata.clone();
            async move {
                let asked = server.asked(request, Answers::Once, known).await?;
                let answer = asked.unary(metadata, until).await?;
                Ok(GrpcResponse {
                    message: asked.told(answer.get_ref().clone(), limits::GRPC_JSON)?,
                    metadata: metadata::incoming([answer.into_parts().0]),
                })
            }
        };
        server.within(request, origin, deadline, known, unary).await
    }

    /// Calls a method that answers with a stream, and reads it to its end or up to `limit` messages.
    pub async fn stream(
        &self,
        request: GrpcRequest,
        limit: Option<u32>,
        origin: &CallOrigin,
        deadline: Instant,
    ) -> Result<GrpcMessages, GrpcError> {
        let server = self.server(&request.server)?;
        let origin = &origin.child();
        let metadata = metadata::outgoing(&request.metadata, origin)?;
        if limit.is_some_and(|limit| !(1..=limits::GRPC_MESSAGES).contains(&limit)) {
            let message = format!("the limit of a stream is 1 to {} messages", limits::GRPC_MESSAGES);
            return Err(GrpcError::Argument(message));
        }
        let (request, known) = (&request, &Known::default());
        let stream = |until| {
            let metadata = metadata.clone();
            async move {
                let asked = server.asked(request, Answers::Often, known).await?;
                asked.stream(metadata, limit, until).await
            }
        };
        server.within(request, origin, deadline, known, stream).await
    }
}

/// What the attempts of a call have found out.
#[derive(Default)]
struct Known {
    /// The method does the same when it is called twice, as its `idempotency_level` says.
    is_repeatable: AtomicBool,
    /// In the last attempt the server has not been sent the message.
    is_unsent: AtomicBool,
}

impl Known {
    /// What the end of an attempt says about the server: an answer is one, whatever its status.
    fn judge<T>(&self, result: &Result<T, GrpcError>) -> Verdict {
        match result {
            Ok(_) => Verdict::Works,
            Err(error) => match error.meaning().0 {
                502..=504 => {
                    let may = self.is_repeatable.load(Relaxed) || self.is_unsent.load(Relaxed);
                    let retry = if error.may_pass() && may {
                        Retry::Always
                    } else {
                        Retry::Never
                    };
                    Verdict::Failed(error.message(), retry)
                }
                // What was wrong before anything was sent.
                500 => Verdict::Nothing,
                _ => Verdict::Works,
            },
        }
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
    server: &'a GrpcServer,
    method: MethodDescriptor,
    message: Bytes,
    /// `package.Service/Method`.
    name: String,
    known: &'a Known,
}

impl GrpcServer {
    /// Measures a call, and ends it in time: with one attempt, or those that the policy has.
    async fn within<T, F: Future<Output = Result<T, GrpcError>>>(
        &self,
        request: &GrpcRequest,
        origin: &CallOrigin,
        deadline: Instant,
        known: &Known,
        call: impl Fn(Instant) -> F,
    ) -> Result<T, GrpcError> {
        let start = Instant::now();
        let total = request
            .timeout_ms
            .map_or(limits::GRPC_TOTAL, |ms| Duration::from_millis(ms.into()));
        let end = deadline.min(start + total);
        let operation = Operation::start(&self.meter, &origin.trace, |span| self.describe(span, &request.method));
        let attempt = |until: Instant| {
            known.is_unsent.store(true, Relaxed);
            let (begin, answer) = (Instant::now(), call(until));
            async move {
                match timeout_at(until.into(), answer).await {
                    Ok(Err(GrpcError::Status { code, .. }))
                        if code == Code::Cancelled && until <= Instant::now() + EARLY =>
                    {
                        Err(self.timed_out(&request.method, begin.elapsed()))
                    }
                    Ok(result) => result,
                    Err(_) => Err(self.timed_out(&request.method, begin.elapsed())),
                }
            }
        };
        match &self.guard {
            None => operation.run(attempt(end)).await,
            Some(guard) => {
                let attempts = guard.run(false, end, |result| known.judge(result), attempt);
                operation.run(Box::pin(attempts)).await
            }
        }
    }

    fn describe(&self, span: &mut Recording, method: &str) {
        span.name(method.to_owned());
        span.set("rpc.system", "grpc");
        span.set("rpc.method", method);
        span.set("server.address", &*self.remote.place.host);
        span.set("server.port", i64::from(self.remote.place.port));
    }

    async fn asked<'a>(
        &'a self,
        request: &GrpcRequest,
        answers: Answers,
        known: &'a Known,
    ) -> Result<Asked<'a>, GrpcError> {
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
            return Err(GrpcError::Argument(format!("{}: {name} {wrong}", self.name)));
        }
        let (server, called) = (self.name.clone(), name.clone());
        let message = match read {
            Ok(message) if message.len() > limits::GRPC_MESSAGE => {
                return Err(GrpcError::LongMessage { server, method: called });
            }
            Ok(message) => message,
            Err(unfit) => {
                return Err(GrpcError::Message {
                    server,
                    method: called,
                    why: unfit.message,
                });
            }
        };
        known.is_repeatable.store(describe::is_idempotent(&method), Relaxed);
        Ok(Asked {
            server: self,
            method,
            message,
            name,
            known,
        })
    }
}

impl Asked<'_> {
    async fn unary(&self, metadata: MetadataMap, until: Instant) -> Result<tonic::Response<Bytes>, GrpcError> {
        let answered = async {
            let mut client = self.client().await?;
            let path = self.path()?;
            client.unary(self.request(metadata, until), path, RawCodec).await
        };
        self.or_failed(answered.await).await
    }

    async fn stream(
        &self,
        metadata: MetadataMap,
        limit: Option<u32>,
        until: Instant,
    ) -> Result<GrpcMessages, GrpcError> {
        let opened = async {
            let mut client = self.client().await?;
            let path = self.path()?;
            client
                .server_streaming(self.request(metadata, until), path, RawCodec)
                .await
        };
        let (headers, mut stream, _) = self.or_failed(opened.await).await?.into_parts();
        let mut answer = GrpcMessages {
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
                return Err(GrpcError::LongStream {
                    server: self.server.name.clone(),
                    method: self.name.clone(),
                });
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
        self.known.is_unsent.store(false, Relaxed);
        let mut request = tonic::Request::new(self.message.clone());
        *request.metadata_mut() = metadata;
        request.set_timeout(until.saturating_duration_since(Instant::now()));
        request
    }

    /// A server that does not have what it described is another one by now: it is asked anew at the next call.
    async fn or_failed<T>(&self, result: Result<T, Status>) -> Result<T, GrpcError> {
        let Err(status) = &result else {
            return result.map_err(|status| self.server.failure(&self.name, &status));
        };
        if cause::<ConnectError>(status).is_some() {
            self.known.is_unsent.store(true, Relaxed);
        }
        if status.code() == Code::Unimplemented && self.server.is_reflected() {
            let service = self.method.parent_service();
            self.server.remote.outdated(service.full_name()).await;
        }
        Err(self.server.failure(&self.name, status))
    }

    fn told(&self, bytes: Bytes, most: usize) -> Result<String, GrpcError> {
        message::write(&self.method.output(), bytes, most).map_err(|untold| match untold {
            Untold::TooLarge => self.server.too_large(&self.name),
            Untold::Broken(why) => GrpcError::Broken {
                server: self.server.name.clone(),
                method: self.name.clone(),
                why,
            },
        })
    }
}
