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
        <Title text="Sign in · Drawbridge"/>
        <div class="bare-card">
            <h1 class="bare-title">"Sign in"</h1>
            <Form form=sign_in plain=true>
                <Hidden name="next" value=next.get_untracked().unwrap_or_else(|| "/".to_owned())/>
                <TextField name="email" label="Email" kind="email" required=true autocomplete="username"/>
                <SecretInput name="password" label="Password" required=true autocomplete="current-password"/>
                <Submit>"Sign in"</Submit>
            </Form>
            <p class="bare-note">"Forgot your password? An administrator can make a link for you that sets a new one."</p>
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
        LinkKind::Setup => "Set up Drawbridge",
        LinkKind::Invite => "Welcome to Drawbridge",
        LinkKind::Reset => "Set a new password",
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
        LinkKind::Setup => (
            "You are the first one here. This account will be the administrator who invites everybody else.".to_owned(),
            "Create account",
        ),
        LinkKind::Invite => (format!("Hello {person}. Choose a password and you are in."), "Join"),
        LinkKind::Reset => {
            (format!("Hello {person}. Choose a new password. All open sessions will be ended."), "Set password")
        }
    };
    let is_setup = link.kind == LinkKind::Setup;
    view! {
        <p class="bare-intro">{intro}</p>
        <Form form=accept plain=true>
            <Hidden name="token" value=token/>
            {is_setup.then(|| view! {
                <TextField name="name" label="Your name" required=true autocomplete="name"/>
                <TextField name="email" label="Email" kind="email" required=true autocomplete="username"/>
            })}
            {(!is_setup).then(|| view! {
                // For password managers: they file the new password under this name.
                <input type="hidden" name="username" autocomplete="username" value=link.email.clone().unwrap_or_default()/>
            })}
            <SecretInput
                name="password" label="Password" required=true autocomplete="new-password"
                help="At least 12 characters. A few words that only you would put together work well."
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
        LinkKind::Setup => {
            "Setup links work once, for 24 hours, and only until there is an administrator. Start the server again to \
             get a new one on its terminal, or sign in if you have an account."
        }
        LinkKind::Invite => {
            "Invitations work once. Ask an administrator for a new link, or sign in if you have joined already."
        }
        LinkKind::Reset => "Links for a new password work once. Ask an administrator for a new one.",
    };
    view! {
        <Callout tone=Tone::Warning title="This link does not work any more"><p>{advice}</p></Callout>
        <div class="cluster"><LinkButton href="/login">"Go to sign-in"</LinkButton></div>
    }
}
