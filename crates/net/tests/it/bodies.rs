//! The upper bound of answers.

use net::{NetError, Reach, read_limited};

use crate::development;
use crate::server::{Answer, Server, ok};

const LIMIT: usize = 256 * 1024;

async fn read(server: &Server, max: usize) -> Result<Vec<u8>, NetError> {
    let net = development();
    let answer = net.client(Reach::Public).get(server.http()).send().await.unwrap();
    read_limited(answer, max).await.map(|body| body.to_vec())
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_read_whole() {
    let server = Server::plain(ok("exactly ten")).await;
    assert_eq!(read(&server, 11).await.unwrap(), b"exactly ten");
    assert!(matches!(read(&server, 10).await, Err(NetError::TooLarge { limit: 10, .. })));
    let empty = Server::plain(ok("")).await;
    assert_eq!(read(&empty, 0).await.unwrap(), b"");
}

#[tokio::test]
async fn an_announced_length_over_the_limit_is_not_read_at_all() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 200000000\r\n\r\n".to_vec();
    let server = Server::plain(Answer::Bytes(head)).await;
    let error = read(&server, LIMIT).await.unwrap_err();
    assert!(matches!(error, NetError::TooLarge { limit: LIMIT, .. }), "{error:?}");
}

#[tokio::test]
async fn an_endless_body_is_given_up_at_the_limit() {
    let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 0x10000], b"\r\n"].concat();
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let server = Server::plain(Answer::Endless(head, chunk)).await;
    let error = read(&server, LIMIT).await.unwrap_err();
    assert!(matches!(error, NetError::TooLarge { limit: LIMIT, .. }), "{error:?}");
    // The rest is what the operating system buffers on both sides of a socket.
    assert!(server.sent() < LIMIT + 32 * 1024 * 1024, "the client kept reading: {} bytes", server.sent());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_interruption() {
    let server =
        Server::plain(Answer::Bytes(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe".to_vec())).await;
    let error = read(&server, LIMIT).await.unwrap_err();
    assert!(matches!(&error, NetError::Interrupted { host, .. } if host == "127.0.0.1"), "{error:?}");
}
