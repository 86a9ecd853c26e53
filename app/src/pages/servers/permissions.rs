//! Who may use a server.

use domain::ServerId;

use crate::pages::rules::api::{CreateRule, RuleRow, SwitchRule};
use crate::pages::rules::{RULE_ROWS, RuleTable, load_rule_form, rule_skeleton};
use crate::prelude::*;

#[component]
pub fn PermissionsTab(rules: Vec<RuleRow>, revoke: Option<FormState<SwitchRule>>) -> impl IntoView {
    let (global, own): (Vec<RuleRow>, Vec<RuleRow>) = rules.into_iter().partition(|row| row.global);
    let global = (!global.is_empty()).then(|| {
        view! {
            <Card title=text::servers::global_rules() description=text::servers::global_rules_description() flush=true>
                <RuleTable rules=global label=text::servers::global_rules() empty=""/>
            </Card>
        }
    });
    view! {
        <div class="stack">
            <Card
                title=text::servers::own_rules()
                description=text::servers::own_rules_description()
                flush=true
                actions=move || revoke.is_some().then(|| view! {
                    <LinkButton href=Signal::derive(open_dialog("rule")) variant=Variant::Primary small=true icon="plus">{text::servers::add_rule()}</LinkButton>
                })
            >
                <RuleTable rules=own revoke=revoke empty=text::servers::own_rules_empty()/>
            </Card>
            {global}
        </div>
    }
}

/// The dialog that adds a rule.
#[component]
pub fn NewRuleDialog(form: FormState<CreateRule>, server: Memo<Result<ServerId, AppError>>) -> impl IntoView {
    let fields = load_rule_form("rule", move || server.get().ok());
    view! {
        <Dialog name="rule" title=text::servers::add_rule() wide=true>
            <Load resource=fields rows=RULE_ROWS let:fields>
                {fields.map_or_else(rule_skeleton, |fields| view! {
                    <Form form=form>
                        {move || server.get().ok().map(|id| view! { <Hidden name="server" value=id.to_string()/> })}
                        {parts::rule_form(fields)}
                        <DialogActions><Submit>{text::servers::add_rule_submit()}</Submit></DialogActions>
                    </Form>
                }.into_any())}
            </Load>
        </Dialog>
    }
}
