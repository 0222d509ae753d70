//! The same handler, written against hyper: what a program without a host would be.

use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

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

/// Serves on a free port until the runtime ends.
pub(crate) async fn serve() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(greet)),
            );
        }
    });
    address
}

async fn greet(request: Request<Incoming>) -> Result<Response<Full<bytes::Bytes>>, hyper::Error> {
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
