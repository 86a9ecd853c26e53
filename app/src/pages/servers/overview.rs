//! What a server is, and whether it works.

use domain::{ServerDetail, ServerId, Speaks};

use super::api::{LimitRows, TestServer};
use super::detail::Forms;
use crate::prelude::*;

/// The first tab of a server's page.
#[component]
pub fn OverviewTab(
    /// The server.
    detail: ServerDetail,
    /// Its limits: [`LimitRows`].
    limits: Later,
    /// The forms of the page.
    forms: Forms,
) -> impl IntoView {
    let limits = limits.read::<LimitRows>().unwrap_or_default();
    let limits = limits
        .into_iter()
        .map(|row| {
            let [_, label, _, value] = <[String; 4]>::try_from(row).unwrap_or_default();
            view! { <Fact label=label>{value}</Fact> }
        })
        .collect_view();
    let ServerDetail { server, test, spoken, proxy_url, owner, .. } = detail;
    let tested =
        test.as_ref().and_then(|test| Some((format!("MCP {}", test.protocol_version.as_ref()?), test.tested_at)));
    let asked = spoken.map(|spoken| (protocols(spoken.speaks), spoken.at));
    // The test knows the very revision; what the gateway heard may be newer.
    let mut speaks: Vec<_> = tested.into_iter().chain(asked).collect();
    speaks.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    let speaks = if speaks.is_empty() {
        view! { <span class="muted">{text::servers::speaks_unknown()}</span> }.into_any()
    } else {
        let line = |(which, at)| {
            let [before_time, after_time] = text::servers::found_out_around();
            view! { <div>{which}" · "{before_time}<Time at=at/>{after_time}</div> }
        };
        speaks.into_iter().map(line).collect_view().into_any()
    };
    let names = |names: Vec<String>| {
        names.into_iter().map(|name| view! { <code class="mono chip">{name}</code> }).collect_view()
    };
    let owner = owner.map(|user| {
        view! {
            <Fact label=text::servers::owner()><a href=format!("/users/{}", user.id)>{user.name.clone()}</a></Fact>
        }
    });
    let (headers, env) = (server.header_names, server.env_names);
    let id = server.id;
    let [before_link, after_link] = text::servers::for_clients_help_around();
    let connector = format!("/connectors/{}", server.slug);
    view! {
        <div class="columns">
            <div class="stack">
                <Card title=text::servers::for_clients()>
                    <div class="stack">
                        <CodeBlock code=proxy_url label=text::servers::proxy_url()/>
                        <p class="field-help">
                            {before_link}<a href=connector>{text::servers::see_as_user()}</a>{after_link}
                        </p>
                    </div>
                </Card>
                <Card title=text::servers::test()>
                    <div class="stack" aria-live="polite">
                        {match test {
                            Some(report) => view! { <TestSteps report=report/> }.into_any(),
                            None => view! { <p class="muted">{text::servers::test_none()}</p> }.into_any(),
                        }}
                        <TestButton id=id form=forms.test/>
                    </div>
                </Card>
            </div>
            <div class="stack">
                <Card title=text::servers::about()>
                    <Facts>
                        <Fact label=text::common::slug()><code class="mono">{server.slug.to_string()}</code></Fact>
                        <Fact label=text::servers::url()><code class="mono break">{server.url}</code></Fact>
                        <Fact label=text::common::transport()>{server.transport.words()}</Fact>
                        <Fact label=text::servers::speaks()>{speaks}</Fact>
                        <Fact label=text::common::authentication()>{server.auth.words()}</Fact>
                        {(!headers.is_empty()).then(|| view! { <Fact label=text::servers::headers_sealed()><span class="cluster">{names(headers)}</span></Fact> })}
                        {(!env.is_empty()).then(|| view! { <Fact label=text::servers::env_sealed()><span class="cluster">{names(env)}</span></Fact> })}
                        <Fact label=text::common::risk()><StateBadge state=server.risk/></Fact>
                        <Fact label=text::servers::private_network()>{if server.allow_private { text::servers::private_allowed() } else { text::servers::private_not_allowed() }}</Fact>
                        {owner}
                        {server.catalog_name.map(|name| view! {
                            <Fact label=text::servers::catalog_entry()><a href=link("/catalog/entry", &[("name", &name)])>{name.clone()}</a></Fact>
                        })}
                        <Fact label=text::servers::added()><Time at=server.created_at/></Fact>
                        <Fact label=text::servers::changed()><Time at=server.updated_at/></Fact>
                    </Facts>
                </Card>
                <Card title=text::servers::health()>
                    <Facts>
                        <Fact label=text::common::state()><StatusDot tone=server.health.tone() label=server.health.label()/></Fact>
                        <Fact label=text::servers::since()><OptionalTime at=server.health_at none=text::servers::since_none()/></Fact>
                        {server.health_detail.map(|detail| view! { <Fact label=text::servers::detail()>{detail}</Fact> })}
                    </Facts>
                </Card>
                <Card title=text::servers::limits()>
                    <Facts>{limits}</Facts>
                </Card>
            </div>
        </div>
    }
}

/// Tests the connection; says that it takes a while.
#[component]
pub(super) fn TestButton(id: ServerId, form: FormState<TestServer>) -> impl IntoView {
    view! {
        <div class="cluster">
            <ActionButton form=form fields=vec![("id", id.to_string())] icon="plug-zap">{text::common::test_connection()}</ActionButton>
            <span class="muted" role="status">{move || form.pending().then(text::servers::test_busy)}</span>
        </div>
    }
}

/// What a server speaks, in words.
fn protocols(speaks: Speaks) -> String {
    let (stateless, sessions) = (text::servers::protocol_stateless(), text::servers::protocol_sessions());
    match speaks {
        Speaks::Stateless => stateless.to_owned(),
        Speaks::Both => format!("{stateless}, {sessions}"),
        Speaks::Sessions => sessions.to_owned(),
        Speaks::HttpSse => text::servers::protocol_http_sse().to_owned(),
    }
}
