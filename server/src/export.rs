//! `GET /export/<list>.csv`: the lists of the console as files (RFC 4180), with the filters and in the order of the page
//! whose query is given. The use cases decide who may, as they do for the page; that events left the house is an event.

use std::collections::HashMap;

use app::i18n::Language;
use app::pages::audit::api::{AuditQuery, filter as audit_filter};
use app::pages::inbox::api::{InboxQuery, filter as inbox_filter};
use app::pages::rules::api::{RuleFilter, find as find_rules};
use app::ssr::language_of;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    ActorKind, AuditRow, Capability, Group, ListName, Page, PageQuery, Problem, Request, RequestFilter, RuleScope,
    RuleView, Server, ServerFilter, User, UserFilter,
};
use http::{HeaderMap, Method, StatusCode, header};
use service::{Caller, Services, defused};

/// Rows of a file. Who needs more narrows the filters, or asks the API.
const MOST_ROWS: usize = 10_000;
/// Rows asked for at once: as many as a use case gives.
const PAGE: u32 = 200;

/// The routes. Requests must carry a [`Caller`] as extension.
pub(crate) fn router(services: Services) -> Router {
    ListName::ALL
        .iter()
        .fold(Router::new(), |router, list| {
            let answer = async |services, caller, query, method, headers| {
                answer(*list, services, caller, query, method, headers).await
            };
            router.route(&format!("/export/{list}.csv"), get(answer))
        })
        .route("/export/group-members.csv", get(group_members))
        .with_state(services)
}

type Asked = HashMap<String, String>;

async fn answer(
    list: ListName,
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<Asked>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = not_from_a_page(&caller, &method, &headers) {
        return refusal;
    }
    let text = file(list, &services, &caller, language_of(&headers), &query).await;
    sent(list.as_str(), &services, text)
}

/// `GET /export/group-members.csv`: groups with their members, as they can be imported again.
async fn group_members(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<Asked>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = not_from_a_page(&caller, &method, &headers) {
        return refusal;
    }
    let text = services.export_groups(&caller, value(&query, "kind")).await;
    let text = text.map(String::into_bytes).map_err(|error| error.into_problem(caller.meta.correlation));
    sent("group-members", &services, text)
}

/// Exports of the audit log and of groups are recorded, so nothing but a person on a page of ours may ask for one.
fn not_from_a_page(caller: &Caller, method: &Method, headers: &HeaderMap) -> Option<Response> {
    if method != Method::GET || headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Some((StatusCode::FORBIDDEN, "open the list in the console and download it there").into_response());
    }
    let nobody = || (StatusCode::UNAUTHORIZED, "sign in to the console first").into_response();
    caller.session.is_none().then(nobody)
}

/// A file by its name, or why there is none.
fn sent(name: &str, services: &Services, text: Result<Vec<u8>, Problem>) -> Response {
    match text {
        Ok(text) => {
            let today = services.parts().env.now().format("%Y-%m-%d");
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}-{today}.csv\"")),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, text).into_response()
        }
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, problem.to_string()).into_response()
        }
    }
}

async fn file(
    list: ListName,
    services: &Services,
    caller: &Caller,
    language: Language,
    asked: &Asked,
) -> Result<Vec<u8>, Problem> {
    let refused = |error: service::Error| error.into_problem(caller.meta.correlation);
    let text = |name: &str| asked.get(name).filter(|value| !value.is_empty()).cloned();
    let mut page = Some(PageQuery { cursor: None, limit: Some(PAGE) });
    match list {
        ListName::Users => {
            let mut sheet = Sheet::new(USERS, MOST_ROWS)?;
            let filter =
                UserFilter { search: text("search"), status: value(asked, "status"), sort: value(asked, "sort") };
            while let Some(query) = page {
                page = sheet.add(services.users(caller, &filter, &query).await.map_err(refused)?, user)?;
            }
            sheet.finish()
        }
        ListName::Groups => {
            let mut sheet = Sheet::new(GROUPS, MOST_ROWS)?;
            let groups =
                services.groups_of_kind(caller, value(asked, "kind"), value(asked, "sort")).await.map_err(refused)?;
            sheet.add(Page::whole(groups), group)?;
            sheet.finish()
        }
        ListName::Servers => {
            let mut sheet = Sheet::new(SERVERS, MOST_ROWS)?;
            let filter =
                ServerFilter { search: text("search"), status: value(asked, "status"), sort: value(asked, "sort") };
            while let Some(query) = page {
                page = sheet.add(services.servers(caller, &filter, &query).await.map_err(refused)?, server)?;
            }
            sheet.finish()
        }
        ListName::Policies => {
            let mut sheet = Sheet::new(RULES, MOST_ROWS)?;
            let filter = RuleFilter {
                search: text("search"),
                effect: text("effect"),
                scope: text("scope"),
                mode: text("mode"),
                sort: text("sort"),
            };
            let rules = find_rules(services, caller, &filter, language).await.map_err(refused)?;
            sheet.add(Page::whole(rules), rule)?;
            sheet.finish()
        }
        ListName::Requests | ListName::Inbox => {
            let mut sheet = Sheet::new(REQUESTS, MOST_ROWS)?;
            let filter = if list == ListName::Inbox {
                caller.require(Capability::ManageRequests).map_err(refused)?;
                let query = InboxQuery {
                    search: text("search"),
                    state: text("state"),
                    kind: text("kind"),
                    sort: text("sort"),
                    cursor: None,
                };
                inbox_filter(query).map_err(|error| error.0)?.0
            } else {
                let (state, sort) = (value(asked, "state"), value(asked, "sort"));
                RequestFilter { state, search: text("search"), kind: None, mine: true, sort }
            };
            while let Some(query) = page {
                page = sheet.add(services.requests(caller, &filter, &query).await.map_err(refused)?, request)?;
            }
            sheet.finish()
        }
        ListName::Audit | ListName::Activity => {
            let mut sheet = Sheet::new(EVENTS, MOST_ROWS)?;
            let query = AuditQuery {
                mine: list == ListName::Activity,
                from: text("from"),
                to: text("to"),
                action: text("action"),
                outcome: text("outcome"),
                actor: text("actor"),
                server: text("server"),
                tool: text("tool"),
                client: text("client"),
                correlation: text("correlation"),
                sort: text("sort"),
                cursor: None,
            };
            let (filter, _) = audit_filter(query, caller).map_err(|error| error.0)?;
            while let Some(query) = page {
                page = sheet.add(services.audit(caller, &filter, &query).await.map_err(refused)?, event)?;
            }
            services.audit_exported(caller, &filter, sheet.rows()).await.map_err(refused)?;
            sheet.finish()
        }
    }
}

/// A part of the query as a value; nothing when it is not such a value, as on the page.
fn value<T: std::str::FromStr>(asked: &Asked, name: &str) -> Option<T> {
    asked.get(name).and_then(|text| text.parse().ok())
}

/// A file under construction.
struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    columns: usize,
    room: usize,
    most: usize,
    cut: bool,
}

impl Sheet {
    fn new(columns: &[&str], most: usize) -> Result<Self, Problem> {
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let mut sheet = Self { writer, columns: columns.len(), room: most, most, cut: false };
        sheet.line(columns.iter().copied())?;
        Ok(sheet)
    }

    /// Adds a page of a list; returns which page to ask for next, if there is one and room for it.
    fn add<T>(&mut self, page: Page<T>, cells: fn(&T) -> Vec<String>) -> Result<Option<PageQuery>, Problem> {
        let whole = page.data.len() <= self.room;
        for row in page.data.iter().take(self.room) {
            self.line(cells(row).iter().map(String::as_str))?;
        }
        self.room -= page.data.len().min(self.room);
        let more = page.next_cursor.is_some();
        self.cut = !whole || (more && self.room == 0);
        let next = page.next_cursor.filter(|_| !self.cut);
        Ok(next.map(|cursor| PageQuery { cursor: Some(cursor), limit: Some(PAGE) }))
    }

    fn line<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
        self.writer.write_record(cells.map(|cell| defused(cell).into_owned())).map_err(unwritten)
    }

    /// Rows so far.
    const fn rows(&self) -> usize {
        self.most - self.room
    }

    /// The file, which says at its end when there is more than is in it.
    fn finish(mut self) -> Result<Vec<u8>, Problem> {
        if self.cut {
            let most = self.most;
            let says = format!("Cut off: only the first {most} rows are here. Narrow the filters to get the others.");
            let empty = std::iter::repeat_n("", self.columns - 1);
            self.line(std::iter::once(says.as_str()).chain(empty))?;
        }
        self.writer.into_inner().map_err(|error| unwritten(error.error()))
    }
}

/// Writing into memory does not fail; if it did, the log should say why.
fn unwritten(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a list could not be written as CSV");
    Problem::Unavailable { why: "the file could not be written; try again".to_owned() }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn maybe(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

const USERS: &[&str] =
    &["id", "name", "email", "department", "title", "team", "role", "status", "created_at", "last_sign_in_at"];

fn user(user: &User) -> Vec<String> {
    vec![
        user.id.to_string(),
        user.name.clone(),
        user.email.to_string(),
        user.department.clone(),
        user.title.clone(),
        user.team.clone(),
        user.role.to_string(),
        user.status.to_string(),
        time(user.created_at),
        maybe(user.last_login_at.map(time)),
    ]
}

const GROUPS: &[&str] = &["id", "name", "description", "members", "kind", "source"];

fn group(group: &Group) -> Vec<String> {
    vec![
        group.id.to_string(),
        group.name.clone(),
        group.description.clone(),
        group.members.to_string(),
        group.kind.to_string(),
        group.source.to_string(),
    ]
}

const SERVERS: &[&str] =
    &["id", "name", "slug", "url", "authentication", "status", "health", "risk", "created_at", "updated_at"];

fn server(server: &Server) -> Vec<String> {
    vec![
        server.id.to_string(),
        server.name.clone(),
        server.slug.to_string(),
        server.url.clone(),
        server.auth.to_string(),
        server.status.to_string(),
        server.health.to_string(),
        server.risk.to_string(),
        time(server.created_at),
        time(server.updated_at),
    ]
}

const RULES: &[&str] = &[
    "id",
    "who",
    "who_kind",
    "effect",
    "server",
    "tools",
    "enabled",
    "in_force",
    "starts_at",
    "ends_at",
    "notes",
    "created_at",
    "updated_at",
    "resources",
    "prompts",
    "conditions",
    "cedar",
    "mode",
];

fn rule(view: &RuleView) -> Vec<String> {
    let rule = &view.rule;
    let list = |names: Option<&[String]>| names.unwrap_or_default().join(", ");
    let tools = match &rule.scope {
        RuleScope::All => "all".to_owned(),
        RuleScope::Named(names) => names.tools.join(", "),
    };
    vec![
        rule.id.to_string(),
        view.principal_name.clone(),
        rule.principal.kind.to_string(),
        rule.effect.to_string(),
        view.server_name.clone(),
        tools,
        rule.enabled.to_string(),
        view.in_force.to_string(),
        maybe(rule.starts_at.map(time)),
        maybe(rule.ends_at.map(time)),
        rule.notes.clone(),
        time(rule.created_at),
        time(rule.updated_at),
        list(rule.scope.names().map(|names| names.resources.as_slice())),
        list(rule.scope.names().map(|names| names.prompts.as_slice())),
        rule.conditions.as_ref().map(policy::condition_lines).unwrap_or_default(),
        rule.cedar.clone().unwrap_or_default(),
        rule.mode.to_string(),
    ]
}

const REQUESTS: &[&str] =
    &["id", "name", "kind", "requester", "state", "urgent", "url", "asked_at", "decided_by", "decided_at"];

fn request(request: &Request) -> Vec<String> {
    let decision = request.decision.as_ref();
    vec![
        request.id.to_string(),
        request.name.clone(),
        request.kind.to_string(),
        request.requester_name.clone(),
        request.state.to_string(),
        request.urgent.to_string(),
        request.url.clone(),
        time(request.created_at),
        maybe(decision.map(|decision| &decision.by_name)),
        maybe(decision.map(|decision| time(decision.at))),
    ]
}

const EVENTS: &[&str] = &[
    "id",
    "at",
    "action",
    "outcome",
    "actor_kind",
    "actor",
    "resource_kind",
    "resource",
    "server",
    "tool",
    "client",
    "client_version",
    "ip",
    "latency_us",
    "decision",
    "reason",
    "correlation_id",
];

fn event(row: &AuditRow) -> Vec<String> {
    let resource = row.resource.as_ref();
    let named = matches!(row.actor.kind, ActorKind::User).then_some(&row.actor.name);
    vec![
        row.id.to_string(),
        time(row.at),
        row.action.to_string(),
        row.outcome.to_string(),
        row.actor.kind.to_string(),
        maybe(named),
        maybe(resource.map(|resource| resource.kind)),
        maybe(resource.and_then(|resource| resource.name.as_ref().or(resource.id.as_ref()))),
        maybe(row.server.as_ref()),
        maybe(row.tool.as_ref()),
        maybe(row.client_name.as_ref()),
        maybe(row.client_version.as_ref()),
        maybe(row.ip.as_ref()),
        maybe(row.latency_us),
        maybe(row.decision),
        maybe(row.reason.as_ref()),
        row.correlation_id.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet_of(most: usize, pages: &[&[&str]]) -> (String, usize) {
        let mut sheet = Sheet::new(&["name", "again"], most).unwrap();
        let mut asked = 0;
        for (at, page) in pages.iter().enumerate() {
            asked += 1;
            let next_cursor = (at + 1 < pages.len()).then(|| at.to_string());
            let page = Page { data: page.to_vec(), next_cursor };
            if sheet.add(page, |name| vec![(*name).to_owned(), (*name).to_owned()]).unwrap().is_none() {
                break;
            }
        }
        (String::from_utf8(sheet.finish().unwrap()).unwrap(), asked)
    }

    #[test]
    fn cells_are_quoted_and_defused() {
        let (text, _) = sheet_of(9, &[&["a,b", "say \"x\"", "two\r\nlines", "=1+1", "-1", "\tx", "ü@home"]]);
        assert_eq!(
            text,
            "name,again\r\n\"a,b\",\"a,b\"\r\n\"say \"\"x\"\"\",\"say \"\"x\"\"\"\r\n\"two\r\nlines\",\"two\r\nlines\"\r\n\
             '=1+1,'=1+1\r\n'-1,'-1\r\n'\tx,'\tx\r\nü@home,ü@home\r\n"
        );
        for formula in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(defused(formula), format!("'{formula}"));
        }
    }

    #[test]
    fn a_file_says_when_it_is_cut_off() {
        let whole = |text: &str| !text.contains("Cut off");
        let (text, asked) = sheet_of(4, &[&["a", "b"], &["c", "d"]]);
        assert!(whole(&text) && asked == 2 && text.lines().count() == 5, "{text}");
        let (text, asked) = sheet_of(3, &[&["a", "b"], &["c", "d"], &["e"]]);
        assert_eq!((text.lines().nth(3), asked), (Some("c,c"), 2));
        assert_eq!(
            text.lines().last(),
            Some("Cut off: only the first 3 rows are here. Narrow the filters to get the others.,")
        );
        let (text, asked) = sheet_of(2, &[&["a", "b"], &["c"]]);
        assert!(!whole(&text) && asked == 1, "there is a page for which there is no room: {text}");
        assert!(whole(&sheet_of(2, &[&["a", "b"]]).0));
        assert_eq!(sheet_of(2, &[&[]]).0, "name,again\r\n");
    }
}
