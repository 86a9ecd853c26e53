//! The home page: the organisation for those who run it, and everybody's own view.

mod admin;
pub mod api;
mod employee;

use admin::AdminView;
use api::{GetHome, HomePageData};
use employee::EmployeeView;

use crate::prelude::*;

/// `/`: the home page.
#[component]
pub fn HomePage() -> impl IntoView {
    let data = load(|| GetHome {});
    let name = move || me().with_untracked(|me| me.as_ref().map(|me| first_name(&me.user.name)).unwrap_or_default());
    view! {
        <PageHeader title=text::home::welcome(&name())/>
        <Load resource=data rows=12 let:data>
            <HomeView data=data/>
        </Load>
    }
}

#[component]
fn HomeView(data: HomePageData) -> impl IntoView {
    let HomePageData { home, by_hour, top_tools } = data;
    let admin = home.admin.map(|admin| view! { <AdminView admin=admin by_hour=by_hour top_tools=top_tools/> });
    view! {
        <div class="stack">
            {admin}
            <EmployeeView employee=home.employee/>
        </div>
    }
}

/// The part of a name that people are greeted with.
fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}
