//! The same handler in Rust, without a sandbox: what a program without a host would be.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tusk_host::serve::server::Responder;

#[derive(Deserialize)]
struct Asked {
    name: String,
    id: i64,
    text: String,
}

#[derive(Serialize)]
struct Greeting {
    hello: String,
    id: i64,
    length: usize,
}

/// The handler as a service of the host's own server.
#[derive(Clone)]
pub(crate) struct Native;

impl Responder for Native {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        greet(request).await.unwrap()
    }
}

/// Serves the handler with hyper alone, on a free port, until the runtime ends.
pub(crate) async fn bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(greet)));
        }
    });
    address
}

async fn greet(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let body = request.into_body().collect().await?.to_bytes();
    let asked: Asked = serde_json::from_slice(&body).unwrap();
    let greeting = Greeting {
        hello: asked.name,
        id: asked.id + 1,
        length: asked.text.len(),
    };
    let body = Full::new(serde_json::to_vec(&greeting).unwrap().into());
    Ok(Response::builder()
        .header("content-type", "application/json")
        .body(body)
        .unwrap())
}
