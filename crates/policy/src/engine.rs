//! Cedar: the evaluation of candidate rules.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use domain::{Decision, GroupId, RuleId};

use crate::compiled::Compiled;
use crate::query::{Query, Reason, Target, Verdict};

/// The parts of requests that are always the same.
struct Engine {
    authorizer: Authorizer,
    user: EntityTypeName,
    group: EntityTypeName,
    server: EntityTypeName,
    connect: EntityUid,
    call_tool: EntityUid,
    get_prompt: EntityUid,
    read_resource: EntityUid,
    use_template: EntityUid,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let name = |text: &str| text.parse::<EntityTypeName>().expect("a constant that is a valid Cedar name");
    let action = name("Action");
    let uid = |id: &str| EntityUid::from_type_name_and_id(action.clone(), EntityId::new(id));
    Engine {
        authorizer: Authorizer::new(),
        user: name("User"),
        group: name("Group"),
        server: name("Server"),
        connect: uid("connect"),
        call_tool: uid("call_tool"),
        get_prompt: uid("get_prompt"),
        read_resource: uid("read_resource"),
        use_template: uid("use_template"),
    }
});

/// Evaluates the candidates for a query. `groups` are those of the person that any rule is about.
///
/// Whatever goes wrong is a denial that says so.
pub(crate) fn evaluate(candidates: &[&Compiled], query: &Query<'_>, groups: &[GroupId]) -> Verdict {
    ENGINE
        .run(candidates, query, groups)
        .unwrap_or_else(|error| deny(candidates.iter().map(|rule| rule.id).collect(), Reason::Error(error.into())))
}

impl Engine {
    fn run(&self, candidates: &[&Compiled], query: &Query<'_>, groups: &[GroupId]) -> Result<Verdict, String> {
        let policies = PolicySet::from_policies(candidates.iter().map(|rule| rule.policy.clone())).map_err(text)?;
        let (entities, principal) = self.principal(query, groups)?;
        let request = self.request(query, principal)?;
        let response = self.authorizer.is_authorized(&request, &policies, &entities);
        // Cedar skips a policy whose condition fails, a forbid too: that must not open anything.
        let errors: Vec<String> = response.diagnostics().errors().map(text).collect();
        if !errors.is_empty() {
            return Ok(deny(candidates.iter().map(|rule| rule.id).collect(), Reason::Error(errors.join("; ").into())));
        }
        // The policies carry the ids of their rules, so each parses.
        let mut rules: Vec<RuleId> =
            response.diagnostics().reason().filter_map(|id| AsRef::<str>::as_ref(id).parse().ok()).collect();
        rules.sort_unstable();
        Ok(match response.decision() {
            cedar_policy::Decision::Allow => {
                Verdict { decision: Decision::Allow, rules: rules.into(), reason: Reason::AllowedBy }
            }
            cedar_policy::Decision::Deny if rules.is_empty() => no_rule(),
            cedar_policy::Decision::Deny => deny(rules, Reason::DeniedBy),
        })
    }

    fn principal(&self, query: &Query<'_>, groups: &[GroupId]) -> Result<(Entities, EntityUid), String> {
        let uid = EntityUid::from_type_name_and_id(self.user.clone(), EntityId::new(query.subject.user.to_string()));
        let parents: HashSet<EntityUid> = groups
            .iter()
            .map(|group| EntityUid::from_type_name_and_id(self.group.clone(), EntityId::new(group.to_string())))
            .collect();
        let user = Entity::new_no_attrs(uid.clone(), parents);
        Ok((Entities::from_entities([user], None).map_err(text)?, uid))
    }

    fn request(&self, query: &Query<'_>, principal: EntityUid) -> Result<Request, String> {
        let resource = EntityUid::from_type_name_and_id(self.server.clone(), EntityId::new(query.server.to_string()));
        let (action, tool) = match query.target {
            Target::Tool(name) => (&self.call_tool, Some(name)),
            Target::Prompt(_) => (&self.get_prompt, None),
            Target::Resource(_) => (&self.read_resource, None),
            Target::Template(_) => (&self.use_template, None),
            Target::Server => (&self.connect, None),
        };
        // Values enter as values: text of a caller never passes a Cedar parser.
        let now = RestrictedExpression::new_long(query.now.timestamp_micros());
        let tool = tool.map(|name| ("tool".to_owned(), RestrictedExpression::new_string(name.to_owned())));
        let context = Context::from_pairs([("now".to_owned(), now)].into_iter().chain(tool)).map_err(text)?;
        Request::new(principal, action.clone(), resource, context, None).map_err(text)
    }
}

/// The verdict when nothing matches.
pub(crate) fn no_rule() -> Verdict {
    /// Shared, because this is the commonest denial.
    static NONE: LazyLock<Arc<[RuleId]>> = LazyLock::new(|| Arc::from([]));
    Verdict { decision: Decision::Deny, rules: Arc::clone(&NONE), reason: Reason::NoRule }
}

fn deny(rules: Vec<RuleId>, reason: Reason) -> Verdict {
    Verdict { decision: Decision::Deny, rules: rules.into(), reason }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use cedar_policy::{Policy, PolicyId};
    use chrono::DateTime;
    use domain::{Effect, Principal, Rule, ServerId, ToolScope};

    use super::*;
    use crate::compiled::compile;
    use crate::query::{Groups, SubjectRef};

    fn server() -> ServerId {
        format!("srv_{:032x}", 9).parse().unwrap()
    }

    fn compiled(n: u32, effect: Effect) -> Compiled {
        let at = DateTime::UNIX_EPOCH;
        let rule = Rule {
            id: format!("rul_{n:032x}").parse().unwrap(),
            principal: Principal::everyone(),
            effect,
            server: Some(server()),
            tools: ToolScope::ALL,
            starts_at: None,
            ends_at: None,
            notes: String::new(),
            enabled: true,
            request_id: None,
            created_by: None,
            created_at: at,
            updated_at: at,
        };
        compile(&[&rule]).unwrap().remove(0)
    }

    #[test]
    fn a_rule_that_fails_denies_even_if_another_allows() {
        let allow = compiled(1, Effect::Allow);
        let mut broken = compiled(2, Effect::Deny);
        let text = "forbid (principal, action, resource) when { context.missing == 1 };";
        broken.policy = Policy::parse(Some(PolicyId::new(broken.id.to_string())), text).unwrap();
        let query = Query {
            subject: SubjectRef { user: format!("usr_{:032x}", 1).parse().unwrap(), groups: Groups::NONE },
            server: server(),
            target: Target::Tool("echo"),
            now: DateTime::UNIX_EPOCH,
        };
        assert!(evaluate(&[&allow], &query, &[]).is_allowed());
        let verdict = evaluate(&[&allow, &broken], &query, &[]);
        assert_eq!(verdict.decision, Decision::Deny);
        assert_eq!(&*verdict.rules, [allow.id, broken.id]);
        assert!(matches!(&verdict.reason, Reason::Error(e) if e.contains("missing")), "{:?}", verdict.reason);
    }
}
