//! Clients of one person at one node: one that is stateless, one in a session, and now and then a stream.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use crate::{
    http::{Answer, Connection},
    processes::pause,
};

/// Between the end of a call and the next: nodes and database are on the same few cores.
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// Who calls, and where.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) address: SocketAddr,
    pub(super) path: String,
    pub(super) key: String,
}

/// A call that came back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Called {
    /// Before its first byte was sent.
    pub(super) begun: Instant,
    /// It was answered with a result.
    pub(super) through: bool,
}

/// What a client has seen since it was asked last, or why it gave up.
type Seen = Mutex<Result<Vec<Called>>>;

struct Caller {
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

/// Clients that call until this value goes.
pub(super) struct Callers {
    person: Person,
    clients: Vec<Caller>,
    stop: Arc<AtomicBool>,
}

impl Callers {
    /// Starts them, and comes back when each has been let through.
    pub(super) fn start(person: &Person, tool: &str, deadline: Duration) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let begin = Instant::now();
        // Nodes hear of each other's rules in their own time.
        let session = loop {
            match open_session(person) {
                Ok(session) => break session,
                Err(error) if begin.elapsed() > deadline => return Err(error),
                Err(_) => pause(),
            }
        };
        let calls = [stateless(person, tool), in_session(person, tool, &session)];
        let callers = calls.into_iter().map(|call| Caller::start(person.address, call, Arc::clone(&stop)));
        let callers = Self { person: person.clone(), clients: callers.collect(), stop };
        callers.until_let_through(deadline)?;
        Ok(callers)
    }

    /// Opens a stream of what the server says unasked.
    pub(super) fn listen(&self) -> Result<Listening> {
        Listening::open(&self.person)
    }

    /// What was called since this was asked last, once each client has begun a call after this moment and has its answer.
    pub(super) fn until_begun(&self, moment: Instant, deadline: Duration) -> Result<Vec<Called>> {
        let mut all = Vec::new();
        for caller in &self.clients {
            caller.until(deadline, "call", |call| call.begun > moment)?;
            all.append(caller.seen().as_mut().map_err(|error| anyhow!("{error:#}"))?);
        }
        Ok(all)
    }

    /// Waits until each client has been let through since [`Callers::until_begun`]; the moment at which the last of these
    /// calls was begun.
    pub(super) fn until_let_through(&self, deadline: Duration) -> Result<Instant> {
        let mut last = None;
        for caller in &self.clients {
            let begun = caller.until(deadline, "call that is let through", |call| call.through)?;
            last = last.max(Some(begun));
        }
        last.context("there are clients")
    }
}

impl Drop for Callers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for caller in &mut self.clients {
            if let Some(thread) = caller.thread.take() {
                let _ = thread.join();
            }
        }
    }
}

impl Caller {
    fn start(address: SocketAddr, call: String, stop: Arc<AtomicBool>) -> Self {
        let seen = Arc::new(Mutex::new(Ok(Vec::new())));
        let theirs = Arc::clone(&seen);
        let thread = std::thread::spawn(move || {
            if let Err(error) = call_on(address, &call, &theirs, &stop) {
                *lock(&theirs) = Err(error);
            }
        });
        Self { seen, thread: Some(thread) }
    }

    fn seen(&self) -> MutexGuard<'_, Result<Vec<Called>>> {
        lock(&self.seen)
    }

    /// The beginning of the first call like this, when it has come back.
    fn until(&self, deadline: Duration, what: &str, like: impl Fn(&Called) -> bool) -> Result<Instant> {
        let begin = Instant::now();
        loop {
            match &*self.seen() {
                Ok(called) => {
                    if let Some(call) = called.iter().find(|call| like(call)) {
                        return Ok(call.begun);
                    }
                }
                Err(error) => bail!("a client gave up: {error:#}"),
            }
            if begin.elapsed() > deadline {
                bail!("no {what} within {} s", deadline.as_secs());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn lock(seen: &Seen) -> MutexGuard<'_, Result<Vec<Called>>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn call_on(address: SocketAddr, call: &str, seen: &Seen, stop: &AtomicBool) -> Result<()> {
    let mut connection = Connection::open(address)?;
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let answer = connection.ask(call)?;
        let through = let_through(&answer)?;
        if let Ok(called) = lock(seen).as_mut() {
            called.push(Called { begun, through });
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Whether a call was answered with a result; an error if it was neither that nor refused.
fn let_through(answer: &Answer) -> Result<bool> {
    let (result, error) = (answer.body.contains("\"result\""), answer.body.contains("\"error\""));
    match (answer.status, result, error) {
        (200, true, _) => Ok(true),
        (200 | 403 | 404, false, true) | (403 | 404, false, false) => Ok(false),
        (status, ..) => bail!("a call was answered {status}: {}", answer.body),
    }
}

/// A stream on which nothing is said.
pub(super) struct Listening {
    stream: TcpStream,
    reading: Option<JoinHandle<Instant>>,
    end: Option<Instant>,
}

impl Listening {
    fn open(person: &Person) -> Result<Self> {
        let body = message("subscriptions/listen", json!({"notifications": {"toolsListChanged": true}}), true);
        // HTTP/1.0: the stream ends with the connection.
        let request = request(person, &body, &modern("subscriptions/listen"), "1.0");
        let mut stream = TcpStream::connect(person.address)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        stream.write_all(request.as_bytes())?;
        let mut begun = Vec::new();
        while !begun.windows(2).any(|two| two == b"\n\n") {
            let mut part = [0; 4_096];
            let read = stream.read(&mut part)?;
            begun.extend_from_slice(&part[..read]);
            if read == 0 {
                bail!("no stream: {}", String::from_utf8_lossy(&begun));
            }
        }
        let mut theirs = stream.try_clone().context("a connection can be had twice")?;
        let reading = std::thread::spawn(move || {
            let mut rest = [0; 4_096];
            while theirs.read(&mut rest).is_ok_and(|read| read > 0) {}
            Instant::now()
        });
        Ok(Self { stream, reading: Some(reading), end: None })
    }

    /// When it was ended, if it was.
    pub(super) fn ended(&mut self) -> Option<Instant> {
        if self.reading.as_ref().is_some_and(JoinHandle::is_finished) {
            self.end = self.reading.take().and_then(|reading| reading.join().ok());
        }
        self.end
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
    }
}

/// A client of 2026-07-28.
fn stateless(person: &Person, tool: &str) -> String {
    let body = message("tools/call", json!({"name": tool, "arguments": {}}), true);
    request(person, &body, &format!("{}Mcp-Name: {tool}\r\n", modern("tools/call")), "1.1")
}

/// A client of 2025-11-25 in its session.
fn in_session(person: &Person, tool: &str, session: &str) -> String {
    let body = message("tools/call", json!({"name": tool, "arguments": {}}), false);
    request(person, &body, &format!("MCP-Protocol-Version: {OLDER}\r\nMcp-Session-Id: {session}\r\n"), "1.1")
}

const OLDER: &str = "2025-11-25";
const NEWER: &str = "2026-07-28";

fn open_session(person: &Person) -> Result<String> {
    let mut connection = Connection::open(person.address)?;
    let params = json!({"protocolVersion": OLDER, "capabilities": {}, "clientInfo": client()});
    let opened = connection.ask(&request(person, &message("initialize", params, false), "", "1.1"))?;
    let session = opened.header("mcp-session-id").filter(|_| opened.status == 200);
    let session = session.with_context(|| format!("no session: {} {}", opened.status, opened.body))?.to_owned();
    let begun = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
    let headers = format!("MCP-Protocol-Version: {OLDER}\r\nMcp-Session-Id: {session}\r\n");
    let answer = connection.ask(&request(person, &begun, &headers, "1.1"))?;
    if answer.status != 202 {
        bail!("a session does not begin: {} {}", answer.status, answer.body);
    }
    Ok(session)
}

fn client() -> Value {
    json!({"name": "drawbridge-bench", "version": "1.0.0"})
}

/// The headers that mirror a method.
fn modern(method: &str) -> String {
    format!("MCP-Protocol-Version: {NEWER}\r\nMcp-Method: {method}\r\n")
}

fn message(method: &str, mut params: Value, stateless: bool) -> String {
    if stateless {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": NEWER,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": client(),
        });
    }
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string()
}

fn request(person: &Person, body: &str, headers: &str, version: &str) -> String {
    format!(
        "POST {} HTTP/{version}\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        person.path,
        person.address,
        person.key,
        body.len()
    )
}
