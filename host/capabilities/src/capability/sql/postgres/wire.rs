//! The socket to a server.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream},
};

use super::server::PostgresAddress;
use crate::base::off_limits;

pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
    /// Why there is no socket. Only the driver can make the driver's errors, and it makes one of this.
    None(Option<io::Error>),
}

impl Socket {
    pub(super) async fn open(address: &PostgresAddress) -> Self {
        Self::dial(address).await.unwrap_or_else(Self::failed)
    }

    pub(super) fn failed(why: io::Error) -> Self {
        Self::None(Some(why))
    }

    async fn dial(address: &PostgresAddress) -> io::Result<Self> {
        match address {
            PostgresAddress::Tcp { host, port } => {
                let addresses = off_limits::resolve(host, *port).await?;
                let stream = TcpStream::connect(addresses.as_slice()).await?;
                stream.set_nodelay(true)?;
                Ok(Self::Tcp(stream))
            }
            PostgresAddress::Unix(path) => UnixStream::connect(path).await.map(Self::Unix),
        }
    }
}

fn taken<T>(why: &mut Option<io::Error>) -> Poll<io::Result<T>> {
    Poll::Ready(Err(why.take().unwrap_or_else(|| io::ErrorKind::NotConnected.into())))
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::None(why) => taken(why),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::None(why) => taken(why),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Self::Unix(stream) => Pin::new(stream).poll_flush(context),
            Self::None(why) => taken(why),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(context),
            Self::None(_) => Poll::Ready(Ok(())),
        }
    }
}
