//! What the server does.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{future::BoxFuture, stream, stream::BoxStream};
use tonic::{
    Code, Request, Response, Status,
    body::Body,
    codegen::Service,
    metadata::{Binary, MetadataValue},
    server::{Grpc, NamedService, ServerStreamingService, UnaryService},
};
use tonic_prost::ProstCodec;

use super::{
    Seen, State,
    messages::{FailRequest, HealthAnswer, ListRequest, NewUser, Size, User, UserRequest},
};

#[derive(Clone)]
pub(super) struct Users(pub(super) Arc<State>);

#[derive(Clone)]
pub(super) struct Trouble(pub(super) Arc<State>);

#[derive(Clone)]
pub(super) struct Health(pub(super) Arc<State>);

impl NamedService for Health {
    const NAME: &'static str = "grpc.health.v1.Health";
}

impl NamedService for Users {
    const NAME: &'static str = "users.UserService";
}

impl NamedService for Trouble {
    const NAME: &'static str = "trouble.Trouble";
}

type Answer = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

impl Service<http::Request<Body>> for Users {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Answer {
        let (state, method) = noted(&self.0, &request);
        let users = state.users.lock().expect("no task panicked").clone();
        match &*method {
            "GetUser" => unary(request, move |asked: UserRequest| {
                let none = || Status::not_found(format!("there is no user {}", asked.user_id));
                users.get(&asked.user_id).cloned().ok_or_else(none)
            }),
            "CreateUser" => unary(request, move |new: NewUser| {
                if new.email.is_empty() {
                    return Err(Status::invalid_argument("a user has an email"));
                }
                let user = User {
                    user_id: (users.len() + 1).to_string(),
                    name: new.name,
                    email: new.email,
                    role: new.role,
                    address: new.address,
                    avatar: vec![1, 2, 3],
                    ..User::default()
                };
                let mut users = state.users.lock().expect("no task panicked");
                users.insert(user.user_id.clone(), user.clone());
                Ok(user)
            }),
            "ListUsers" => streaming(request, move |asked: ListRequest| {
                let most = match asked.page_size {
                    0 => usize::MAX,
                    size => size as usize,
                };
                let page: Vec<_> = users.into_values().take(most).map(Ok).collect();
                Box::pin(stream::iter(page))
            }),
            _ => unknown(),
        }
    }
}

impl Service<http::Request<Body>> for Trouble {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Answer {
        let (_, method) = noted(&self.0, &request);
        match &*method {
            "Fail" | "FailRead" => unary(request, |asked: FailRequest| {
                Err::<User, _>(Status::new(Code::from_i32(asked.code), asked.message))
            }),
            "Hang" => Box::pin(std::future::pending()),
            "Large" => unary(request, |asked: Size| {
                Ok(User {
                    name: "x".repeat(asked.size as usize),
                    ..User::default()
                })
            }),
            "Drip" => streaming(request, |asked: Size| {
                let users = (0..asked.size).map(|n| {
                    Ok(User {
                        user_id: n.to_string(),
                        ..User::default()
                    })
                });
                use futures_util::StreamExt;
                Box::pin(stream::iter(users).chain(stream::pending()))
            }),
            _ => unknown(),
        }
    }
}

impl Service<http::Request<Body>> for Health {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Answer {
        let serving = *self.0.serving.lock().expect("no task panicked");
        match serving {
            Some(serving) => unary(request, move |_: ()| {
                Ok(HealthAnswer {
                    status: if serving { 1 } else { 2 },
                })
            }),
            None => unknown(),
        }
    }
}

fn noted(state: &Arc<State>, request: &http::Request<Body>) -> (Arc<State>, String) {
    let path = request.uri().path();
    state.seen.lock().expect("no task panicked").push(Seen {
        method: path.trim_start_matches('/').to_owned(),
        metadata: request.headers().clone(),
    });
    let method = path.rsplit('/').next().unwrap_or_default().to_owned();
    (state.clone(), method)
}

/// As tonic's own services answer.
fn unknown() -> Answer {
    Box::pin(async { Ok(Status::unimplemented("").into_http()) })
}

/// A header `x-served-by`.
fn served<T>(message: T) -> Response<T> {
    let mut response = Response::new(message);
    let metadata = response.metadata_mut();
    metadata.insert("x-served-by", "users-1".parse().expect("it is text"));
    metadata.insert_bin("trace-bin", MetadataValue::<Binary>::from_bytes(&[1, 2]));
    response
}

fn unary<M, R, F>(request: http::Request<Body>, answer: F) -> Answer
where
    M: prost::Message + Default + 'static,
    R: prost::Message + Default + 'static,
    F: FnOnce(M) -> Result<R, Status> + Send + 'static,
{
    Box::pin(async move {
        let mut grpc = Grpc::new(ProstCodec::<R, M>::default());
        Ok(grpc.unary(Once(Some(answer)), request).await)
    })
}

fn streaming<M, F>(request: http::Request<Body>, answer: F) -> Answer
where
    M: prost::Message + Default + 'static,
    F: FnOnce(M) -> BoxStream<'static, Result<User, Status>> + Send + 'static,
{
    Box::pin(async move {
        let mut grpc = Grpc::new(ProstCodec::<User, M>::default());
        Ok(grpc.server_streaming(Once(Some(answer)), request).await)
    })
}

/// A method that is called once.
struct Once<F>(Option<F>);

impl<M, R, F> UnaryService<M> for Once<F>
where
    F: FnOnce(M) -> Result<R, Status>,
{
    type Response = R;
    type Future = std::future::Ready<Result<Response<R>, Status>>;

    fn call(&mut self, request: Request<M>) -> Self::Future {
        let answer = self.0.take().expect("it is called once");
        std::future::ready(answer(request.into_inner()).map(served))
    }
}

impl<M, F> ServerStreamingService<M> for Once<F>
where
    F: FnOnce(M) -> BoxStream<'static, Result<User, Status>>,
{
    type Response = User;
    type ResponseStream = BoxStream<'static, Result<User, Status>>;
    type Future = std::future::Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<M>) -> Self::Future {
        let answer = self.0.take().expect("it is called once");
        std::future::ready(Ok(served(answer(request.into_inner()))))
    }
}
