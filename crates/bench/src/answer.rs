//! Reading answers of HTTP/1.1 as cheaply as counting them allows.

use anyhow::{Context, Result, bail};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// Reads one whole answer; anything but 200 with a result is an error that shows it.
pub(crate) async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<()> {
    answer.clear();
    let mut extent = None;
    loop {
        more(stream, answer).await?;
        if extent.is_none() {
            extent = Extent::of(answer)?;
        }
        if extent.as_ref().is_some_and(|extent| extent.complete(answer)) {
            break;
        }
    }
    // In a stream of events the result comes last.
    let found = match extent {
        Some(Extent::Length(_)) => find(answer, RESULT),
        _ => find_last(answer, RESULT),
    };
    if answer.starts_with(b"HTTP/1.1 200") && found.is_some() {
        return Ok(());
    }
    bail!("an answer without a result: {}", beginning(answer))
}

/// Reads the head of a stream and its first event.
pub(crate) async fn read_first_event(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<()> {
    answer.clear();
    loop {
        more(stream, answer).await?;
        if find(answer, b"\r\n\r\n").is_some() && !answer.starts_with(b"HTTP/1.1 200") {
            bail!("no stream: {}", beginning(answer));
        }
        if find(answer, b"\n\n").is_some() {
            return Ok(());
        }
    }
}

const RESULT: &[u8] = b"\"result\"";

async fn more(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<()> {
    if stream.read_buf(answer).await? == 0 {
        bail!("the connection was closed in the middle of an answer: {}", beginning(answer));
    }
    Ok(())
}

fn beginning(answer: &[u8]) -> String {
    String::from_utf8_lossy(&answer[..answer.len().min(1_000)]).into_owned()
}

/// Where an answer ends.
enum Extent {
    /// At this length, head included.
    Length(usize),
    /// At the empty chunk.
    Chunked,
}

impl Extent {
    /// `None` until the head is complete.
    fn of(answer: &[u8]) -> Result<Option<Self>> {
        let Some(end) = find(answer, b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(&answer[..end]).context("an answer's head is not UTF-8")?;
        for line in head.split("\r\n").skip(1) {
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                let length: usize = value.trim().parse().context("an answer's length is no number")?;
                return Ok(Some(Self::Length(end + 4 + length)));
            }
            if name.eq_ignore_ascii_case("transfer-encoding") {
                return Ok(Some(Self::Chunked));
            }
        }
        bail!("an answer has neither a length nor chunks: {head}")
    }

    fn complete(&self, answer: &[u8]) -> bool {
        match self {
            Self::Length(length) => answer.len() >= *length,
            Self::Chunked => answer.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn find_last(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_at_its_length_or_its_last_chunk() {
        let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let extent = Extent::of(plain).expect("valid").expect("a whole head");
        assert!(extent.complete(plain));
        assert!(!extent.complete(&plain[..plain.len() - 1]));
        assert!(Extent::of(b"HTTP/1.1 200 OK\r\nContent-Le").expect("valid").is_none());

        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        let extent = Extent::of(chunked).expect("valid").expect("a whole head");
        assert!(extent.complete(chunked));
        assert!(!extent.complete(&chunked[..chunked.len() - 5]));
        assert!(Extent::of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn the_first_and_the_last_place_are_found() {
        assert_eq!((find(b"abcabc", b"bc"), find_last(b"abcabc", b"bc")), (Some(1), Some(4)));
        assert_eq!((find(b"ab", b"abc"), find_last(b"", b"a")), (None, None));
    }
}
