//! The handshake that comes before a connection is served.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    base::limits,
    network::tls::{IncomingTls, Peer},
};

/// What every TLS connection begins with: a record of a handshake.
const HANDSHAKE: u8 = 0x16;
const PLAIN: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 33\r\nconnection: close\r\n\r\n\
    this address is called by https:\n";

/// None when the client is no TLS client, is not let in, or takes too long.
pub(super) async fn handshake(stream: TcpStream, tls: &IncomingTls) -> Option<(TlsStream<TcpStream>, Option<Peer>)> {
    let client = stream.peer_addr();
    let error = match timeout(limits::TLS_HANDSHAKE, secure(stream, tls)).await {
        Ok(Ok(stream)) => {
            let stream = stream?;
            let peer = peer(&stream);
            return Some((stream, peer));
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("it took longer than {:?}", limits::TLS_HANDSHAKE),
    };
    tls.failed.add(1);
    let client = client.map_or_else(|_| String::new(), |client| client.to_string());
    tracing::debug!(target: "tls", client, "a handshake failed: {error}");
    None
}

/// None for a client that leaves before it has said anything, as those do that only look whether somebody listens.
async fn secure(mut stream: TcpStream, tls: &IncomingTls) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Ok(None);
    }
    if first != [HANDSHAKE] {
        refuse(&mut stream).await?;
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the client speaks no TLS"));
    }
    TlsAcceptor::from(tls.config.clone()).accept(stream).await.map(Some)
}

/// Says so to whoever reads HTTP. What has come is read first: left where it is, it would end the connection with a reset.
async fn refuse(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = [0; 4096];
    let _ = stream.read(&mut head).await?;
    stream.write_all(PLAIN).await?;
    stream.shutdown().await
}

fn peer(stream: &TlsStream<TcpStream>) -> Option<Peer> {
    let certificates = stream.get_ref().1.peer_certificates()?;
    Some(Peer::new(certificates.first()?))
}
