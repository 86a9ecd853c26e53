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
            title="API keys"
            description="AI clients and scripts act as you with a key. Make one for each, so that you can revoke them one by one."
            actions=|| view! { <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">"New key"</LinkButton> }
        />
        <Load resource=keys let:keys>
            <Card flush=true>
                <DataTable
                    label="API keys"
                    columns=vec![
                        Column::new("Name").wide(), Column::new("Key"), Column::new("State"), Column::new("Last used"),
                        Column::new("Expires"), Column::new("Made"), Column::new("Action").actions(),
                    ]
                    rows=keys
                    row=move |key: ApiKey| key_row(key, now.get_untracked())
                    empty=|| view! {
                        <EmptyState icon="key-round" title="No keys yet" text="A client needs a key to call your connectors.">
                            <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">"New key"</LinkButton>
                        </EmptyState>
                    }
                />
            </Card>
        </Load>
        <Dialog name="new" title="New API key">
            {move || match create.output() {
                Some(made) => view! {
                    <div class="stack">
                        <Callout tone=Tone::Success title="Copy the key now">
                            <p>"It is stored as a hash only and cannot be shown again."</p>
                        </Callout>
                        <SecretOnce label=format!("Key “{}”", made.key.name) value=made.secret help="Keep it like a password."/>
                        <div class="dialog-actions">
                            <a class="btn btn-primary" href=close_dialog() data-noscroll="true" on:click=move |_| create.clear()>"Done"</a>
                        </div>
                    </div>
                }.into_any(),
                None => view! {
                    <Form form=create>
                        <TextField name="name" label="Name" required=true placeholder="Claude Code on my laptop" help="What will use it, so that you recognise it later."/>
                        <SelectField name="expires" label="Expires" value="90" options=expiry_options()/>
                        <DialogActions><Submit>"Create key"</Submit></DialogActions>
                    </Form>
                }.into_any(),
            }}
        </Dialog>
        <ConfirmDialog
            name="revoke" title="Revoke this key?" form=revoke confirm="Revoke key" danger=true
            fields=Signal::derive(move || vec![("id", target.get().unwrap_or_default())])
        >
            <p>"Every client that uses it is refused from its next call on. This cannot be undone; a new key can be made at any time."</p>
        </ConfirmDialog>
    }
}

fn expiry_options() -> Vec<(String, String)> {
    [("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"), ("never", "Never")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .to_vec()
}

fn key_row(key: ApiKey, now: DateTime<Utc>) -> Row {
    let expired = key.expires_at.is_some_and(|at| at <= now);
    let over = expired || key.revoked_at.is_some();
    let state = match (key.revoked_at, expired) {
        (Some(_), _) => view! { <Badge>"Revoked"</Badge> },
        (None, true) => view! { <Badge tone=Tone::Warning>"Expired"</Badge> },
        (None, false) => view! { <Badge tone=Tone::Success>"Active"</Badge> },
    };
    let action = key.revoked_at.is_none().then(|| {
        let href = Signal::derive(open_dialog_for("revoke", key.id));
        view! { <LinkButton href=href small=true variant=Variant::Quiet>"Revoke"</LinkButton> }
    });
    let row = Row::new(cells![
        view! { <span class="strong">{key.name}</span> },
        view! { <code class="mono">{format!("{}…", key.hint)}</code> },
        state,
        view! { <OptionalTime at=key.last_used_at none="never"/> },
        view! { <OptionalTime at=key.expires_at none="never"/> },
        view! { <Time at=key.created_at/> },
        action,
    ]);
    if over { row.muted() } else { row }
}
