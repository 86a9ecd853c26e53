//! Connections that can be cut: by the data path when a client does not take its answer, and here when it takes nothing
//! at all for too long, or says nothing.

use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use gateway::{Hangup, Peer};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// Longest time until the head of a request has come, and for a connection on which none comes.
pub(crate) const QUIET: Duration = Duration::from_secs(75);

/// Connections at one time where the system does not say how many files may be open.
const MOST: usize = 4096;

/// What a client may do with its connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manners {
    /// How long it may take nothing of what is written to it.
    pub(crate) patience: Duration,
    /// How long it may take to send the head of a request, from the end of the one before.
    pub(crate) quiet: Duration,
    /// How many there may be. More wait until one ends.
    pub(crate) most: usize,
}

impl Manners {
    /// Those of this machine. Half of the files that may be open are for clients: what they ask for needs others.
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, quiet: QUIET, most: descriptors().map_or(MOST, |files| (files / 2).max(16)) }
    }
}

/// How many files this process may have open.
#[cfg(target_os = "linux")]
fn descriptors() -> Option<usize> {
    usize::try_from(rustix::process::getrlimit(rustix::process::Resource::Nofile).current?).ok()
}

#[cfg(not(target_os = "linux"))]
const fn descriptors() -> Option<usize> {
    None
}

/// Who answers requests. A [`Peer`] is among their extensions.
pub(crate) trait Front: Clone + Send + Sync + 'static {
    /// The answer to a request.
    fn answer(&self, request: Request) -> impl Future<Output = Response> + Send + 'static;
}

impl Front for Router {
    fn answer(&self, request: Request) -> impl Future<Output = Response> + Send + 'static {
        let router = self.clone();
        async move { router.oneshot(request).await.unwrap_or_else(|never| match never {}) }
    }
}

/// Accepts connections that can be cut.
pub(crate) struct Connections {
    listener: TcpListener,
    manners: Manners,
    room: Arc<Semaphore>,
}

impl Connections {
    pub(crate) fn new(listener: TcpListener, manners: Manners) -> Self {
        let room = Arc::new(Semaphore::new(manners.most.min(Semaphore::MAX_PERMITS)));
        Self { listener, manners, room }
    }

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let room = Arc::clone(&self.room).acquire_owned().await.ok();
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let patience = self.manners.patience;
        (Connection { stream, hangup: Hangup::default(), patience, stalled: None, _room: room }, address)
    }

    /// Serves connections until it is told to stop. What is asked by then is answered before this returns; who only waits is
    /// sent away.
    pub(crate) async fn serve(mut self, front: impl Front, stop: CancellationToken) {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.manners.quiet);
        let open = TaskTracker::new();
        loop {
            let (connection, address) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.accept() => accepted,
            };
            open.spawn(connected(http.clone(), front.clone(), connection, address, stop.clone()));
        }
        drop(self);
        open.close();
        open.wait().await;
    }
}

/// Serves one connection.
async fn connected<F: Front>(
    http: http1::Builder,
    front: F,
    connection: Connection,
    address: SocketAddr,
    stop: CancellationToken,
) {
    let peer = Peer { address, hangup: connection.hangup.clone() };
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(peer.clone());
        let answer = front.answer(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let mut serving = pin!(http.serve_connection(TokioIo::new(connection), service));
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended early");
    }
}

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    hangup: Hangup,
    patience: Duration,
    /// Runs while the client takes nothing of what is to be written.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Its place among those that there may be.
    _room: Option<OwnedSemaphorePermit>,
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
        let manners = Manners { patience, ..Manners::new(patience) };
        let mut connections = Connections::new(TcpListener::bind("127.0.0.1:0").await.unwrap(), manners);
        let client = TcpStream::connect(connections.listener.local_addr().unwrap()).await.unwrap();
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

    /// An address at which every request is answered with `hello`.
    async fn served(manners: Manners) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let router = Router::new().fallback(|| async { "hello" });
        (address, stop.clone(), tokio::spawn(Connections::new(listener, manners).serve(router, stop)))
    }

    const ASKED: &[u8] = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";

    /// What comes until the other end closes the connection.
    async fn rest(client: &mut TcpStream) -> String {
        let mut said = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), client.read_to_end(&mut said));
        read.await.expect("it is closed").unwrap();
        String::from_utf8(said).unwrap()
    }

    #[tokio::test]
    async fn who_says_nothing_is_sent_away() {
        let patience = Duration::from_secs(30);
        let quiet = Duration::from_millis(300);
        let (address, ..) = served(Manners { quiet, ..Manners::new(patience) }).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(ASKED).await.unwrap();
        assert_eq!(rest(&mut silent).await, "");
        assert!(!rest(&mut slow).await.contains("200 OK"));
        assert!(rest(&mut idle).await.ends_with("hello"), "who asked was answered before");
    }

    #[tokio::test]
    async fn no_more_than_there_may_be_are_served_at_a_time() {
        let (address, ..) = served(Manners { most: 2, ..Manners::new(Duration::from_secs(30)) }).await;
        let mut open = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
        for client in &mut open {
            client.write_all(ASKED).await.unwrap();
            assert_eq!(client.read_u8().await.unwrap(), b'H');
        }
        let mut waits = TcpStream::connect(address).await.unwrap();
        waits.write_all(ASKED).await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(300), waits.read_u8()).await;
        assert!(early.is_err(), "it waits");
        drop(open);
        assert_eq!(waits.read_u8().await.unwrap(), b'H', "it is served once there is room");
    }

    #[tokio::test]
    async fn who_only_waits_is_sent_away_at_the_end() {
        let (address, stop, serving) = served(Manners::new(Duration::from_secs(30))).await;
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(ASKED).await.unwrap();
        assert_eq!(idle.read_u8().await.unwrap(), b'H');
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), serving).await.expect("it ends").unwrap();
        assert!(rest(&mut idle).await.ends_with("hello"));
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
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
