//! The columns that older programs read and write.
//!
//! Such a program must never grant more than the rule does. What its columns cannot hold it reads as: of an allow, a rule
//! that is switched off and names no tool that exists; of a deny, a wider deny. Whatever it writes there is noticed
//! when it is read: the columns are then no longer those that the definition makes.

use domain::{Effect, Principal, PrincipalKind, RuleMode, RuleScope, ServerId};
use serde_json::Value;

use super::Definition;
use crate::{Json, Parsed};

/// The only tool of an allow that an older program cannot read. No server has one of this name.
const NO_TOOL: &str = "(only a newer version of Drawbridge can read this rule)";

#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Legacy {
    pub(super) principal_kind: Parsed<PrincipalKind>,
    pub(super) principal_id: Option<String>,
    pub(super) effect: Parsed<Effect>,
    pub(super) server_id: Option<Parsed<ServerId>>,
    /// `"all"`, or a list of names and patterns of tools.
    pub(super) tools: Json<Value>,
    pub(super) enabled: bool,
}

impl Legacy {
    /// The columns for a rule.
    pub(super) fn of(rule: &Definition) -> Self {
        let principal = principal(&rule.principal);
        let tools = tools(&rule.scope);
        let server = match rule.servers.as_slice() {
            [] => Some(None),
            [one] => Some(Some(*one)),
            _ => None,
        };
        let unconditional = rule.conditions.is_none() && rule.cedar.is_none() && rule.mode == RuleMode::Enforce;
        let exact = unconditional && principal.is_some() && tools.is_some() && server.is_some();
        // A rule in monitor mode decides nothing, so it must not deny there either.
        let hidden = !exact && (rule.effect == Effect::Allow || rule.mode == RuleMode::Monitor);
        let (kind, id) = principal.unwrap_or((PrincipalKind::Everyone, None));
        Self {
            principal_kind: Parsed(kind),
            principal_id: id,
            effect: Parsed(rule.effect),
            // An allow has to name a server; a deny of several is one of all.
            server_id: server
                .unwrap_or_else(|| rule.servers.first().copied().filter(|_| rule.effect == Effect::Allow))
                .map(Parsed),
            tools: Json(if hidden { Value::from(vec![NO_TOOL]) } else { tools.unwrap_or_else(|| Value::from("all")) }),
            enabled: rule.enabled && !hidden,
        }
    }

    /// What the rule is: the definition, unless an older program has changed the columns since.
    pub(super) fn reconcile(self, definition: Option<Definition>) -> Definition {
        let Some(definition) = definition else { return self.into_definition() };
        let written = Self::of(&definition);
        if self == written {
            return definition;
        }
        if (Self { enabled: written.enabled, ..self.copy() }) == written {
            // It was only switched.
            return Definition { enabled: self.enabled, ..definition };
        }
        self.into_definition()
    }

    fn copy(&self) -> Self {
        Self {
            principal_kind: self.principal_kind,
            principal_id: self.principal_id.clone(),
            effect: self.effect,
            server_id: self.server_id,
            tools: Json(self.tools.0.clone()),
            enabled: self.enabled,
        }
    }

    fn into_definition(self) -> Definition {
        let scope = match self.tools.0 {
            Value::Array(names) => {
                RuleScope::tools(names.into_iter().filter_map(|name| name.as_str().map(str::to_owned)))
            }
            _ => RuleScope::All,
        };
        Definition {
            principal: Principal::named(self.principal_kind.0, self.principal_id.into_iter().collect()),
            effect: self.effect.0,
            servers: self.server_id.map(|id| id.0).into_iter().collect(),
            scope,
            conditions: None,
            cedar: None,
            mode: RuleMode::Enforce,
            enabled: self.enabled,
        }
    }
}

/// Kind and id, where there is one id or none is needed. Job roles are groups to older programs, with the same members.
fn principal(principal: &Principal) -> Option<(PrincipalKind, Option<String>)> {
    let one = || principal.only_id().map(|id| Some(id.to_owned()));
    match principal.kind {
        PrincipalKind::Everyone => Some((PrincipalKind::Everyone, None)),
        PrincipalKind::User => one().map(|id| (PrincipalKind::User, id)),
        PrincipalKind::Group | PrincipalKind::JobRole => one().map(|id| (PrincipalKind::Group, id)),
        PrincipalKind::Attribute => None,
    }
}

fn tools(scope: &RuleScope) -> Option<Value> {
    match scope {
        RuleScope::All => Some(Value::from("all")),
        RuleScope::Named(names) if names.resources.is_empty() && names.prompts.is_empty() => {
            Some(Value::from(names.tools.clone()))
        }
        RuleScope::Named(_) => None,
    }
}
