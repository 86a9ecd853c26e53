//! The few requests that a harness sends to the server it has started: JSON over plain HTTP on the loopback interface.

use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

const DEADLINE: Duration = Duration::from_mins(1);

/// A server's REST interface with a key.
pub(crate) struct Rest {
    pub(crate) address: SocketAddr,
    /// The `Host` to send: the server accepts its public name only.
    pub(crate) host: String,
    pub(crate) key: String,
}

impl Rest {
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        self.exchange("GET", path, None)
    }

    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        self.exchange("DELETE", path, None).map(drop)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send("POST", path, body)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.send("PUT", path, body)
    }

    /// Sends JSON and returns the JSON answer.
    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        self.exchange(method, path, Some(body.to_string()))
    }

    /// The JSON answer, null when there is none; any status but 2xx is an error with the answer's text.
    fn exchange(&self, method: &str, path: &str, body: Option<String>) -> Result<Value> {
        let body = body.unwrap_or_default();
        // HTTP/1.0: the answer is not chunked and ends with the connection.
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Accept: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            self.key,
            body.len()
        );
        let answer = exchange(self.address, &request).with_context(|| format!("{method} {path} got no answer"))?;
        let (status, text) = parse(&answer).with_context(|| format!("{method} {path} got no HTTP answer"))?;
        if !(200..300).contains(&status) {
            bail!("{method} {path} answered {status}: {text}");
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(text)
            .with_context(|| format!("{method} {path} answered something that is not JSON: {text}"))
    }
}

/// A connection that stays open from one request to the next.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, DEADLINE)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request of HTTP/1.1 and reads its whole answer: head, an empty line, body.
    pub(crate) fn ask(&mut self, request: &str) -> Result<Answer> {
        self.0.get_mut().write_all(request.as_bytes())?;
        Answer::read(&mut self.0)
    }
}

/// An answer of HTTP/1.1, its chunks put together.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn read(reader: &mut impl BufRead) -> Result<Self> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                bail!("the connection was closed before the end of an answer's head: {head}");
            }
        }
        let (status, _) = parse(&head)?;
        let mut answer = Self { status, head, body: String::new() };
        let mut body = Vec::new();
        if answer.header("transfer-encoding").is_some() {
            while chunk(reader, &mut body)? {}
        } else if let Some(length) = answer.header("content-length") {
            body.resize(length.parse().context("an answer's length is no number")?, 0);
            reader.read_exact(&mut body)?;
        } else if status != 204 {
            bail!("an answer has neither a length nor chunks: {}", answer.head);
        }
        answer.body = String::from_utf8(body).context("an answer is no text")?;
        Ok(answer)
    }
}

/// Adds the next chunk to a body; false for the empty one, which is the last.
fn chunk(reader: &mut impl BufRead, body: &mut Vec<u8>) -> Result<bool> {
    let mut size = String::new();
    reader.read_line(&mut size)?;
    let size = usize::from_str_radix(size.trim(), 16).with_context(|| format!("no size of a chunk: {size}"))?;
    let before = body.len();
    body.resize(before + size, 0);
    reader.read_exact(&mut body[before..])?;
    reader.read_exact(&mut [0; 2])?;
    Ok(size > 0)
}

/// The status of a GET, for readiness.
pub(crate) fn status(address: SocketAddr, host: &str, path: &str) -> Result<u16> {
    let answer = exchange(address, &format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n"))?;
    Ok(parse(&answer)?.0)
}

/// The body of a GET that answers 200.
pub(crate) fn get(address: SocketAddr, host: &str, path: &str) -> Result<String> {
    let answer = exchange(address, &format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n"))?;
    match parse(&answer)? {
        (200, body) => Ok(body.to_owned()),
        (status, body) => bail!("GET {path} answered {status}: {body}"),
    }
}

fn exchange(address: SocketAddr, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, DEADLINE)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn parse(answer: &str) -> Result<(u16, &str)> {
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no head")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("the answer has no status")?;
    Ok((status, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_and_body_are_told_apart() {
        let answer =
            "HTTP/1.0 409 Conflict\r\ncontent-type: application/problem+json\r\n\r\n{\"title\":\"test again\"}";
        assert_eq!(parse(answer).expect("HTTP"), (409, "{\"title\":\"test again\"}"));
        assert!(parse("garbage").is_err());
    }
    #[test]
    fn answers_end_at_their_length_or_their_last_chunk() {
        let two = "HTTP/1.1 200 OK\r\nMcp-Session-Id: abc\r\ntransfer-encoding: chunked\r\n\r\n\
                   4\r\n{\"a\"\r\nA\r\n:[1,2,3,4]\r\n1\r\n}\r\n0\r\n\r\n\
                   HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone";
        let mut reader = BufReader::new(two.as_bytes());
        let first = Answer::read(&mut reader).expect("chunks");
        assert_eq!((first.status, first.body.as_str()), (200, "{\"a\":[1,2,3,4]}"));
        assert_eq!((first.header("mcp-session-id"), first.header("content-length")), (Some("abc"), None));
        let second = Answer::read(&mut reader).expect("a length");
        assert_eq!((second.status, second.body.as_str()), (404, "gone"));
        assert!(Answer::read(&mut reader).is_err(), "nothing is left");
        assert!(Answer::read(&mut "HTTP/1.1 200 OK\r\n\r\n".as_bytes()).is_err());
    }
}
