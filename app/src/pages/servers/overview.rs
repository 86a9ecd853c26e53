//! What a server is, and whether it works.

use domain::{ServerDetail, ServerId};

use super::api::TestServer;
use super::detail::Forms;
use crate::prelude::*;

#[component]
pub(super) fn OverviewTab(detail: ServerDetail, forms: Forms) -> impl IntoView {
    let ServerDetail { server, test, proxy_url, owner, .. } = detail;
    let names = |names: Vec<String>| {
        names.into_iter().map(|name| view! { <code class="mono chip">{name}</code> }).collect_view()
    };
    let owner = owner.map(|user| {
        view! {
            <Fact label="Owner"><a href=format!("/users/{}", user.id)>{user.name.clone()}</a></Fact>
        }
    });
    let (headers, env) = (server.header_names, server.env_names);
    let id = server.id;
    let connector = format!("/connectors/{}", server.slug);
    view! {
        <div class="columns">
            <div class="stack">
                <Card title="For clients">
                    <div class="stack">
                        <CodeBlock code=proxy_url label="Address of this server in Drawbridge"/>
                        <p class="field-help">
                            "People whom a rule allows find links and snippets for their clients under My connectors. "
                            <a href=connector>"See it as a user"</a>" (if a rule allows you)."
                        </p>
                    </div>
                </Card>
                <Card title="Connection test">
                    <div class="stack" aria-live="polite">
                        {match test {
                            Some(report) => view! { <TestSteps report=report/> }.into_any(),
                            None => view! { <p class="muted">"Not tested since its address was set."</p> }.into_any(),
                        }}
                        <TestButton id=id form=forms.test/>
                    </div>
                </Card>
            </div>
            <div class="stack">
                <Card title="About">
                    <Facts>
                        <Fact label="Slug"><code class="mono">{server.slug.to_string()}</code></Fact>
                        <Fact label="Server address"><code class="mono break">{server.url}</code></Fact>
                        <Fact label="Transport">{server.transport.label()}</Fact>
                        <Fact label="Authentication">{server.auth.label()}</Fact>
                        {(!headers.is_empty()).then(|| view! { <Fact label="Headers (values sealed)"><span class="cluster">{names(headers)}</span></Fact> })}
                        {(!env.is_empty()).then(|| view! { <Fact label="Environment (values sealed)"><span class="cluster">{names(env)}</span></Fact> })}
                        <Fact label="Risk"><StateBadge state=server.risk/></Fact>
                        <Fact label="Private network">{if server.allow_private { "allowed" } else { "not allowed" }}</Fact>
                        {owner}
                        {server.catalog_name.map(|name| view! {
                            <Fact label="Catalog entry"><a href=link("/catalog/entry", &[("name", &name)])>{name.clone()}</a></Fact>
                        })}
                        <Fact label="Added"><Time at=server.created_at/></Fact>
                        <Fact label="Changed"><Time at=server.updated_at/></Fact>
                    </Facts>
                </Card>
                <Card title="Health">
                    <Facts>
                        <Fact label="State"><StatusDot tone=server.health.tone() label=server.health.label()/></Fact>
                        <Fact label="Since"><OptionalTime at=server.health_at none="none yet"/></Fact>
                        {server.health_detail.map(|detail| view! { <Fact label="Detail">{detail}</Fact> })}
                    </Facts>
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
            <ActionButton form=form fields=vec![("id", id.to_string())] icon="plug-zap">"Test connection"</ActionButton>
            <span class="muted" role="status">{move || form.pending().then_some("Connecting…")}</span>
        </div>
    }
}
