//! Who may use a server.

use domain::{RuleView, ServerId};

use crate::pages::rules::api::CreateRule;
use crate::pages::rules::{RuleFields, RuleTable, load_principals};
use crate::prelude::*;

#[component]
pub(super) fn PermissionsTab(rules: Vec<RuleView>, manages: bool) -> impl IntoView {
    let (own, global): (Vec<RuleView>, Vec<RuleView>) = rules.into_iter().partition(|view| view.rule.server.is_some());
    let global = (!global.is_empty()).then(|| {
        view! {
            <Card title="Global rules" description="They deny on every server, this one included." flush=true>
                <RuleTable rules=global label="Global rules" empty=""/>
            </Card>
        }
    });
    view! {
        <div class="stack">
            <Card
                title="Rules of this server"
                description="At least one must allow a call and none may deny it."
                flush=true
                actions=move || manages.then(|| view! {
                    <LinkButton href=Signal::derive(open_dialog("rule")) variant=Variant::Primary small=true icon="plus">"Add a rule"</LinkButton>
                })
            >
                <RuleTable rules=own empty="Nobody can use this server yet. Add a rule that allows a person or a group."/>
            </Card>
            {global}
        </div>
    }
}

/// The dialog that adds a rule.
#[component]
pub(super) fn NewRuleDialog(form: FormState<CreateRule>, server: Memo<Result<ServerId, AppError>>) -> impl IntoView {
    let principals = load_principals("rule");
    view! {
        <Dialog name="rule" title="Add a rule" wide=true>
            <Load resource=principals let:principals>
                <Form form=form>
                    {move || server.get().ok().map(|id| view! { <Hidden name="server" value=id.to_string()/> })}
                    <RuleFields principals=principals.unwrap_or_default().0/>
                    <DialogActions><Submit>"Add rule"</Submit></DialogActions>
                </Form>
            </Load>
        </Dialog>
    }
}
