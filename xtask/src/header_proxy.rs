//! A reverse proxy that adds one header to every request and changes nothing else.
//!
//! The conformance runner cannot send a key, and its requests must arrive as it wrote them: `Host` is kept, bodies and
//! event streams pass byte by byte. Each connection carries one request (`Connection: close` is added, to its answer,
//! too), so that no message has to be parsed beyond its head.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// The most that the head of a request may have.
const HEAD_LIMIT: usize = 64 * 1024;
/// How long a client may take to send it.
const HEAD_DEADLINE: Duration = Duration::from_secs(30);

/// A listening proxy, not yet serving: its address can be told to the server behind it first.
pub(crate) struct HeaderProxy {
    listener: TcpListener,
}

impl HeaderProxy {
    pub(crate) fn bind() -> Result<Self> {
        Ok(Self { listener: TcpListener::bind("127.0.0.1:0").context("no port is free on 127.0.0.1")? })
    }

    pub(crate) fn address(&self) -> Result<SocketAddr> {
        self.listener.local_addr().context("the proxy has no address")
    }

    /// Serves on threads of its own until this process ends. `header` is a whole line such as `Authorization: Bearer x`.
    pub(crate) fn serve(self, upstream: SocketAddr, header: &str) {
        let header = header.to_owned();
        std::thread::spawn(move || {
            for client in self.listener.incoming().flatten() {
                let header = header.clone();
                std::thread::spawn(move || {
                    // A connection that breaks is between the runner and the server; both see it.
                    let _ = pass(client, upstream, &header);
                });
            }
        });
    }
}

fn pass(mut client: TcpStream, upstream: SocketAddr, header: &str) -> Result<()> {
    client.set_nodelay(true)?;
    client.set_read_timeout(Some(HEAD_DEADLINE))?;
    let (head, body) = read_head(&mut client)?;
    client.set_read_timeout(None)?;

    let mut server = TcpStream::connect(upstream).context("the server behind the proxy does not answer")?;
    server.set_nodelay(true)?;
    server.write_all(&closing(&head, Some(header))?)?;
    server.write_all(&body)?;

    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || {
        let _ = copy(&mut from_client, &mut to_server);
        // The client is done or gone: a server that still streams to it must learn of it.
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let answered = answer(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    answered
}

fn answer(server: &mut TcpStream, client: &mut TcpStream) -> Result<()> {
    let (head, body) = read_head(server)?;
    client.write_all(&closing(&head, None)?)?;
    client.write_all(&body)?;
    copy(server, client)
}

/// The head of a message with its final empty line, and what has already arrived of the body.
fn read_head(from: &mut TcpStream) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            bail!("a connection was closed before a message came");
        }
        head.extend_from_slice(&chunk[..read]);
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            let body = head.split_off(end + 4);
            return Ok((head, body));
        }
        if head.len() > HEAD_LIMIT {
            bail!("the head of a message is larger than {HEAD_LIMIT} bytes");
        }
    }
}

/// The head with a header of ours and `Connection: close` after the first line, without the message's own `Connection`.
fn closing(head: &[u8], header: Option<&str>) -> Result<Vec<u8>> {
    let text = std::str::from_utf8(head).context("the head of a message is not UTF-8")?;
    let (first, rest) = text.split_once("\r\n").context("a message has a first line")?;
    let mut out = format!("{first}\r\n");
    for line in header.into_iter().chain(["Connection: close"]) {
        out.push_str(line);
        out.push_str("\r\n");
    }
    for line in rest.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("connection:")) {
        if line.is_empty() {
            break;
        }
        out.push_str(line);
        out.push_str("\r\n");
    }
    out.push_str("\r\n");
    Ok(out.into_bytes())
}

/// Passes bytes on as they come: an event must not wait for the next.
fn copy(from: &mut TcpStream, to: &mut TcpStream) -> Result<()> {
    let mut chunk = [0; 16 * 1024];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        to.write_all(&chunk[..read])?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_arrives_with_its_host_body_and_the_header() {
        let server = TcpListener::bind("127.0.0.1:0").expect("a port");
        let proxy = HeaderProxy::bind().expect("a port");
        let address = proxy.address().expect("bound");
        proxy.serve(server.local_addr().expect("bound"), "Authorization: Bearer key");

        let request =
            "POST /mcp HTTP/1.1\r\nHost: evil.example\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody";
        let mut client = TcpStream::connect(address).expect("connects");
        client.write_all(request.as_bytes()).expect("sent");

        let (mut accepted, _) = server.accept().expect("the proxy connects");
        accepted.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        let mut seen = String::new();
        while !seen.ends_with("body") {
            let mut chunk = [0; 1024];
            let read = accepted.read(&mut chunk).expect("arrives");
            assert!(read > 0, "closed after {seen:?}");
            seen.push_str(std::str::from_utf8(&chunk[..read]).expect("UTF-8"));
        }
        assert_eq!(
            seen,
            "POST /mcp HTTP/1.1\r\nAuthorization: Bearer key\r\nConnection: close\r\nHost: evil.example\r\n\
             Content-Length: 4\r\n\r\nbody"
        );

        accepted.write_all(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nanswer").expect("answered");
        drop(accepted);
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("complete");
        assert_eq!(answer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nanswer");
    }
}
