//! Commands that work on the data directory while no server runs on it.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use domain::{Explanation, Names, NewUser, Question, Role, SecretText, TargetKind, TriedTest, Weighed};
use service::{Caller, RequestMeta, Services};

use super::simulate::simulate;
use super::{DataArgs, note, say};
use crate::config::PublicUrl;
use crate::{Data, SystemEnv, database, open};

/// Largest password that is read, in bytes.
const MAX_PASSWORD: u64 = 1024;

/// Where `serve` is reached when nothing else is said.
const DEFAULT_PUBLIC_URL: &str = "http://127.0.0.1:3000";

#[derive(Debug, Args)]
pub(super) struct Place {
    #[command(flatten)]
    data: DataArgs,
    /// Address that people use, as `serve` has it; links contain it.
    #[arg(long, env = "DRAWBRIDGE_PUBLIC_URL", default_value = DEFAULT_PUBLIC_URL, value_name = "URL")]
    public_url: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make a person who can sign in at once.
    Create {
        #[command(flatten)]
        place: Place,
        /// Email address.
        #[arg(long)]
        email: String,
        /// Display name.
        #[arg(long)]
        name: String,
        /// Make an administrator.
        #[arg(long)]
        admin: bool,
        /// Read the password from standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Print a link that sets a new password.
    Reset {
        #[command(flatten)]
        place: Place,
        /// Email address.
        #[arg(long)]
        email: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Make an API key and print it, once.
    Create {
        #[command(flatten)]
        place: Place,
        /// Email address of the person whom the key acts as.
        #[arg(long)]
        user: String,
        /// What the key is for.
        #[arg(long)]
        name: String,
        /// Time at which it dies (RFC 3339); never when absent.
        #[arg(long, value_name = "TIME")]
        expires: Option<DateTime<Utc>>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Policy {
    /// Say why a call would be decided as it is, by which rules, and what would have to change.
    Explain {
        #[command(flatten)]
        place: Place,
        /// Email address of the person who would call.
        #[arg(long)]
        user: String,
        /// Name of the server in addresses.
        #[arg(long, value_name = "SLUG")]
        server: String,
        /// What would be used: a tool, prompt, resource, template, or the server itself.
        #[arg(long, default_value = "tool", value_name = "KIND")]
        kind: TargetKind,
        /// Its name or URI.
        #[arg(long, default_value = "")]
        name: String,
        /// When (RFC 3339); now when absent. In the past the rules of then decide.
        #[arg(long, value_name = "TIME")]
        at: Option<DateTime<Utc>>,
        /// The arguments of the call, a JSON object.
        #[arg(long, default_value = "", value_name = "JSON")]
        arguments: String,
        /// Address of the AI client.
        #[arg(long, default_value = "", value_name = "ADDRESS")]
        ip: String,
        /// What the AI client calls itself.
        #[arg(long, default_value = "", value_name = "NAME")]
        client: String,
        /// Version of the AI client.
        #[arg(long, default_value = "", value_name = "VERSION")]
        client_version: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Decide recorded calls anew by rules that are not made, changed or deleted yet. Nothing is changed.
    Simulate {
        #[command(flatten)]
        place: Place,
        /// JSON file with a list of drafts, or with what `POST /api/v1/rules/simulate` takes; `-` for standard input.
        file: PathBuf,
        /// Days of recorded calls, 1 to 90; as the file says, or else 30, when absent.
        #[arg(long, value_name = "N")]
        days: Option<u32>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Check the hash chain of every node.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

/// The use cases on a data directory, for somebody at the command line.
pub(super) struct Opened {
    pub(super) services: Services,
    data: Data,
    pub(super) operator: Caller,
}

impl Opened {
    pub(super) async fn at(place: &Place) -> anyhow::Result<Self> {
        let env: Arc<dyn domain::Env> = Arc::new(SystemEnv);
        let public = PublicUrl::parse(&place.public_url)?;
        let data = open(&place.data, &env).await?;
        let net = net::Net::new(net::Settings {
            allow_loopback: false,
            user_agent: concat!("drawbridge/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_roots: Vec::new(),
        })?;
        let services = Services::open(service::Parts {
            db: data.db.clone(),
            ledger: data.ledger.clone(),
            vault: data.vault.clone(),
            net,
            env,
            directory: directory::Directory::empty(),
            settings: service::Settings {
                public_url: public.text,
                allow_loopback: false,
                insecure_http: false,
                audit_best_effort: false,
                limits: domain::Limits::default(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
        })
        .await?;
        let operator = Caller::operator(RequestMeta::local(services.parts().env.as_ref()));
        Ok(Self { services, data, operator })
    }

    pub(super) async fn close(self) {
        self.data.ledger.shutdown().await;
        self.data.db.close().await;
    }
}

pub(super) async fn user(command: User) -> anyhow::Result<ExitCode> {
    match command {
        User::Create { place, email, name, admin, password_stdin: _ } => {
            let password = read_password()?;
            let opened = Opened::at(&place).await?;
            let new = NewUser {
                email,
                name,
                role: Some(if admin { Role::SuperAdmin } else { Role::User }),
                ..NewUser::default()
            };
            let user = opened.services.create_user(&opened.operator, new, &password).await?;
            say(&user.id.to_string())?;
            opened.close().await;
        }
        User::Reset { place, email } => {
            let opened = Opened::at(&place).await?;
            let user = opened.services.user_by_email(&opened.operator, &email).await?;
            let link = opened.services.reset_link(&opened.operator, user.id).await?;
            say(&link.url)?;
            if place.public_url == DEFAULT_PUBLIC_URL {
                note(
                    "the link is for this machine. If people reach Drawbridge at another address, run this again with \
                     --public-url (or DRAWBRIDGE_PUBLIC_URL) as for `serve`; this link then no longer works",
                );
            }
            opened.close().await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn key(command: Key) -> anyhow::Result<ExitCode> {
    let Key::Create { place, user, name, expires } = command;
    let opened = Opened::at(&place).await?;
    let user = opened.services.user_by_email(&opened.operator, &user).await?;
    let key = opened.services.create_key_for(&opened.operator, user.id, &name, expires).await?;
    say(&key.secret)?;
    opened.close().await;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn policy(command: Policy) -> anyhow::Result<ExitCode> {
    match command {
        Policy::Explain { place, user, server, kind, name, at, arguments, ip, client, client_version, json } => {
            let opened = Opened::at(&place).await?;
            let person = opened.services.user_by_email(&opened.operator, &user).await?.id;
            let server = opened.services.server_by_slug(&opened.operator, &server).await?.id;
            let question = Question { person, server, kind, name, at, arguments, ip, client, client_version };
            let explanation = opened.services.explain(&opened.operator, question).await?;
            say(&if json { serde_json::to_string_pretty(&explanation)? } else { explained(&explanation) })?;
            opened.close().await;
            Ok(ExitCode::SUCCESS)
        }
        Policy::Simulate { place, file, days, json } => simulate(&place, &file, days, json).await,
    }
}

/// An explanation for people.
fn explained(explanation: &Explanation) -> String {
    let Explanation { person_name, server_name, decision, why, changes, rules, about_others, .. } = explanation;
    let what = match explanation.question.kind {
        TargetKind::Server => server_name.clone(),
        kind => format!("{kind} `{}` of {server_name}", explanation.question.name),
    };
    let mut lines = vec![format!("{decision}: {person_name}, {what}, {}: {why}", explanation.decided_for.to_rfc3339())];
    lines.extend(changes.iter().map(|change| format!("- {change}")));
    for Weighed { view, bearing, decides, tests } in rules {
        let what = match view.rule.scope.names() {
            None => "everything".to_owned(),
            Some(Names { tools, resources, prompts }) => {
                let names: Vec<&str> = [tools, resources, prompts].into_iter().flatten().map(String::as_str).collect();
                names.join(", ")
            }
        };
        let mark = if *decides { "*" } else { " " };
        lines.push(format!(
            "{mark} {} {} {what} on {} to {}: {bearing}",
            view.rule.id, view.rule.effect, view.server_name, view.principal_name
        ));
        for TriedTest { path, operator, wanted, found, outcome } in tests {
            let found = if found.is_empty() { "nothing" } else { found };
            let test = [path, operator, wanted].map(String::as_str).join(" ");
            lines.push(format!("      {outcome}: {} (found: {found})", test.trim_end()));
        }
    }
    if *about_others > 0 {
        lines.push(format!("  and {about_others} rules about other people"));
    }
    lines.join("\n")
}

pub(super) async fn audit(command: Audit) -> anyhow::Result<ExitCode> {
    let Audit::Verify { place } = command;
    // Without the audit log itself, which would tidy up after a crash before it is looked at.
    let db = database(&place.data).await?;
    let report = ledger::verify::verify(&db).await?;
    say(&in_words(&report))?;
    db.close().await;
    Ok(if report.ok() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// A verification for people.
fn in_words(report: &ledger::verify::Report) -> String {
    let mut lines: Vec<String> = Vec::new();
    for node in &report.nodes {
        let range = match (node.first_seq, node.last_seq) {
            (Some(first), Some(last)) => format!("entries {first} to {last}"),
            _ => "no entries".to_owned(),
        };
        lines.push(match (&node.why, node.broken_at) {
            (None, _) => format!("{}: {range}: the chain is whole", node.node),
            (Some(why), Some(at)) => format!("{}: {range}: BROKEN at entry {at}: {why}", node.node),
            (Some(why), None) => format!("{}: {range}: BROKEN: {why}", node.node),
        });
    }
    if report.nodes.is_empty() {
        lines.push("there are no entries".to_owned());
    }
    lines.push("This cannot be proved by the database alone:".to_owned());
    lines.extend(report.cannot_prove.iter().map(|what| format!("- {what}")));
    lines.join("\n")
}

/// The password on standard input, without the line's end.
fn read_password() -> anyhow::Result<SecretText> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(MAX_PASSWORD + 2)
        .read_to_string(&mut text)
        .context("the password on standard input is not text")?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        bail!(
            "give the password on standard input: printf %s \"$PASSWORD\" | drawbridge user create … --password-stdin"
        );
    }
    Ok(SecretText::new(text))
}
