//! The form of a rule, in words: made on the server, so that the browser only lays it out.

use chrono::{DateTime, Utc};
use domain::{Effect, GroupKind, Operator, PageQuery, Problem, RuleMode, RuleView, ServerId, UserFilter};
use service::{Caller, Services};

use super::api::{FieldKind, FormField, FormPart, PartKind, RuleForm, RuleFormData};
use super::convert::{EVERYONE, ROLE, form_of, lines};
use super::review;
use super::templates;
use crate::components::LookWords;
use crate::error::AppError;
use crate::text::{self, said::rules as said};

/// People offered in the form; an organisation with more makes rules for groups.
const MOST_PEOPLE: usize = 2000;

/// What can be chosen: value, words, explanation.
type Options = Vec<(String, String, String)>;

/// Whom and which servers a rule can be about.
#[derive(Debug, Clone, Default)]
pub(super) struct Offered {
    who: Options,
    servers: Options,
}

/// Everybody and every server, as the form offers them.
pub(super) async fn choices(services: &Services, caller: &Caller) -> Result<Offered, AppError> {
    let mut who = vec![(EVERYONE.to_owned(), said::everyone().to_owned(), String::new())];
    for group in services.groups(caller, None).await? {
        let (value, words) = match group.kind {
            GroupKind::Group => (group.id.to_string(), said::group(&group.name)),
            GroupKind::JobRole => (format!("{ROLE}{}", group.id), said::role(&group.name)),
        };
        who.push((value, words, String::new()));
    }
    who.extend(people(services, caller).await?);
    let servers = crate::pages::audit::api::servers(services, caller).await?;
    Ok(Offered { who, servers: servers.into_iter().map(|(id, name)| (id, name, String::new())).collect() })
}

/// People: id, name and address.
pub(super) async fn people(services: &Services, caller: &Caller) -> Result<Options, AppError> {
    let mut found = Vec::new();
    let mut page = PageQuery { cursor: None, limit: Some(200) };
    loop {
        let users = services.users(caller, &UserFilter::default(), &page).await?;
        found.extend(users.data.into_iter().map(|u| (u.id.to_string(), u.name, u.email.to_string())));
        match users.next_cursor {
            Some(cursor) if found.len() < MOST_PEOPLE => page.cursor = Some(cursor),
            _ => return Ok(found),
        }
    }
}

/// The form with the people whom it names by their addresses among those chosen.
///
/// # Errors
/// `Invalid` for an address that nobody has.
pub(super) async fn with_people(
    services: &Services,
    caller: &Caller,
    mut form: RuleForm,
) -> Result<RuleForm, AppError> {
    let addresses = lines(&form.people);
    if addresses.len() > policy::MAX_PRINCIPALS {
        let why = said::too_many_people(policy::MAX_PRINCIPALS);
        return Err(AppError(Problem::field("people", why)));
    }
    for address in addresses {
        let person = match services.user_by_email(caller, &address).await.map_err(AppError::from) {
            Err(AppError(Problem::NotFound { .. } | Problem::Invalid { .. })) => {
                return Err(AppError(Problem::field("people", said::unknown_address(&address))));
            }
            found => found?,
        };
        let id = person.id.to_string();
        if !form.principal.contains(&id) {
            form.principal.push(id);
        }
    }
    Ok(form)
}

/// The form of a new rule.
pub(super) fn of_new(
    server: Option<ServerId>,
    template: &str,
    mut offered: Offered,
    now: DateTime<Utc>,
) -> RuleFormData {
    let form = templates::form(template, server.is_none(), now);
    // The server that it is made on goes along anyway.
    offered.servers.retain(|(id, ..)| server.is_none_or(|server| *id != server.to_string()));
    let others = (said::more_servers(), said::more_servers_help());
    RuleFormData {
        intro: if server.is_none() { said::global_text().to_owned() } else { String::new() },
        begin_with: said::templates().to_owned(),
        templates: templates::offered(server.is_none()),
        parts: parts(&form, server.is_none(), others, offered),
        live: said::live().to_owned(),
        look: looks(),
    }
}

/// The form that changes a rule.
pub(super) fn of_rule(view: &RuleView, mut offered: Offered) -> RuleFormData {
    let rule = &view.rule;
    let form = form_of(rule);
    // Whoever is gone, or beyond those offered, stays until somebody takes them out.
    keep(&mut offered.who, &form.principal, &view.principal_name);
    keep(&mut offered.servers, &form.servers, &view.server_name);
    let servers = (said::servers(), said::servers_help());
    RuleFormData {
        parts: parts(&form, rule.is_global(), servers, offered),
        live: said::live().to_owned(),
        look: looks(),
        ..RuleFormData::default()
    }
}

/// What the dialog says that switches a rule on or off, and what can be looked at there.
pub(super) fn of_switch(enabled: bool) -> (String, LookWords) {
    (if enabled { said::switch_off_text() } else { said::switch_on_text() }.to_owned(), looks())
}

/// What can be looked at before a change is made.
fn looks() -> LookWords {
    let button = |value: &str, icon: &str, words: &str| (value.to_owned(), icon.to_owned(), words.to_owned());
    LookWords {
        buttons: vec![button("changes", "eye", said::look()), button("calls", "history", said::look_calls())],
        days: said::look_days().to_owned(),
        spans: review::SPANS.map(|days| (days.to_string(), said::look_span(days))).to_vec(),
    }
}

fn keep(options: &mut Options, chosen: &[String], names: &str) {
    for value in chosen {
        if options.iter().all(|(known, ..)| known != value) {
            let words = if chosen.len() == 1 { names } else { value.as_str() };
            options.push((value.clone(), words.to_owned(), String::new()));
        }
    }
}

fn parts(form: &RuleForm, global: bool, servers: (&str, &str), offered: Offered) -> Vec<FormPart> {
    let plain = |fields| FormPart { fields, ..FormPart::default() };
    let fold = |title: &str, open, fields| FormPart {
        kind: PartKind::Fold,
        title: title.to_owned(),
        open,
        fields,
        ..FormPart::default()
    };
    let effect = if form.effect.is_empty() { Effect::Allow.as_str() } else { &form.effect };
    let effect = if global {
        field(FieldKind::Hidden, "effect", "", "").with(Effect::Deny.as_str())
    } else {
        field(FieldKind::Radio, "effect", said::effect(), "").with(effect).offering(radio(&[
            ("allow", text::common::allow(), said::allow_help()),
            ("deny", text::common::deny(), said::deny_help()),
        ]))
    };
    let mut parts = vec![
        plain(vec![
            field(FieldKind::Checks, "principal][", text::common::who(), said::who_help())
                .with_all(&form.principal)
                .offering(offered.who),
        ]),
        fold(
            said::by_address(),
            false,
            vec![field(FieldKind::Lines, "people", said::addresses(), said::addresses_help())],
        ),
        fold(
            said::by_attribute(),
            !form.attribute.is_empty(),
            vec![
                field(FieldKind::Select, "attribute", said::attribute(), "").with(&form.attribute).offering(radio(&[
                    ("", said::attribute_none(), ""),
                    ("department", said::attribute_department(), ""),
                    ("title", said::attribute_title(), ""),
                    ("team", said::attribute_team(), ""),
                ])),
                field(FieldKind::Lines, "values", said::values(), said::values_help()).with(&form.values),
            ],
        ),
        plain(vec![effect]),
    ];
    if !global && !offered.servers.is_empty() {
        let field = field(FieldKind::Checks, "servers][", servers.0, servers.1);
        let field = field.with_all(&form.servers).offering(offered.servers);
        parts.push(fold(servers.0, form.servers.len() > 1, vec![field]));
    }
    parts.push(scope(form, global));
    parts.push(plain(vec![
        field(FieldKind::Lines, "conditions", said::conditions(), said::conditions_help())
            .with(&form.conditions)
            .like("payload.table in salaries, payroll\nmeta.request.ip in_ip_range 10.0.0.0/8"),
    ]));
    parts.push(builder());
    parts.push(FormPart {
        kind: PartKind::Fold,
        title: said::conditions_how().to_owned(),
        rows: explained(),
        ..FormPart::default()
    });
    parts.push(fold(
        said::cedar_field(),
        !form.cedar.is_empty(),
        vec![field(FieldKind::Lines, "cedar", said::cedar(), said::cedar_help()).with(&form.cedar).like("when { … }")],
    ));
    let mode = if form.mode.is_empty() { RuleMode::default().as_str() } else { &form.mode };
    parts.push(plain(vec![field(FieldKind::Radio, "mode", said::mode(), "").with(mode).offering(radio(&[
        ("enforce", said::enforce(), said::enforce_help()),
        ("monitor", said::monitor(), said::monitor_help()),
    ]))]));
    parts.push(FormPart {
        kind: PartKind::Pair,
        fields: vec![
            field(FieldKind::Day, "starts_at", said::first_day(), said::first_day_help()).with(&form.starts_at),
            field(FieldKind::Day, "ends_at", said::last_day(), said::last_day_help()).with(&form.ends_at),
        ],
        ..FormPart::default()
    });
    parts.push(plain(vec![
        field(FieldKind::Lines, "notes", text::common::notes(), said::notes_help()).with(&form.notes),
        field(FieldKind::Hidden, "read", "", "").with(&form.read),
    ]));
    parts
}

fn scope(form: &RuleForm, global: bool) -> FormPart {
    let whole = if global { said::whole_global() } else { text::common::entire_server() };
    let whole_help = if global { said::whole_global_help() } else { said::whole_server_help() };
    let chosen = if form.scope == "some" { "some" } else { "all" };
    FormPart {
        kind: PartKind::Choice,
        fields: vec![
            field(FieldKind::Radio, "scope", said::scope(), "")
                .with(chosen)
                .offering(radio(&[("all", whole, whole_help), ("some", said::some(), said::some_help())])),
            field(FieldKind::Lines, "tools", text::common::tools(), said::tools_help())
                .with(&form.tools)
                .like("read_file\nsearch_*"),
            field(FieldKind::Lines, "resources", said::resources(), said::resources_help()).with(&form.resources),
            field(FieldKind::Lines, "prompts", said::prompts(), said::prompts_help()).with(&form.prompts),
        ],
        ..FormPart::default()
    }
}

/// Makes a condition out of three choices; the title says what its button does.
fn builder() -> FormPart {
    let paths = ["payload."].into_iter().chain(policy::PATHS.iter().copied());
    let paths = paths.map(|path| (path.to_owned(), String::new(), String::new())).collect();
    let operators = Operator::ALL.iter().map(|one| {
        let name = one.as_str();
        (name.to_owned(), name.replace('_', " "), String::new())
    });
    FormPart {
        kind: PartKind::Builder,
        title: said::builder_add().to_owned(),
        fields: vec![
            FormField { label: said::builder_path().into(), options: paths, ..FormField::default() },
            FormField { label: said::builder_operator().into(), options: operators.collect(), ..FormField::default() },
            FormField { label: said::builder_value().into(), ..FormField::default() },
        ],
        ..FormPart::default()
    }
}

/// What conditions are made of.
fn explained() -> Vec<(String, String)> {
    let rows = [
        ("payload.…", said::how_payload()),
        ("meta.request.ip", said::path_ip()),
        ("meta.request.time", said::path_time()),
        ("meta.client.name", said::path_client()),
        ("meta.client.version", said::path_client_version()),
        ("meta.auth.method", said::path_method()),
        ("meta.auth.mfa", said::path_mfa()),
        ("meta.oauth.user_verified", said::path_verified()),
        ("meta.oauth.scopes", said::path_scopes()),
        ("session.labels", said::path_labels()),
        ("subject.department, subject.title, subject.team, subject.email, subject.role", said::path_person()),
        ("subject.groups, subject.job_roles", said::path_groups()),
        ("equals, not_equals", said::how_compare()),
        ("in, not_in", said::how_list()),
        ("contains, begins_with, ends_with, not_contains, not_begins_with, not_ends_with", said::how_parts()),
        ("matches, not_matches", said::how_pattern()),
        ("less, less_or_equal, greater, greater_or_equal", said::how_number()),
        ("exists, not_exists", said::how_there()),
        ("in_ip_range, not_in_ip_range", said::how_ip()),
        ("between_times, not_between_times", said::how_time()),
        ("within_path, not_within_path", said::how_within()),
        ("all:, any:, none:", said::how_groups()),
    ];
    rows.map(|(words, what)| (words.to_owned(), what.to_owned())).to_vec()
}

fn radio(options: &[(&str, &str, &str)]) -> Options {
    options.iter().map(|(value, words, help)| ((*value).into(), (*words).into(), (*help).into())).collect()
}

/// A field of the rule; a name that ends in `][` takes several values.
fn field(kind: FieldKind, name: &str, label: &str, help: &str) -> FormField {
    FormField { kind, name: format!("rule[{name}]"), label: label.into(), help: help.into(), ..FormField::default() }
}

impl FormField {
    fn with(self, value: &str) -> Self {
        Self { values: vec![value.to_owned()], ..self }
    }

    fn with_all(self, values: &[String]) -> Self {
        Self { values: values.to_vec(), ..self }
    }

    fn offering(self, options: Options) -> Self {
        Self { options, ..self }
    }

    fn like(self, example: &str) -> Self {
        Self { example: example.to_owned(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::convert::tests::rule;
    use super::*;

    fn names(data: &RuleFormData) -> Vec<&str> {
        data.parts.iter().flat_map(|part| &part.fields).map(|field| field.name.as_str()).collect()
    }

    #[test]
    fn what_can_be_written_in_conditions_is_explained() {
        let rows = explained();
        let told = |word: &str| rows.iter().any(|(words, _)| words.split(", ").any(|one| one == word));
        for path in policy::PATHS {
            assert!(told(path), "{path}");
        }
        for operator in domain::Operator::ALL {
            assert!(told(operator.as_str()), "{operator}");
        }
    }

    #[test]
    fn a_rule_keeps_whom_and_what_the_form_does_not_offer() {
        let view = RuleView { rule: rule(), principal_name: "Ada".into(), server_name: "Wiki".into(), in_force: true };
        let data = of_rule(&view, Offered::default());
        let field =
            |name: &str| data.parts.iter().flat_map(|part| &part.fields).find(|field| field.name == name).unwrap();
        let (who, servers) = (field("rule[principal][]"), field("rule[servers][]"));
        assert_eq!((who.options[0].1.as_str(), servers.options[0].1.as_str()), ("Ada", "Wiki"));
        assert_eq!((&who.values[0], &servers.values[0]), (&who.options[0].0, &servers.options[0].0));
        assert!(data.templates.is_empty());
    }

    #[test]
    fn a_global_rule_can_only_deny_and_has_no_servers() {
        let offered = Offered { servers: vec![("srv_1".into(), "Wiki".into(), String::new())], ..Offered::default() };
        let now = "2026-03-12T09:00:00Z".parse().unwrap();
        let global = of_new(None, "", offered.clone(), now);
        assert!(!names(&global).contains(&"rule[servers][]"));
        let effect =
            global.parts.iter().flat_map(|part| &part.fields).find(|field| field.name == "rule[effect]").unwrap();
        assert_eq!((effect.kind, effect.values[0].as_str()), (FieldKind::Hidden, "deny"));
        let own = of_new(Some(rule().servers[0]), "", offered, now);
        assert!(names(&own).contains(&"rule[servers][]"));
    }
}
