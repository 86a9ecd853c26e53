//! Programs that run beside us, and stop when we do.

use std::{
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener},
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::shell::describe;

/// How long a program may take to finish after SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(15);
/// How often a program or a port is looked at.
const TICK: Duration = Duration::from_millis(10);

/// A program that is stopped (SIGTERM, then SIGKILL) when this value goes.
pub(crate) struct Background {
    name: String,
    child: Child,
}

impl Background {
    /// Starts a program in a process group of its own: Ctrl-C reaches only us, and we pass it on once.
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        let line = describe(command);
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} (`{line}`) could not be started"))?;
        Ok(Self { name: name.to_owned(), child })
    }

    /// Starts a program that says on its first line of stdout that it is ready, and returns that line. What it writes
    /// later goes to our stdout.
    pub(crate) fn start_announcing(name: &str, command: &mut Command, deadline: Duration) -> Result<(Self, String)> {
        let mut background = Self::start(name, command.stdout(Stdio::piped()))?;
        let stdout = background.child.stdout.take().context("stdout was piped a moment ago")?;
        let (sender, receiver) = mpsc::sync_channel(1);
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout);
            let mut first = String::new();
            // Nobody may be waiting any more; then the line is lost and the rest still drained.
            let _ = lines.read_line(&mut first).map(|_| sender.send(first));
            let _ = std::io::copy(&mut lines, &mut std::io::stdout());
        });
        match receiver.recv_timeout(deadline) {
            Ok(line) if !line.trim().is_empty() => Ok((background, line.trim().to_owned())),
            Ok(_) => bail!("{name} ended before it was ready; its output is above"),
            Err(_) => bail!("{name} was not ready within {} s", deadline.as_secs()),
        }
    }

    /// Its exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("{} cannot be watched", self.name))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // The standard library can only kill; `kill` asks first.
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let begin = Instant::now();
        while asked.is_ok() && begin.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            pause();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Set once the user or the system asks us to stop (SIGINT, SIGTERM).
#[derive(Clone)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn on_signals() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&flag)).context("signals cannot be watched")?;
        }
        Ok(Self(flag))
    }

    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The pause between two looks at something that has no other way to tell us.
pub(crate) fn pause() {
    std::thread::sleep(TICK);
}

/// An address on the loopback interface that nobody listens on at this moment.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free on 127.0.0.1")?;
    listener.local_addr().context("a new listener has no address")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_is_heard_and_stopped() {
        let mut script = shell("echo listening; exec sleep 600");
        let (mut program, line) =
            Background::start_announcing("sleeper", &mut script, Duration::from_secs(10)).expect("it starts");
        assert_eq!(line, "listening");
        assert!(program.ended().expect("watched").is_none());
        let process = program.id();
        let begin = Instant::now();
        drop(program);
        assert!(begin.elapsed() < GRACE, "SIGTERM is enough for it");
        let alive = Command::new("kill").args(["-0", &process.to_string()]).stderr(Stdio::null()).status();
        assert!(!alive.expect("`kill` is everywhere").success(), "it is gone");
    }

    #[test]
    fn a_program_that_ends_before_it_is_ready_is_an_error() {
        let error = Background::start_announcing("mute", &mut shell("exit 3"), Duration::from_secs(10)).err();
        assert!(error.expect("no line came").to_string().contains("mute ended before it was ready"));
    }
}
