//! `/keys`: personal API keys.

pub mod api;

use api::{CreateKey, ListKeys, RevokeKey};
use chrono::{DateTime, Utc};
use domain::ApiKey;

use crate::prelude::*;

/// `/keys`: the keys, the dialog that makes one, the dialog that revokes one.
#[component]
pub fn KeysPage() -> impl IntoView {
    let keys = load(|| ListKeys {});
    let create = use_form::<CreateKey>();
    let revoke = use_form::<RevokeKey>();
    let target = dialog_target();
    let now = context().now();
    view! {
        <PageHeader
            title=text::keys::title()
            description=text::keys::description()
            actions=|| view! { <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">{text::keys::new()}</LinkButton> }
        />
        <Load resource=keys let:keys>
            <Card flush=true>
                <DataTable
                    label=text::keys::title()
                    columns=vec![
                        Column::new(text::common::name()).wide(), Column::new(text::keys::key()), Column::new(text::common::state()), Column::new(text::keys::last_used()),
                        Column::new(text::keys::expires()), Column::new(text::keys::made()), Column::new(text::common::action()).actions(),
                    ]
                    rows=keys
                    row=move |key: ApiKey| key_row(key, now.get_untracked())
                    empty=|| view! {
                        <EmptyState icon="key-round" title=text::keys::empty() text=text::keys::empty_help()>
                            <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">{text::keys::new()}</LinkButton>
                        </EmptyState>
                    }
                />
            </Card>
        </Load>
        <Dialog name="new" title=text::keys::new_title()>
            {move || match create.output() {
                Some(made) => view! {
                    <div class="stack">
                        <Callout tone=Tone::Success title=text::keys::copy_now()>
                            <p>{text::keys::copy_now_help()}</p>
                        </Callout>
                        <SecretOnce label=text::keys::key_of(&made.key.name) value=made.secret help=text::keys::secret_help()/>
                        <div class="dialog-actions">
                            <a class="btn btn-primary" href=close_dialog() data-noscroll="true" on:click=move |_| create.clear()>{text::common::done()}</a>
                        </div>
                    </div>
                }.into_any(),
                None => view! {
                    <Form form=create>
                        <TextField name="name" label=text::common::name() required=true placeholder=text::keys::name_example() help=text::keys::name_help()/>
                        <SelectField name="expires" label=text::keys::expires() value="90" options=expiry_options()/>
                        <DialogActions><Submit>{text::keys::create()}</Submit></DialogActions>
                    </Form>
                }.into_any(),
            }}
        </Dialog>
        <ConfirmDialog
            name="revoke" title=text::keys::revoke_question() form=revoke confirm=text::keys::revoke_key() danger=true
            fields=Signal::derive(move || vec![("id", target.get().unwrap_or_default())])
        >
            <p>{text::keys::revoke_help()}</p>
        </ConfirmDialog>
    }
}

fn expiry_options() -> Vec<(String, String)> {
    [
        ("30", text::keys::in_30_days()),
        ("90", text::keys::in_90_days()),
        ("365", text::keys::in_a_year()),
        ("never", text::keys::never()),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()))
    .to_vec()
}

fn key_row(key: ApiKey, now: DateTime<Utc>) -> Row {
    let expired = key.expires_at.is_some_and(|at| at <= now);
    let over = expired || key.revoked_at.is_some();
    let state = match (key.revoked_at, expired) {
        (Some(_), _) => view! { <Badge>{text::keys::revoked()}</Badge> },
        (None, true) => view! { <Badge tone=Tone::Warning>{text::keys::expired()}</Badge> },
        (None, false) => view! { <Badge tone=Tone::Success>{text::common::active()}</Badge> },
    };
    let action = key.revoked_at.is_none().then(|| {
        let href = Signal::derive(open_dialog_for("revoke", key.id));
        view! { <LinkButton href=href small=true variant=Variant::Quiet>{text::keys::revoke()}</LinkButton> }
    });
    let row = Row::new(cells![
        view! { <span class="strong">{key.name}</span> },
        view! { <code class="mono">{format!("{}…", key.hint)}</code> },
        state,
        view! { <OptionalTime at=key.last_used_at none=text::common::never()/> },
        view! { <OptionalTime at=key.expires_at none=text::common::never()/> },
        view! { <Time at=key.created_at/> },
        action,
    ]);
    if over { row.muted() } else { row }
}
