//! The server's connections, encrypted or not.

use std::{io, sync::Arc, sync::atomic::Ordering::Relaxed};

use futures_util::stream::{self, BoxStream};
use tokio::{
    io::{DuplexStream, copy_bidirectional, duplex},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tonic::transport::Server;
use tonic_reflection::server::Builder;

use super::{
    PROTOS, Reflection, State,
    services::{Health, Trouble, Users},
};

pub(super) async fn run(
    listener: std::net::TcpListener,
    reflection: Reflection,
    tls: Option<Arc<rustls::ServerConfig>>,
    state: Arc<State>,
) {
    let listener = TcpListener::from_std(listener).expect("the runtime takes it");
    let mut server = Server::builder()
        .add_service(Users(state.clone()))
        .add_service(Trouble(state.clone()))
        .add_service(Health(state.clone()));
    let described = || Builder::configure().register_file_descriptor_set(descriptions());
    server = match reflection {
        Reflection::None => server,
        Reflection::V1 => server.add_service(described().build_v1().expect("it is described")),
        Reflection::V1Alpha => server.add_service(described().build_v1alpha().expect("it is described")),
    };
    let incoming: BoxStream<'static, io::Result<DuplexStream>> = Box::pin(stream::unfold(
        (listener, tls, state),
        |(listener, tls, state)| async move {
            let stream = match listener.accept().await {
                Ok((stream, _)) => {
                    state.connections.fetch_add(1, Relaxed);
                    Ok(piped(stream, tls.clone()))
                }
                Err(error) => Err(error),
            };
            Some((stream, (listener, tls, state)))
        },
    ));
    // Ends with the runtime.
    let _ = server.serve_with_incoming(incoming).await;
}

/// One kind of stream for both.
fn piped(mut stream: TcpStream, tls: Option<Arc<rustls::ServerConfig>>) -> DuplexStream {
    let (near, mut far) = duplex(64 << 10);
    tokio::spawn(async move {
        match tls {
            None => copy_bidirectional(&mut stream, &mut far).await.map(drop),
            Some(tls) => match TlsAcceptor::from(tls).accept(stream).await {
                Ok(mut stream) => copy_bidirectional(&mut stream, &mut far).await.map(drop),
                Err(error) => Err(error),
            },
        }
    });
    near
}

fn descriptions() -> protox::prost_reflect::prost_types::FileDescriptorSet {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in PROTOS {
        std::fs::write(folder.path().join(name), text).expect("the folder can be written");
    }
    let names = PROTOS.map(|(name, _)| name);
    protox::compile(names, [folder.path()]).expect("the .proto files are sound")
}
