//! Views of a list that the person keeps: its filters, order and hidden columns under a name.

use leptos::prelude::*;

use super::{AnyForm, Choice, Form, FormState, Icon, Load, Submit, TextField, use_form};
use crate::error::AppError;
use crate::posted::FUNCTION_FIELD;
use crate::text::components as text;
use crate::url::lasting_query;
use crate::wire::{Loaded, load};

/// The person's views of a list: id, name and query.
#[server(prefix = "/api/fn", endpoint = "views/list")]
pub async fn list_views(list: String) -> Result<Vec<Choice>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let views = services.saved_views(&caller, list_name(&list)?).await?;
    let choice = |view: domain::SavedView| Choice { value: view.id.to_string(), label: view.name, detail: view.query };
    Ok(views.into_iter().map(choice).collect())
}

/// Forgets the view with the id in `remove`, or keeps a new one.
#[server(prefix = "/api/fn", endpoint = "views/change")]
pub async fn change_view(
    list: String,
    #[server(default)] name: String,
    #[server(default)] query: String,
    #[server(default)] remove: String,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let list = list_name(&list)?;
    let notice = if remove.is_empty() {
        services.save_view(&caller, list, &name, &query).await?;
        "view-saved"
    } else {
        let id = remove.parse().map_err(|_| domain::Problem::not_found("view"))?;
        services.delete_view(&caller, id).await?;
        "view-deleted"
    };
    crate::ssr::redirect(&crate::url::with_notice(&format!("/{list}?{}", plain(&query)), notice));
    Ok(())
}

#[cfg(feature = "ssr")]
fn list_name(list: &str) -> Result<domain::ListName, AppError> {
    list.parse().map_err(|_| AppError(domain::Problem::not_found("list")))
}

/// What of a query can go back into an address: a header takes nothing else.
#[cfg(feature = "ssr")]
fn plain(query: &str) -> &str {
    if query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') { query } else { "" }
}

/// The person's views of a list, and the form that changes them.
#[derive(Clone, Copy)]
pub struct Views {
    list: &'static str,
    kept: Loaded<Vec<Choice>>,
    change: FormState<ChangeView>,
}

/// The views of the list with this name, which is that of its page. Make it in the page, outside of what is loaded.
#[track_caller]
pub fn use_views(list: &'static str) -> Views {
    Views { list, kept: load(move || ListViews { list: list.to_owned() }), change: use_form::<ChangeView>() }
}

/// The person's views of a list as links, with a way to keep what is shown now. Stands beside the filters.
#[component]
pub fn SavedViews(
    /// From [`use_views`].
    views: Views,
) -> impl IntoView {
    let Views { list, kept, change } = views;
    let menu = NodeRef::<leptos::html::Details>::new();
    change.done(move |()| {
        if let Some(menu) = menu.try_get_untracked().flatten() {
            drop(menu.remove_attribute("open"));
        }
    });
    let query = lasting_query();
    view! {
        <details class="menu-details saved-views" node_ref=menu open=move || change.error().is_some()>
            <summary class="btn btn-secondary"><Icon name="bookmark"/>{text::views()}</summary>
            <div class="menu-pop">
                <Load resource=kept rows=1 let:views>
                    {
                        let query = query.clone();
                        let fields = Fields { list, query: Memo::new(move |_| query()) };
                        let list = (!views.is_empty()).then(|| {
                            let items = views.into_iter().map(|view| item(view, fields, change.into())).collect_view();
                            view! { <ul class="menu" aria-label=text::views()>{items}</ul> }
                        });
                        view! {
                            {list}
                            <Form form=change class="stack view-form">
                                {fields.hidden()}
                                <TextField name="name" label=text::view_name()/>
                                <Submit small=true>{text::view_keep()}</Submit>
                            </Form>
                        }
                    }
                </Load>
            </div>
        </details>
    }
}

/// What every form about views says.
#[derive(Clone, Copy)]
struct Fields {
    list: &'static str,
    query: Memo<String>,
}

impl Fields {
    fn hidden(self) -> impl IntoView {
        let query = move || self.query.get();
        view! {
            <input type="hidden" name="list" value=self.list/>
            <input type="hidden" name="query" value=query/>
        }
    }
}

/// A view: a link, and the button that forgets it. What goes wrong is said by the form below.
fn item(view: Choice, fields: Fields, form: AnyForm) -> impl IntoView {
    let Choice { value, label, detail } = view;
    let href = ["/", fields.list, "?", &detail].concat();
    let delete = text::view_delete(&label);
    let current = move || (fields.query.get() == detail).then_some("true");
    view! {
        <li class="view-item">
            <a class="menu-item" href=href aria-current=current data-noscroll="true">{label}</a>
            <form method="post" class="action" on:submit=move |event| form.submit(&event)>
                <input type="hidden" name=FUNCTION_FIELD value=form.function()/>
                {fields.hidden()}
                <input type="hidden" name="remove" value=value/>
                <button type="submit" class="btn btn-quiet btn-icon btn-small" aria-label=delete.clone() title=delete><Icon name="trash-2"/></button>
            </form>
        </li>
    }
}
