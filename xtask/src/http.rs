//! The few requests that a harness sends to the server it has started: JSON over plain HTTP on the loopback interface.

use std::{
    io::{Read as _, Write as _},
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
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send("POST", path, body)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.send("PUT", path, body)
    }

    /// Sends JSON and returns the JSON answer; any status but 2xx is an error with the answer's text.
    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let body = body.to_string();
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
        serde_json::from_str(text)
            .with_context(|| format!("{method} {path} answered something that is not JSON: {text}"))
    }
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
}
