//! PostgreSQL writes a batch, and the connection is lost before its answer arrives: what is written counts as written, and
//! a call that was refused because nobody knew does not stay open.

use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{AuditAction, Outcome};
use ledger::{Ended, Event, Ledger, verify};
use sqlx::postgres::PgConnectOptions;
use store::{Db, sql};
use testkit::build;
use testkit::db::TestDb;
use testkit::env::MockEnv;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::events::{all, call, open, small};

/// What only the batch with an admission has: its text travels as it is.
const ADMISSION: &str = "tool_call_admitted";

/// How long anything may take that does not happen at once.
const DEADLINE: Duration = Duration::from_secs(20);

/// How many sessions wait for somebody's lock.
pub(crate) const WAITING: &str =
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// What happens to a message to PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is carried out; instead of its answer comes the end of the connection.
    Unanswered,
    /// The same, and PostgreSQL does not answer anybody from then on, until [`Proxy::back`].
    UnansweredAsAll,
    /// The connection ends before the message is carried out, which it is nevertheless.
    UnderWay,
    /// The connection ends, and the message arrives only at [`Proxy::release`].
    Late,
}

/// Between the log and PostgreSQL.
struct Proxy {
    /// For `DATABASE_URL`.
    url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    orders: Mutex<Orders>,
    released: Notify,
    /// What was released is carried out.
    carried_out: Notify,
}

#[derive(Default)]
struct Orders {
    /// What happens to the next message that has this text.
    next: Option<(&'static str, Fate)>,
    away: bool,
}

impl Shared {
    /// What happens to this message, if it is the one.
    fn fate(&self, message: &[u8]) -> Option<Fate> {
        let mut orders = self.orders.lock().unwrap();
        let (text, fate) = orders.next?;
        if !message.windows(text.len()).any(|part| part == text.as_bytes()) {
            return None;
        }
        orders.next = None;
        orders.away = fate == Fate::UnansweredAsAll;
        Some(fate)
    }

    fn away(&self) -> bool {
        self.orders.lock().unwrap().away
    }
}

impl Proxy {
    async fn before(test: &TestDb) -> Self {
        let options = PgConnectOptions::from_str(test.url().unwrap()).unwrap();
        let socket = options.get_socket().unwrap().join(format!(".s.PGSQL.{}", options.get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (user, database) = (options.get_username(), options.get_database().unwrap());
        let url = format!("postgres://{user}@{}/{database}?sslmode=disable", listener.local_addr().unwrap());
        let shared = Arc::<Shared>::default();
        let task = tokio::spawn(serve(listener, socket, Arc::clone(&shared)));
        Self { url, shared, task }
    }

    /// Decides over the next message that has this text.
    fn next(&self, text: &'static str, fate: Fate) {
        self.shared.orders.lock().unwrap().next = Some((text, fate));
    }

    /// True when the message came.
    fn done(&self) -> bool {
        self.shared.orders.lock().unwrap().next.is_none()
    }

    fn back(&self) {
        self.shared.orders.lock().unwrap().away = false;
    }

    /// Lets the late message arrive, and waits for PostgreSQL's answer to it.
    async fn release(&self) {
        self.shared.released.notify_one();
        let carried_out = self.shared.carried_out.notified();
        tokio::time::timeout(DEADLINE, carried_out).await.expect("PostgreSQL answers");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, socket: PathBuf, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        if shared.away() {
            continue;
        }
        let server = UnixStream::connect(&socket).await.unwrap();
        let shared = Arc::clone(&shared);
        // Either side may leave whenever it likes.
        tokio::spawn(async move { drop(pass(client, server, &shared).await) });
    }
}

/// Passes everything on, until one side leaves or an answer is to be lost.
async fn pass(mut client: TcpStream, mut server: UnixStream, shared: &Shared) -> io::Result<()> {
    // Each message that matters here comes as a whole.
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut lost = false;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let message = &asked[..read?];
                if message.is_empty() {
                    return Ok(());
                }
                match shared.fate(message) {
                    Some(Fate::UnderWay) => {
                        server.write_all(message).await?;
                        drop(client);
                        return server.readable().await;
                    }
                    Some(Fate::Late) => {
                        drop(client);
                        shared.released.notified().await;
                        server.write_all(message).await?;
                        server.readable().await?;
                        shared.carried_out.notify_one();
                        return Ok(());
                    }
                    fate => {
                        lost |= fate.is_some();
                        server.write_all(message).await?;
                    }
                }
            }
            read = server.read(&mut answered) => {
                let answer = &answered[..read?];
                if answer.is_empty() || lost || shared.away() {
                    return Ok(());
                }
                client.write_all(answer).await?;
            }
        }
    }
}

/// A log that reaches PostgreSQL through a proxy.
struct Setup {
    env: Arc<MockEnv>,
    /// Not through the proxy.
    direct: Db,
    proxy: Proxy,
    ledger: Ledger,
}

impl Setup {
    async fn new() -> Self {
        let test = TestDb::postgres().await;
        let env = Arc::new(MockEnv::default());
        let proxy = Proxy::before(&test).await;
        let ledger = open(&Db::open_postgres(&proxy.url).await.unwrap(), &env).await;
        Self { env, direct: test.db(), proxy, ledger }
    }

    /// One whose next batch is one statement: it knows the head.
    async fn warm() -> Self {
        let setup = Self::new().await;
        setup.ledger.write(small(&setup.env)).await.unwrap();
        setup.ledger.write(small(&setup.env)).await.unwrap();
        setup
    }

    fn admission(&self) -> Event {
        let (user, server) = (build::user(&*self.env, "Ada"), build::server(&*self.env, "github"));
        call(&self.env, &user, &server, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted)
    }

    /// How many entries have this outcome.
    async fn count(&self, outcome: Outcome) -> usize {
        all(&self.direct).await.iter().filter(|row| row.outcome == outcome).count()
    }

    /// Waits until so many entries have this outcome.
    async fn reaches(&self, outcome: Outcome, count: usize) {
        let reached = async {
            while self.count(outcome).await < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(DEADLINE, reached).await.expect("it is recorded");
    }

    /// The only admission was recorded, which the one who called was told; it has an outcome, once.
    async fn admitted_once(self) {
        assert!(self.proxy.done());
        assert_eq!(self.count(Outcome::Admitted).await, 1);
        assert_eq!(self.ledger.stats().failures, 0);
        self.ledger.write(small(&self.env)).await.unwrap();
        self.ledger.shutdown().await;
        open(&self.direct, &self.env).await;
        assert_eq!(self.count(Outcome::Unknown).await, 0);
        let report = verify::verify(&self.direct).await.unwrap();
        assert!(report.ok(), "{report:?}");
    }

    /// The only admission was recorded, which the one who called was not told; it is closed by now, and only once.
    async fn closed_once(self) {
        self.reaches(Outcome::Unknown, 1).await;
        assert_eq!(self.count(Outcome::Admitted).await, 1);
        // A clean end says that everything is settled, so the next start looks no further back.
        self.ledger.shutdown().await;
        open(&self.direct, &self.env).await;
        assert_eq!(self.count(Outcome::Unknown).await, 1);
        let report = verify::verify(&self.direct).await.unwrap();
        assert!(report.ok(), "{report:?}");
    }
}

#[tokio::test]
async fn an_admission_whose_answer_is_lost_is_recorded() {
    let setup = Setup::warm().await;
    setup.proxy.next(ADMISSION, Fate::Unanswered);
    let admitted = setup.ledger.admit(setup.admission()).await.unwrap();
    setup.ledger.settle(&admitted, Ended::new(Outcome::Success)).await.unwrap();
    setup.admitted_once().await;
}

#[tokio::test]
async fn an_admission_whose_commit_is_not_confirmed_is_recorded() {
    // The first batch is a transaction, as the head is not known yet.
    let setup = Setup::new().await;
    setup.proxy.next("COMMIT", Fate::Unanswered);
    let admitted = setup.ledger.admit(setup.admission()).await.unwrap();
    setup.ledger.settle(&admitted, Ended::new(Outcome::Success)).await.unwrap();
    setup.admitted_once().await;
}

#[tokio::test]
async fn an_admission_that_is_still_being_written_is_waited_for() {
    let setup = Setup::warm().await;
    // The statement waits for the head, and whoever looks for what it wrote waits behind it.
    let mut slow = setup.direct.begin().await.unwrap();
    setup.ledger.record(&mut slow, small(&setup.env)).await.unwrap();
    setup.proxy.next(ADMISSION, Fate::UnderWay);
    let (ledger, event) = (setup.ledger.clone(), setup.admission());
    let admitting = tokio::spawn(async move { ledger.admit(event).await });
    let both_wait = async {
        loop {
            let mut tx = setup.direct.read().await.unwrap();
            let (waiting,): (i64,) = sql(WAITING).fetch_one(&mut tx).await.unwrap();
            tx.rollback().await.unwrap();
            if waiting == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, both_wait).await.expect("both wait for the head");
    slow.rollback().await.unwrap();
    let admitted = admitting.await.unwrap().unwrap();
    setup.ledger.settle(&admitted, Ended::new(Outcome::Success)).await.unwrap();
    setup.admitted_once().await;
}

#[tokio::test]
async fn a_call_that_was_refused_while_its_admission_was_written_is_closed() {
    let setup = Setup::warm().await;
    setup.proxy.next(ADMISSION, Fate::UnansweredAsAll);
    setup.ledger.admit(setup.admission()).await.unwrap_err();
    setup.reaches(Outcome::Admitted, 1).await;
    // Until it has given up looking for the admission.
    let given_up = async {
        while setup.ledger.stats().failures == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, given_up).await.expect("it gives up");
    assert_eq!(setup.count(Outcome::Unknown).await, 0);
    setup.proxy.back();
    let written = async { while setup.ledger.write(small(&setup.env)).await.is_err() {} };
    tokio::time::timeout(DEADLINE, written).await.expect("the log can be written again");
    setup.closed_once().await;
}

#[tokio::test]
async fn a_call_that_was_refused_before_its_admission_was_written_is_closed() {
    let setup = Setup::warm().await;
    setup.proxy.next(ADMISSION, Fate::Late);
    setup.ledger.admit(setup.admission()).await.unwrap_err();
    assert_eq!(setup.count(Outcome::Admitted).await, 0);
    setup.proxy.release().await;
    assert_eq!(setup.count(Outcome::Admitted).await, 1);
    setup.ledger.write(small(&setup.env)).await.unwrap();
    setup.closed_once().await;
}

#[tokio::test]
async fn an_admission_that_comes_after_the_next_batch_is_not_recorded() {
    let setup = Setup::warm().await;
    setup.proxy.next(ADMISSION, Fate::Late);
    setup.ledger.admit(setup.admission()).await.unwrap_err();
    setup.ledger.write(small(&setup.env)).await.unwrap();
    setup.proxy.release().await;
    setup.ledger.shutdown().await;
    assert_eq!(setup.count(Outcome::Admitted).await + setup.count(Outcome::Unknown).await, 0);
    assert_eq!(all(&setup.direct).await.len(), 3);
    assert!(verify::verify(&setup.direct).await.unwrap().ok());
}
