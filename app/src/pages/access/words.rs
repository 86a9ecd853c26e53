//! Who has access to what, in the language of the visitor. On the server, so that the browser gets words and no code.

use domain::{
    Capability, GroupId, PageQuery, Principal, PrincipalKind, Problem, Rule, RuleView, ServerAccess, ServerId,
    Standing, UserId,
};
use service::{Caller, Services};

use super::api::{AccessData, AccessLine};
use crate::error::AppError;
use crate::pages::rules::api::whom;
use crate::text::said::access as said;

/// By how many days a rule is extended.
const EXTENSIONS: [u32; 2] = [30, 90];

/// What a person may use.
///
/// # Errors
/// As [`Services::access_of_user`]: `Forbidden` for those who may not know.
pub async fn of_user(services: &Services, caller: &Caller, id: UserId) -> Result<AccessData, AppError> {
    let access = services.access_of_user(caller, id).await?;
    let principal = format!("user:{id}");
    let line = |one| server_line(caller, one, &principal, crate::pages::users::api::whose);
    Ok(AccessData {
        title: said::title().to_owned(),
        description: said::of_person().to_owned(),
        lines: access.into_iter().map(line).collect(),
        empty: said::none().to_owned(),
        empty_help: said::person_none().to_owned(),
        ..AccessData::default()
    })
}

/// What the rules of a group open and deny.
///
/// # Errors
/// As [`Services::access_of_group`].
pub async fn of_group(
    services: &Services,
    caller: &Caller,
    id: GroupId,
    kind: PrincipalKind,
) -> Result<AccessData, AppError> {
    let access = services.access_of_group(caller, id).await?;
    let principal = format!("{kind}:{id}");
    let line = |one| server_line(caller, one, &principal, whom);
    Ok(AccessData {
        title: said::title().to_owned(),
        description: said::of_group().to_owned(),
        lines: access.into_iter().map(line).collect(),
        empty: said::none().to_owned(),
        empty_help: said::group_none().to_owned(),
        ..AccessData::default()
    })
}

/// Who may use a server.
///
/// # Errors
/// As [`Services::access_of_server`].
pub async fn of_server(
    services: &Services,
    caller: &Caller,
    server: ServerId,
    cursor: Option<String>,
) -> Result<AccessData, AppError> {
    let audience = services.access_of_server(caller, server, &PageQuery { cursor, limit: None }).await?;
    let page = audience.page.map(|one| {
        let principal = format!("user:{}", one.person);
        let href = format!("/users/{}", one.person);
        line(caller, (href, one.person_name), server, principal, one.standing, whom)
    });
    Ok(AccessData {
        title: said::who_has_access().to_owned(),
        description: said::of_server(audience.total),
        people: true,
        lines: page.data,
        next: page.next_cursor,
        empty: said::nobody().to_owned(),
        empty_help: said::nobody_help().to_owned(),
    })
}

fn server_line(caller: &Caller, access: ServerAccess, principal: &str, who: fn(&RuleView) -> String) -> AccessLine {
    let ServerAccess { server, server_name, standing } = access;
    let href = format!("/servers/{server}?tab=permissions");
    line(caller, (href, server_name), server, principal.to_owned(), standing, who)
}

fn line(
    caller: &Caller,
    (href, name): (String, String),
    server: ServerId,
    principal: String,
    standing: Standing,
    who: fn(&RuleView) -> String,
) -> AccessLine {
    let tools = match (standing.allowed, standing.conditional) {
        (false, _) => said::denied().to_owned(),
        (true, false) => said::tools(standing.tools_allowed, standing.tools),
        (true, true) => said::tools_under_conditions(standing.tools_allowed, standing.tools),
    };
    let button = match (standing.allowed, standing.block) {
        _ if !caller.can(Capability::ManagePolicies) => None,
        (_, Some(_)) => Some((true, said::unblock().to_owned())),
        (true, None) => Some((false, said::block().to_owned())),
        // Denied by a rule about others, too: that is changed on its page.
        (false, None) => None,
    };
    let rules = crate::ssr::spoken(standing.rules);
    AccessLine {
        href,
        name,
        tools,
        denied: !standing.allowed,
        rules: rules.iter().map(|view| (view.rule.id.to_string(), who(view))).collect(),
        until: standing.until,
        server: server.to_string(),
        principal,
        button,
    }
}

/// A principal as the form has it.
///
/// # Errors
/// `Invalid` for what is none.
pub fn principal(text: &str) -> Result<Principal, AppError> {
    let wrong = || AppError(Problem::field("principal", said::unknown_principal().to_owned()));
    let (kind, id) = text.split_once(':').ok_or_else(wrong)?;
    Ok(Principal::named(kind.parse().map_err(|_| wrong())?, vec![id.to_owned()]))
}

/// By how many days a rule can be extended, with words; none for one without an end.
pub fn extensions(rule: &Rule) -> Vec<(String, String)> {
    let days = rule.ends_at.map(|_| EXTENSIONS).into_iter().flatten();
    days.map(|days| (days.to_string(), said::extend(days))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_comes_back_from_its_form() {
        let id = "usr_01900000000070008000000000000001";
        let read = principal(&format!("user:{id}")).unwrap();
        assert_eq!((read.kind, read.only_id()), (PrincipalKind::User, Some(id)));
        for wrong in ["", "user", "nobody:usr_1"] {
            assert!(principal(wrong).is_err(), "{wrong}");
        }
    }
}
