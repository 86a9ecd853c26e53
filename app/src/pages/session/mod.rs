//! `/login`, and the pages of one-time links: `/setup`, `/invite`, `/reset`.

pub mod api;

use api::{AcceptLink, OpenLink, SignIn};
use domain::{LinkKind, LinkView, Problem, SecretText};
use leptos_meta::Title;

use crate::prelude::*;

/// `/login?next=…`: email and password.
#[component]
pub fn LoginPage() -> impl IntoView {
    let sign_in = use_form::<SignIn>();
    let next = query("next");
    view! {
        <Title text=format!("{} · Drawbridge", text::common::sign_in())/>
        <div class="bare-card">
            <h1 class="bare-title">{text::common::sign_in()}</h1>
            {context().needs_setup().then(|| view! {
                <Callout tone=Tone::Info title=text::session::no_administrator()><p>{text::session::no_administrator_text()}</p></Callout>
            })}
            <Form form=sign_in plain=true>
                <Hidden name="next" value=next.get_untracked().unwrap_or_else(|| "/".to_owned())/>
                <TextField name="email" label=text::common::email() kind="email" required=true autocomplete="username"/>
                <SecretInput name="password" label=text::common::password() required=true autocomplete="current-password"/>
                <Submit>{text::common::sign_in()}</Submit>
            </Form>
            <p class="bare-note">{text::session::forgot_password()}</p>
        </div>
    }
}

/// `/setup?token=…`: makes the first administrator.
#[component]
pub fn SetupPage() -> impl IntoView {
    view! { <LinkPage kind=LinkKind::Setup/> }
}

/// `/invite?token=…`: lets an invited person in.
#[component]
pub fn InvitePage() -> impl IntoView {
    view! { <LinkPage kind=LinkKind::Invite/> }
}

/// `/reset?token=…`: sets a new password.
#[component]
pub fn ResetPage() -> impl IntoView {
    view! { <LinkPage kind=LinkKind::Reset/> }
}

/// The page of a one-time link.
#[component]
fn LinkPage(kind: LinkKind) -> impl IntoView {
    let token = query("token");
    let accept = use_form::<AcceptLink>();
    let link = load_checked(move || {
        let token = token.get().ok_or_else(|| AppError(Problem::not_found("link")))?;
        Ok(OpenLink { token: SecretText::new(token), kind })
    });
    let title = match kind {
        LinkKind::Setup => text::session::setup_title(),
        LinkKind::Invite => text::session::invite_title(),
        LinkKind::Reset => text::session::reset_title(),
    };
    view! {
        <Title text=format!("{title} · Drawbridge")/>
        <div class="bare-card">
            <h1 class="bare-title">{title}</h1>
            <Suspense fallback=|| view! { <Skeleton rows=4/> }>
                {move || Suspend::new(async move {
                    match link.get().await {
                        Ok(link) => view! {
                            <LinkForm link=link accept=accept token=token.get_untracked().unwrap_or_default()/>
                        }.into_any(),
                        Err(AppError(Problem::NotFound { .. })) => view! { <DeadLink kind=kind/> }.into_any(),
                        Err(error) => view! { <ErrorView error=error/> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}

#[component]
fn LinkForm(link: LinkView, accept: FormState<AcceptLink>, token: String) -> impl IntoView {
    let person = link.name.clone().filter(|name| !name.is_empty()).or_else(|| link.email.clone()).unwrap_or_default();
    let (intro, action) = match link.kind {
        LinkKind::Setup => (text::session::setup_intro().to_owned(), text::session::create_account()),
        LinkKind::Invite => (text::session::invite_intro(&person), text::session::join()),
        LinkKind::Reset => (text::session::reset_intro(&person), text::session::set_password()),
    };
    let is_setup = link.kind == LinkKind::Setup;
    view! {
        <p class="bare-intro">{intro}</p>
        <Form form=accept plain=true>
            <Hidden name="token" value=token/>
            {is_setup.then(|| view! {
                <TextField name="name" label=text::session::your_name() required=true autocomplete="name"/>
                <TextField name="email" label=text::common::email() kind="email" required=true autocomplete="username"/>
            })}
            {(!is_setup).then(|| view! {
                // For password managers: they file the new password under this name.
                <input type="hidden" name="username" autocomplete="username" value=link.email.clone().unwrap_or_default()/>
            })}
            <SecretInput
                name="password" label=text::common::password() required=true autocomplete="new-password"
                help=text::session::password_help()
            />
            <Submit>{action}</Submit>
        </Form>
    }
}

/// A link that was used, has expired, or never was one.
#[component]
fn DeadLink(kind: LinkKind) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::ssr::set_status(404);
    let advice = match kind {
        LinkKind::Setup => text::session::dead_setup(),
        LinkKind::Invite => text::session::dead_invite(),
        LinkKind::Reset => text::session::dead_reset(),
    };
    view! {
        <Callout tone=Tone::Warning title=text::session::dead_link()><p>{advice}</p></Callout>
        <div class="cluster"><LinkButton href="/login">{text::session::go_to_sign_in()}</LinkButton></div>
    }
}
