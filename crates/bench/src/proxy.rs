//! The byte proxy: collects the request, sends it on over a pooled connection, streams the answer back.

use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, header::HOST, uri::PathAndQuery};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::serve::{Body, serve};

type Pool = Client<HttpConnector, Full<Bytes>>;

pub(crate) async fn run(listen: SocketAddr, upstream: SocketAddr) -> Result<()> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let pool: Pool = Client::builder(TokioExecutor::new()).build(connector);
    serve(listen, move |request| {
        let pool = pool.clone();
        async move {
            pass(&pool, upstream, request).await.unwrap_or_else(|error| {
                let mut response = Response::new(text(format!("{error:#}")));
                *response.status_mut() = StatusCode::BAD_GATEWAY;
                response
            })
        }
    })
    .await
}

async fn pass(pool: &Pool, upstream: SocketAddr, request: Request<Incoming>) -> Result<Response<Body>> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let path = parts.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    parts.uri = Uri::builder().scheme("http").authority(upstream.to_string()).path_and_query(path).build()?;
    parts.headers.remove(HOST);
    let response = pool.request(Request::from_parts(parts, Full::new(body))).await?;
    Ok(response.map(Incoming::boxed))
}

fn text(text: String) -> Body {
    Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed()
}
