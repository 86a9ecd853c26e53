//! `/groups/import`: groups and their members from a file.

use domain::{Capability, Problem};
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;

use super::api::{ImportGroups, ImportLine, ImportPreview};
use crate::prelude::*;

/// `/groups/import`: one form in two steps. The first answer says what would change, and its digest; sent again with
/// that, it is done. The text stays in the same field all the time.
#[component]
pub fn ImportGroupsPage() -> impl IntoView {
    let import = use_form::<ImportGroups>();
    if !can(Capability::ManageUsers).get_untracked() {
        let problem = Problem::forbidden(text::groups::import_forbidden());
        return view! { <ErrorView error=AppError(problem) page=true/> }.into_any();
    }
    let preview = Memo::new(move |_| import.output());
    // Without scripts the page comes again with what was sent.
    let ImportPreview { csv, replace, .. } = preview.get_untracked().unwrap_or_default();
    let digest =
        move || preview.with(|preview| preview.as_ref().map(|preview| preview.digest.clone()).unwrap_or_default());
    view! {
        <PageHeader
            title=text::groups::import_title()
            description=text::groups::import_description()
            crumbs=vec![(text::common::groups(), "/groups".to_owned())]
        />
        <Card>
            <Form form=import guard=true>
                <FileChooser/>
                <TextArea name="csv" label=text::groups::import_text() help=text::groups::import_text_help() rows=12 value=csv required=true/>
                <Checkbox name="replace" label=text::groups::import_replace() help=text::groups::import_replace_help() checked=replace/>
                <input type="hidden" name="digest" value=digest/>
                <div aria-live="polite">{move || preview.get().map(|preview| view! { <Preview preview=preview/> })}</div>
                <div class="form-actions">
                    <Submit icon="upload">
                        {move || if digest().is_empty() { text::groups::import_look() } else { text::groups::import_apply() }}
                    </Submit>
                </div>
            </Form>
        </Card>
    }
    .into_any()
}

#[component]
fn Preview(preview: ImportPreview) -> impl IntoView {
    let ImportPreview { title, note, changes, .. } = preview;
    view! {
        <div class="stack">
            <Callout tone=Tone::Info title=title><p>{note}</p></Callout>
            {(!changes.is_empty()).then(|| view! {
                <DataTable
                    label=text::groups::import_changes()
                    columns=vec![
                        Column::new(text::common::name()).wide(),
                        Column::new(text::common::kind()),
                        Column::new(text::groups::import_what()),
                        Column::new(text::groups::import_who_added()),
                        Column::new(text::groups::import_who_removed()),
                    ]
                    rows=changes
                    row=|line: ImportLine| {
                        let ImportLine { name, kind, what, added, removed } = line;
                        Row::new(cells![view! { <span class="strong">{name}</span> }, kind, what, added, removed])
                    }
                />
            })}
        </div>
    }
}

/// Puts the text of a file into the field, where there are scripts. The file itself is not sent.
#[component]
fn FileChooser() -> impl IntoView {
    view! {
        <div class="field needs-js">
            <label class="field-label" for="import-file">{text::groups::import_file()}</label>
            <input class="input" type="file" id="import-file" accept=".csv,text/csv" on:change=|event| read(&event)/>
        </div>
    }
}

fn read(event: &web_sys::Event) {
    let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
    let field = || {
        let form = input.as_ref()?.form()?;
        form.query_selector("textarea").ok()??.dyn_into::<web_sys::HtmlTextAreaElement>().ok()
    };
    let file = input.as_ref().and_then(|input| input.files()?.get(0));
    let (Some(field), Some(file), Ok(reader)) = (field(), file, web_sys::FileReader::new()) else { return };
    let source = reader.clone();
    let loaded = Closure::once_into_js(move || {
        if let Some(text) = source.result().ok().and_then(|text| text.as_string()) {
            field.set_value(&text);
        }
    });
    reader.set_onload(Some(loaded.unchecked_ref()));
    // A file that cannot be read leaves the field as it is.
    drop(reader.read_as_text(&file));
}
