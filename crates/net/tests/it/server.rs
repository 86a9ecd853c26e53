//! A server of a few lines that answers every request with the same bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes, then this chunk again and again until the client goes.
    Endless(Vec<u8>, Vec<u8>),
    /// Nothing, with the connection kept open.
    Silence,
}

pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    requests: Arc<AtomicUsize>,
    last_head: Arc<std::sync::Mutex<String>>,
    sent: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn ok(body: &str) -> Answer {
    Answer::Bytes(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

impl Server {
    pub(crate) async fn plain(answer: Answer) -> Self {
        Self::spawn(answer, None).await
    }

    pub(crate) async fn tls(answer: Answer, identity: &Identity) -> Self {
        Self::spawn(answer, Some(identity.acceptor())).await
    }

    /// Answers whatever comes first with 400, as web servers answer a TLS greeting on their plain port.
    pub(crate) async fn plain_400() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
            }
        });
        Self { addr, requests: Arc::default(), last_head: Arc::default(), sent: Arc::default(), task }
    }

    async fn spawn(answer: Answer, acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let last_head = Arc::default();
        let sent = Arc::new(AtomicUsize::new(0));
        let state = (Arc::clone(&requests), Arc::clone(&last_head), Arc::clone(&sent));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, acceptor, state) = (answer.clone(), acceptor.clone(), state.clone());
                tokio::spawn(async move {
                    match acceptor {
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, answer, state).await;
                            }
                        }
                        None => serve(stream, answer, state).await,
                    }
                });
            }
        });
        Self { addr, requests, last_head, sent, task }
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}/mcp", self.addr)
    }

    pub(crate) fn https(&self, host: &str) -> String {
        format!("https://{host}:{}/mcp", self.addr.port())
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn last_head(&self) -> String {
        self.last_head.lock().unwrap().clone()
    }

    /// Bytes of bodies that the client took.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

type State = (Arc<AtomicUsize>, Arc<std::sync::Mutex<String>>, Arc<AtomicUsize>);

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, answer: Answer, (requests, head, sent): State) {
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        while !seen.windows(4).any(|window| window == b"\r\n\r\n") {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(n) => seen.extend_from_slice(&buffer[..n]),
            }
        }
        requests.fetch_add(1, Ordering::SeqCst);
        *head.lock().unwrap() = String::from_utf8_lossy(&seen).into_owned();
        seen.clear();
        match &answer {
            Answer::Bytes(bytes) => {
                if stream.write_all(bytes).await.is_err() || !bytes.windows(14).any(|w| w == b"content-length") {
                    let _ = stream.shutdown().await;
                    return;
                }
            }
            Answer::Endless(first, chunk) => {
                let mut wrote = stream.write_all(first).await;
                while wrote.is_ok() {
                    wrote = stream.write_all(chunk).await;
                    sent.fetch_add(chunk.len(), Ordering::SeqCst);
                }
                return;
            }
            Answer::Silence => std::future::pending().await,
        }
    }
}

/// A certificate that vouches for itself.
pub(crate) struct Identity {
    pub(crate) pem: String,
    der: rustls::pki_types::CertificateDer<'static>,
    key: Vec<u8>,
}

impl Identity {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, |_| {})
    }

    pub(crate) fn with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { pem: certificate.pem(), der: certificate.der().clone(), key: key.serialize_der() }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.clone())))
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}
