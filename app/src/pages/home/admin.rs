//! The organisation at a glance.

use domain::{AdminHome, Compared, Denial};

use crate::pages::audit::{client, who};
use crate::pages::requests::RequestList;
use crate::prelude::*;

#[component]
pub(super) fn AdminView(admin: AdminHome, by_hour: ChartData, top_tools: ChartData) -> impl IntoView {
    let today = context().now().get_untracked().format("%Y-%m-%d").to_string();
    let compared = |numbers: Option<Compared>, more_is_good, with| {
        numbers.map(|Compared { now, before }| Delta { now, before, more_is_good, with })
    };
    let AdminHome { pending, pending_count, calls_today, failures_today, denials_today, .. } = admin;
    let trend: Vec<u64> = admin.by_hour.iter().map(|hour| hour.calls).collect();
    let yesterday = text::home::against_yesterday();
    let calls_delta = compared(admin.calls_compared, None, yesterday);
    let people_delta = compared(admin.active_compared, Some(true), text::home::against_week());
    let denials_delta = compared(admin.denials_compared, Some(false), yesterday);
    let tone = |some: bool, tone: Tone| if some { tone } else { Tone::Neutral };
    let waiting_tone = tone(pending_count > 0, Tone::Warning);
    let failures_tone = tone(failures_today > 0, Tone::Danger);
    let denials_tone = tone(denials_today > 0, Tone::Warning);
    let waiting = if pending_count == 0 { text::home::pending_none() } else { text::home::pending_hint() };
    // Failures are what one wants to look at first.
    let outcome = if failures_today > 0 { "tool_call_failure" } else { "tool_call_success" };
    let calls_href = link("/audit", &[("from", &today), ("action", outcome)]);
    let denials_href = link("/audit", &[("from", &today), ("action", "access_denied")]);
    view! {
        <section class="stats" aria-label=text::home::today()>
            <StatCard
                label=text::home::pending()
                value=number(pending_count)
                hint=waiting
                href="/inbox"
                tone=waiting_tone
            />
            <StatCard
                label=text::home::calls_today()
                value=number(calls_today)
                hint=text::home::calls_failed(failures_today)
                delta=calls_delta
                trend=trend
                href=calls_href
                tone=failures_tone
            />
            <StatCard label=text::home::active_people() value=number(admin.active_users) hint=text::home::active_people_hint(admin.users) delta=people_delta href="/users"/>
            <StatCard
                label=text::home::denied_today()
                value=number(denials_today)
                hint=text::home::denied_today_hint()
                delta=denials_delta
                href=denials_href
                tone=denials_tone
            />
            <StatCard label=text::home::active_servers() value=number(admin.active_servers) hint=text::home::active_servers_hint() href="/servers"/>
        </section>
        <div class="grid-2">
            <ChartCard
                title=text::home::by_hour()
                description=text::home::by_hour_description()
                chart=by_hour
                empty=text::home::by_hour_empty()
            />
            <ChartCard
                title=text::home::top_tools()
                description=text::home::top_tools_description()
                chart=top_tools
                empty=text::home::top_tools_empty()
            />
        </div>
        <div class="grid-2">
            <Card
                title=text::home::waiting()
                flush=true
                actions=|| view! { <LinkButton href="/inbox" small=true>{text::home::waiting_open()}</LinkButton> }
            >
                {if pending.is_empty() {
                    view! { <EmptyState icon="inbox" title=text::home::waiting_empty() text=text::home::waiting_empty_text()/> }.into_any()
                } else {
                    view! { <RequestList requests=pending base="/inbox" with_requester=true/> }.into_any()
                }}
            </Card>
            <Card
                title=text::home::denials()
                flush=true
                actions=|| view! { <LinkButton href="/audit?action=access_denied" small=true>{text::common::see_all()}</LinkButton> }
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
            <EmptyState icon="shield-check" title=text::home::denials_empty() text=text::home::denials_empty_text()/>
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
