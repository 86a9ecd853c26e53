//! `drawbridge serve`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use super::say;
use crate::config::ServeArgs;
use crate::{SystemEnv, start};

/// Runs until SIGTERM or SIGINT; a second one ends at once.
pub(super) async fn serve(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    // Before anything is said to listen: who then asks it to stop must be heard.
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let mut running = start(args, Arc::new(SystemEnv)).await?;
    let operator = running.operator();
    if args.demo && running.services.seed_demo(&operator, &args.demo_upstream).await? {
        say(&format!(
            "Demonstration data was written. Sign in with {} or {} and the password {}",
            service::DEMO_ADMIN,
            service::DEMO_EMPLOYEE,
            service::DEMO_PASSWORD
        ))?;
    }
    say(&format!("Drawbridge {} listens on {}", env!("CARGO_PKG_VERSION"), running.public_url))?;
    if let Some(link) = running.services.create_setup_link(&operator).await? {
        say(&format!(
            "There is no administrator yet. Open this link once, before {}:\n\n    {}\n",
            link.expires_at.format("%Y-%m-%d %H:%M UTC"),
            link.url
        ))?;
    }
    if args.allow_loopback {
        tracing::warn!("MCP servers on this machine's own addresses are allowed; for development only");
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        ended = running.ended() => {
            ended.context("the server ended")?;
            anyhow::bail!("the server ended without being told to");
        }
    }
    tracing::info!(grace = ?args.grace(), "shutting down; a second signal ends at once");
    tokio::select! {
        () = running.shutdown() => Ok(ExitCode::SUCCESS),
        _ = terminate.recv() => Ok(ExitCode::from(143)),
        _ = interrupt.recv() => Ok(ExitCode::from(130)),
    }
}
