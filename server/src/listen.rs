//! Connections that can be cut: by the data path when a client does not take its answer, and here when it takes nothing
//! at all for too long.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use gateway::Hangup;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

/// Accepts connections that can be cut.
pub(crate) struct Connections {
    listener: TcpListener,
    /// How long a client may take nothing of what is written to it.
    patience: Duration,
}

impl Connections {
    pub(crate) const fn new(listener: TcpListener, patience: Duration) -> Self {
        Self { listener, patience }
    }
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        (Connection { stream, hangup: Hangup::default(), patience: self.patience, stalled: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Who is at the other end, and the way to cut them off.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) hangup: Hangup,
}

impl Connected<IncomingStream<'_, Connections>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        Self { address: *stream.remote_addr(), hangup: stream.io().hangup.clone() }
    }
}

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    hangup: Hangup,
    patience: Duration,
    /// Runs while the client takes nothing of what is to be written.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    fn check(&self, cx: &Context<'_>) -> io::Result<()> {
        if self.hangup.is_cut(cx) { Err(cut()) } else { Ok(()) }
    }

    /// Notes whether a write went on, and cuts the connection when none did for too long.
    fn written<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(cut()))
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the client does not take its answer")
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Both ends of a connection.
    async fn connected(patience: Duration) -> (Connection, TcpStream) {
        let mut connections = Connections::new(TcpListener::bind("127.0.0.1:0").await.unwrap(), patience);
        let client = TcpStream::connect(connections.local_addr().unwrap()).await.unwrap();
        (connections.accept().await.0, client)
    }

    #[tokio::test]
    async fn who_takes_nothing_for_too_long_is_cut() {
        let (mut connection, client) = connected(Duration::from_millis(100)).await;
        let written = async {
            loop {
                if let Err(error) = connection.write_all(&vec![0; 64 << 10]).await {
                    return error;
                }
            }
        };
        let error = tokio::time::timeout(Duration::from_secs(20), written).await.expect("it ends");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
        drop(client);
    }

    #[tokio::test]
    async fn who_pauses_gets_everything() {
        const ALL: usize = 32 << 20;
        let (mut connection, mut client) = connected(Duration::from_secs(30)).await;
        let writing = tokio::spawn(async move { connection.write_all(&vec![7; ALL]).await });
        sleep(Duration::from_millis(200)).await;
        let mut taken = Vec::new();
        client.read_to_end(&mut taken).await.unwrap();
        assert_eq!(taken.len(), ALL);
        writing.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn who_is_cut_is_neither_heard_nor_told() {
        let (mut connection, _client) = connected(Duration::from_secs(30)).await;
        let hangup = connection.hangup.clone();
        let heard = tokio::spawn(async move {
            let heard = connection.read_u8().await;
            (heard, connection.write_u8(1).await)
        });
        tokio::task::yield_now().await;
        hangup.cut();
        let (heard, told) = tokio::time::timeout(Duration::from_secs(20), heard).await.expect("it is woken").unwrap();
        assert_eq!(heard.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
        assert_eq!(told.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
