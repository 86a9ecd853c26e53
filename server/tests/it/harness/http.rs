//! HTTP as programs and as browsers speak it to the program.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

/// A client that follows no redirect and knows no proxy.
#[expect(clippy::disallowed_methods, reason = "the tests are the outside world, which does not go through `net`")]
pub(crate) fn client() -> reqwest::Client {
    // The second test to come here finds it installed, which is what it wants.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(std::time::Duration::from_mins(1))
        .build()
        .expect("an HTTP client")
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("the whole answer");
        Self { status, headers, body }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// The body as JSON, of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What ties this answer to its audit entries.
    #[track_caller]
    pub(crate) fn correlation(&self) -> &str {
        let id = self.header("x-drawbridge-correlation-id");
        assert!(!id.is_empty(), "every answer names its correlation id: {} {}", self.status, self.text());
        id
    }
}

/// A program that uses the REST API.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) key: Option<String>,
}

impl Api {
    /// One request; `path` begins after `/api/v1`.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        request = match body {
            None => request,
            // Files are the only texts that are sent as a whole.
            Some(Value::String(file)) => request.header("content-type", "text/csv").body(file.clone()),
            Some(body) => request.json(body),
        };
        Reply::read(request.send().await.expect("an answer")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// The rows of a list.
    pub(crate) async fn rows(&self, path: &str) -> Vec<Value> {
        let mut page = self.get(path).await.expect(200);
        match page["data"].take() {
            Value::Array(rows) => rows,
            other => panic!("{path} answers a list: {other}"),
        }
    }
}

/// A browser: keeps the session cookie and nothing else.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    /// `name=value`
    pub(crate) cookie: Option<String>,
}

impl Browser {
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base)).header("accept", "text/html");
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::read(self.request(Method::GET, path).send().await.expect("an answer")).await
    }

    /// A server function, as the console's own script calls it: from a page of the same site.
    pub(crate) async fn call(&self, function: &str, fields: &[(&str, &str)]) -> Reply {
        let request = self.form(&format!("/api/fn/{function}"), fields);
        let request = request.header("origin", &self.base).header("sec-fetch-site", "same-origin");
        Reply::read(request.send().await.expect("an answer")).await
    }

    /// A form, posted without a word about where it comes from.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form_body(fields))
    }

    /// Keeps the session that an answer began.
    #[track_caller]
    pub(crate) fn keep_cookie(&mut self, reply: &Reply) {
        let set = reply.header("set-cookie");
        assert!(set.contains("drawbridge="), "the answer begins a session: {:?}", reply.headers);
        self.cookie = set.split(';').next().map(str::to_owned);
    }
}

/// The body of a form.
pub(crate) fn form_body(fields: &[(&str, &str)]) -> String {
    let mut url = net::Url::parse("http://form.invalid/").expect("an address");
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}
