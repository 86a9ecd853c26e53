//! The organisation at a glance.

use domain::{AdminHome, Denial};

use crate::pages::audit::{client, who};
use crate::pages::requests::RequestList;
use crate::prelude::*;

#[component]
pub(super) fn AdminView(admin: AdminHome, by_hour: ChartData, top_tools: ChartData) -> impl IntoView {
    let today = context().now().get_untracked().format("%Y-%m-%d").to_string();
    let AdminHome { pending, pending_count, calls_today, failures_today, denials_today, .. } = admin;
    let failures = match failures_today {
        0 => "none failed".to_owned(),
        n => format!("{} failed", number(n)),
    };
    let people = format!("of {} people, last 7 days", number(admin.users));
    let tone = |some: bool, tone: Tone| if some { tone } else { Tone::Neutral };
    let waiting_tone = tone(pending_count > 0, Tone::Warning);
    let failures_tone = tone(failures_today > 0, Tone::Danger);
    let denials_tone = tone(denials_today > 0, Tone::Warning);
    let waiting = if pending_count == 0 { "nothing waits" } else { "waiting for a decision" };
    // Failures are what one wants to look at first.
    let outcome = if failures_today > 0 { "tool_call_failure" } else { "tool_call_success" };
    let calls_href = link("/audit", &[("from", &today), ("action", outcome)]);
    let denials_href = link("/audit", &[("from", &today), ("outcome", "denied")]);
    view! {
        <section class="stats" aria-label="Today">
            <StatCard
                label="Pending requests"
                value=number(pending_count)
                hint=waiting
                href="/inbox"
                tone=waiting_tone
            />
            <StatCard
                label="Calls today"
                value=number(calls_today)
                hint=failures
                href=calls_href
                tone=failures_tone
            />
            <StatCard label="Active people" value=number(admin.active_users) hint=people href="/users"/>
            <StatCard
                label="Denied today"
                value=number(denials_today)
                hint="calls and changes refused"
                href=denials_href
                tone=denials_tone
            />
            <StatCard label="Active servers" value=number(admin.active_servers) hint="can be called" href="/servers"/>
        </section>
        <div class="grid-2">
            <ChartCard
                title="Calls by hour"
                description="The last 24 hours, in UTC."
                chart=by_hour
                empty="No calls in the last 24 hours. They appear here as soon as a client calls a tool through Drawbridge."
            />
            <ChartCard
                title="Top tools"
                description="Most calls in the last 7 days."
                chart=top_tools
                empty="No calls in the last 7 days."
            />
        </div>
        <div class="grid-2">
            <Card
                title="Requests that wait"
                flush=true
                actions=|| view! { <LinkButton href="/inbox" small=true>"Open the inbox"</LinkButton> }
            >
                {if pending.is_empty() {
                    view! { <EmptyState icon="inbox" title="Nothing to decide" text="New requests appear here and in the inbox."/> }.into_any()
                } else {
                    view! { <RequestList requests=pending base="/inbox" with_requester=true/> }.into_any()
                }}
            </Card>
            <Card
                title="Recent denials"
                flush=true
                actions=|| view! { <LinkButton href="/audit?outcome=denied" small=true>"See all"</LinkButton> }
            >
                <Denials denials=admin.denials/>
            </Card>
        </div>
    }
}

#[component]
fn Denials(denials: Vec<Denial>) -> impl IntoView {
    if denials.is_empty() {
        return view! {
            <EmptyState icon="shield-check" title="No denials" text="Calls and changes that a policy refuses appear here with the reason."/>
        }
        .into_any();
    }
    let items = denials
        .into_iter()
        .map(|Denial { row }| {
            let target = match (&row.server, &row.tool) {
                (Some(server), Some(tool)) => format!("{server} / {tool}"),
                (Some(server), None) => server.clone(),
                _ => row.action.label(),
            };
            let client = client(&row).map(|client| format!(" · {client}")).unwrap_or_default();
            view! {
                <li class="line">
                    <div class="line-text">
                        <a class="row-link line-title" href=format!("/audit/{}", row.id)>{target}</a>
                        <span class="line-detail">{who(&row)}{client}{row.reason.map(|why| format!(" · {why}"))}</span>
                    </div>
                    <span class="muted"><Time at=row.at/></span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lines">{items}</ul> }.into_any()
}
