//! The built program as a process of its own: for its command line, its log, and its death.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use store::Engine;

use super::{MASTER_KEY, PATIENCE, Place, eventually};

const BINARY: &str = env!("CARGO_BIN_EXE_drawbridge");

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// What it printed, of a command that succeeded.
    #[track_caller]
    pub(crate) fn printed(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout.strip_suffix('\n').expect("a line ends")
    }
}

/// The program with nothing of our environment but what is given here.
fn command(place: &Place) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear().env("DRAWBRIDGE_DATA_DIR", &place.data).env("DRAWBRIDGE_SITE", &place.site);
    if let (Engine::Postgres, Some(url)) = (place.engine, &place.database) {
        command.env("DATABASE_URL", url).env("DRAWBRIDGE_MASTER_KEY", MASTER_KEY);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub(crate) async fn run(place: &Place, args: &[&str], stdin: &str) -> Ended {
    let mut command = command(place);
    command.args(args);
    let stdin = stdin.to_owned();
    let ended = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().expect("the program starts");
        // A command that does not read its input closes the pipe, which is no failure.
        let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("the program ends");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    });
    tokio::time::timeout(PATIENCE, ended).await.expect("the program ends in time").expect("no panic")
}

/// A server under way; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    stdout: Text,
    stderr: Text,
}

type Text = Arc<Mutex<String>>;

impl Server {
    /// Starts `drawbridge serve` on a free port and waits until it listens.
    pub(crate) async fn start(place: &Place, settings: &[(&str, &str)]) -> Self {
        let mut command = command(place);
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("DRAWBRIDGE_ALLOW_LOOPBACK", "true");
        for (name, value) in settings {
            command.env(name, value);
        }
        let mut child = command.spawn().expect("the program starts");
        let stdout = gather(child.stdout.take().expect("a pipe"));
        let stderr = gather(child.stderr.take().expect("a pipe"));
        let mut server = Self { child, base: String::new(), stdout, stderr };
        server.base = eventually("the program listens", async || {
            if let Ok(Some(status)) = server.child.try_wait() {
                panic!("the program ended with {status}: {}", server.log());
            }
            let text = server.printed();
            let (_, rest) = text.split_once("listens on ")?;
            let (url, _) = rest.split_once('\n')?;
            Some(url.trim().to_owned())
        })
        .await;
        server
    }

    /// What it wrote to standard output.
    pub(crate) fn printed(&self) -> String {
        self.stdout.lock().expect("no panic while it is held").clone()
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        self.stderr.lock().expect("no panic while it is held").clone()
    }

    /// Ends it at once, as a crash of the machine does.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().expect("a process of our own");
        self.ended().await;
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "the process can be signalled");
    }

    pub(crate) async fn ended(&mut self) -> ExitStatus {
        eventually("the program ends", async || self.child.try_wait().expect("our own process")).await
    }

    /// Memory in use now and the most so far, in bytes.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the process lives");
        let field = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).expect("a line of /proc/<pid>/status");
            let kilobytes = line.split_whitespace().nth(1).expect("a number");
            kilobytes.parse::<u64>().expect("a number") * 1024
        };
        (field("VmRSS:"), field("VmHWM:"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Collects what a process writes, until it ends.
fn gather(pipe: impl Read + Send + 'static) -> Text {
    let text = Text::default();
    let sink = Arc::clone(&text);
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut text = sink.lock().expect("no panic while it is held");
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}

/// A file system of its own, so small that it can be filled.
pub(crate) struct TinyDisk {
    place: std::path::PathBuf,
}

impl TinyDisk {
    pub(crate) fn mount(place: &Path, megabytes: u32) -> Self {
        std::fs::create_dir_all(place).expect("a place to mount at");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(place)
            .status()
            .is_ok_and(|status| status.success());
        assert!(mounted, "this test mounts a tiny tmpfs to fill it: run it as root, in a container that may mount");
        Self { place: place.to_owned() }
    }

    /// Takes all room that is left.
    pub(crate) fn fill(&self) {
        let mut file = std::fs::File::create(self.place.join("filler")).expect("a file");
        let block = vec![0_u8; 4096];
        while file.write_all(&block).is_ok() {}
        // What is left of a block.
        while file.write_all(&[0]).is_ok() {}
    }

    /// Gives the room back.
    pub(crate) fn free(&self) {
        std::fs::remove_file(self.place.join("filler")).expect("the file is there");
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        // Lazily: the database may still be open when a test fails.
        let _ = Command::new("umount").arg("-l").arg(&self.place).status();
    }
}

/// How long a process may take to end after a signal, beyond its grace period.
pub(crate) const EXIT: Duration = Duration::from_secs(5);
