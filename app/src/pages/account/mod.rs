//! `/account`: the person's own profile, password and sessions.

pub mod api;

use api::{ChangePassword, EndSession, OwnProfile};
use domain::{SessionView, UserProfile};

use crate::pages::session::api::SignOut;
use crate::prelude::*;

/// `/account`.
#[component]
pub fn AccountPage() -> impl IntoView {
    let profile = load(|| OwnProfile {});
    let change = use_form::<ChangePassword>();
    let end = use_form::<EndSession>();
    let sign_out = use_form::<SignOut>();
    view! {
        <PageHeader title=text::account::title() description=text::account::description()/>
        <Load resource=profile let:profile>
            <div class="stack">
                <div class="grid-2">
                    <ProfileCard profile=profile.clone()/>
                    <Card title=text::common::password() description=text::account::password_description()>
                        <Form form=change>
                            <SecretInput name="current" label=text::account::current_password() required=true autocomplete="current-password"/>
                            <SecretInput name="new" label=text::account::new_password() required=true autocomplete="new-password" help=text::account::new_password_help()/>
                            <div class="cluster"><Submit variant=Variant::Secondary>{text::account::change_password()}</Submit></div>
                        </Form>
                    </Card>
                </div>
                <Card title=text::common::sessions() description=text::account::sessions_description() flush=true>
                    <DataTable
                        label=text::common::sessions()
                        columns=session_columns()
                        rows=profile.sessions
                        row=move |session: SessionView| {
                            let action = if session.current {
                                view! { <ActionButton form=sign_out plain=true small=true variant=Variant::Quiet>{text::common::sign_out()}</ActionButton> }.into_any()
                            } else {
                                let fields = vec![("id", session.id.to_string()), ("back", "/account".to_owned())];
                                view! { <ActionButton form=end fields=fields small=true variant=Variant::Quiet>{text::account::end()}</ActionButton> }.into_any()
                            };
                            session_row(session, action)
                        }
                    />
                </Card>
            </div>
        </Load>
    }
}

#[component]
fn ProfileCard(profile: UserProfile) -> impl IntoView {
    let UserProfile { user, groups, .. } = profile;
    let groups = groups.into_iter().map(|group| group.name).collect::<Vec<_>>().join(", ");
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    view! {
        <Card title=text::account::profile() description=text::account::profile_description()>
            <Facts>
                <Fact label=text::common::name()>{user.name}</Fact>
                <Fact label=text::common::email()>{user.email.to_string()}</Fact>
                <Fact label=text::common::title()>{or_dash(user.title)}</Fact>
                <Fact label=text::common::team()>{or_dash(user.team)}</Fact>
                <Fact label=text::common::department()>{or_dash(user.department)}</Fact>
                <Fact label=text::common::role()><StateBadge state=user.role/></Fact>
                <Fact label=text::common::groups()>{or_dash(groups)}</Fact>
            </Facts>
        </Card>
    }
}

/// The columns of a table of sessions.
pub(crate) fn session_columns() -> Vec<Column> {
    vec![
        Column::new(text::account::browser()).wide(),
        Column::new(text::common::address()),
        Column::new(text::account::last_seen()),
        Column::new(text::account::signed_in()),
        Column::new(text::common::action()).actions(),
    ]
}

/// A session as a row of a table.
pub(crate) fn session_row(session: SessionView, action: AnyView) -> Row {
    let browser = browser_name(session.user_agent.as_deref().unwrap_or_default());
    let browser = view! {
        <span class="cluster">
            {browser}
            {session.current.then(|| view! { <Badge tone=Tone::Success>{text::account::this_session()}</Badge> })}
        </span>
    };
    let ip = view! { <span class="num">{session.ip.unwrap_or_else(|| "–".to_owned())}</span> };
    Row::new(cells![
        browser,
        ip,
        view! { <Time at=session.last_seen_at/> },
        view! { <Time at=session.created_at/> },
        action
    ])
}

/// The browser and system that a user agent claims to be; the text itself when it is none of the usual ones.
fn browser_name(agent: &str) -> String {
    let browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => text::account::browser_on(browser, system),
        (Some(browser), None) => browser.to_owned(),
        _ if agent.is_empty() => text::account::unknown_browser().to_owned(),
        _ => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn browsers_are_named() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
        assert_eq!(browser_name(chrome), "Chrome on Linux");
        assert_eq!(browser_name(&format!("{chrome} Edg/130.0")), "Edge on Linux");
        assert_eq!(browser_name(""), "Unknown browser");
        assert_eq!(browser_name("curl/8"), "curl/8");
    }
}
