//! Cedar: the evaluation of candidate rules.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use domain::{Decision, GroupId, PersonAttribute, RuleId};

use crate::compiled::Compiled;
use crate::facts::{Facts, Found};
use crate::query::{Query, Reason, Target, Verdict};

/// The parts of requests that are always the same.
struct Engine {
    authorizer: Authorizer,
    user: EntityTypeName,
    group: EntityTypeName,
    job_role: EntityTypeName,
    server: EntityTypeName,
    connect: EntityUid,
    call_tool: EntityUid,
    get_prompt: EntityUid,
    read_resource: EntityUid,
    use_template: EntityUid,
    text: EntityUid,
    number: EntityUid,
    flag: EntityUid,
    list: EntityUid,
    address: EntityUid,
    place: EntityUid,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let name = |text: &str| text.parse::<EntityTypeName>().expect("a constant that is a valid Cedar name");
    let action = name("Action");
    let uid = |id: &str| EntityUid::from_type_name_and_id(action.clone(), EntityId::new(id));
    let values = |kind: &str| EntityUid::from_type_name_and_id(name(kind), EntityId::new("call"));
    Engine {
        authorizer: Authorizer::new(),
        user: name("User"),
        group: name("Group"),
        job_role: name("JobRole"),
        server: name("Server"),
        connect: uid("connect"),
        call_tool: uid("call_tool"),
        get_prompt: uid("get_prompt"),
        read_resource: uid("read_resource"),
        use_template: uid("use_template"),
        text: values("Text"),
        number: values("Number"),
        flag: values("Flag"),
        list: values("List"),
        address: values("Address"),
        place: values("Place"),
    }
});

/// Evaluates the candidates for a query. `groups` are those of the person that any rule is about, `facts` what the
/// conditions of the candidates look at, absent when none has any.
///
/// Whatever goes wrong is a denial that says so.
pub(crate) fn evaluate(
    candidates: &[&Compiled],
    query: &Query<'_>,
    groups: &[GroupId],
    facts: Option<&Facts<'_>>,
) -> Verdict {
    ENGINE
        .run(candidates, query, groups, facts)
        .unwrap_or_else(|error| deny(candidates.iter().map(|rule| rule.id).collect(), Reason::Error(error.into())))
}

type Tags = Vec<(String, RestrictedExpression)>;

impl Engine {
    fn run(
        &self,
        candidates: &[&Compiled],
        query: &Query<'_>,
        groups: &[GroupId],
        facts: Option<&Facts<'_>>,
    ) -> Result<Verdict, String> {
        let level = query.known.level();
        let policies =
            PolicySet::from_policies(candidates.iter().map(|rule| rule.policy(level).clone())).map_err(text)?;
        let attributes: &[PersonAttribute] =
            if candidates.iter().any(|rule| rule.reads_person()) { PersonAttribute::ALL } else { &[] };
        let (user, principal) = self.principal(query, groups, attributes)?;
        let mut entities = vec![user];
        let request = self.request(query, principal, facts, &mut entities)?;
        let entities = Entities::from_entities(entities, None).map_err(text)?;
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
                Verdict { decision: Decision::Allow, rules: rules.into(), reason: Reason::AllowedBy, would: None }
            }
            cedar_policy::Decision::Deny if rules.is_empty() => no_rule(),
            cedar_policy::Decision::Deny => deny(rules, Reason::DeniedBy),
        })
    }

    fn principal(
        &self,
        query: &Query<'_>,
        groups: &[GroupId],
        attributes: &[PersonAttribute],
    ) -> Result<(Entity, EntityUid), String> {
        let uid = EntityUid::from_type_name_and_id(self.user.clone(), EntityId::new(query.subject.user.to_string()));
        // An id is of one kind, so it can stand for both.
        let parents: HashSet<EntityUid> = groups
            .iter()
            .flat_map(|group| {
                let id = EntityId::new(group.to_string());
                [&self.group, &self.job_role].map(|kind| EntityUid::from_type_name_and_id(kind.clone(), id.clone()))
            })
            .collect();
        let attributes = attributes.iter().map(|attribute| {
            let value = query.subject.profile.attribute(*attribute).to_owned();
            (attribute.as_str().to_owned(), RestrictedExpression::new_string(value))
        });
        let user = Entity::new(uid.clone(), attributes.collect(), parents).map_err(text)?;
        Ok((user, uid))
    }

    fn request(
        &self,
        query: &Query<'_>,
        principal: EntityUid,
        facts: Option<&Facts<'_>>,
        entities: &mut Vec<Entity>,
    ) -> Result<Request, String> {
        let resource = EntityUid::from_type_name_and_id(self.server.clone(), EntityId::new(query.server.to_string()));
        let (action, name) = match query.target {
            Target::Tool(name) => (&self.call_tool, Some(("tool", name))),
            Target::Prompt(name) => (&self.get_prompt, Some(("prompt", name))),
            Target::Resource(uri) => (&self.read_resource, Some(("uri", uri))),
            Target::Template(uri) => (&self.use_template, Some(("uri", uri))),
            Target::Server => (&self.connect, None),
        };
        // Values enter as values: text of a caller never passes a Cedar parser.
        let mut context: Tags = vec![("now".to_owned(), RestrictedExpression::new_long(query.now.timestamp_micros()))];
        context.extend(name.map(|(field, name)| (field.to_owned(), string(name))));
        if let Some(facts) = facts {
            self.facts(facts, &mut context, entities)?;
        }
        let context = Context::from_pairs(context).map_err(text)?;
        Request::new(principal, action.clone(), resource, context, None).map_err(text)
    }

    /// Puts values into tags by their types (design: what a path leads to must not be taken for another type).
    fn facts(&self, facts: &Facts<'_>, context: &mut Tags, entities: &mut Vec<Entity>) -> Result<(), String> {
        let (mut texts, mut numbers, mut flags): (Tags, Tags, Tags) = Default::default();
        let (mut lists, mut addresses, mut places): (Tags, Tags, Tags) = Default::default();
        let (mut present, mut times) = (Vec::new(), Vec::new());
        for fact in &facts.0 {
            let path = || fact.path.to_owned();
            times.extend(fact.windows.iter().map(|window| string(window)));
            if let Some(ip) = fact.address {
                addresses.push((path(), RestrictedExpression::new_ip(ip.to_string())));
            }
            if let Some(place) = &fact.place {
                places.push((path(), string(place)));
            }
            let Some(found) = &fact.found else { continue };
            present.push(string(fact.path));
            match found {
                Found::Text(value) => texts.push((path(), string(value))),
                Found::Number(value) => numbers.push((path(), RestrictedExpression::new_decimal(value.to_string()))),
                Found::Flag(value) => flags.push((path(), RestrictedExpression::new_bool(*value))),
                Found::List(items) => {
                    lists.push((path(), RestrictedExpression::new_set(items.iter().map(|item| string(item)))));
                }
                Found::Other => {}
            }
        }
        let tagged = [
            ("text", &self.text, texts),
            ("number", &self.number, numbers),
            ("flag", &self.flag, flags),
            ("list", &self.list, lists),
            ("address", &self.address, addresses),
            ("place", &self.place, places),
        ];
        for (field, uid, tags) in tagged {
            context.push((field.to_owned(), RestrictedExpression::new_entity_uid(uid.clone())));
            // Cedar says of an entity that is not there that it has no tag, as of one without tags.
            if !tags.is_empty() {
                entities.push(Entity::new_with_tags(uid.clone(), [], [], tags).map_err(text)?);
            }
        }
        context.push(("present".to_owned(), RestrictedExpression::new_set(present)));
        context.push(("times".to_owned(), RestrictedExpression::new_set(times)));
        Ok(())
    }
}

fn string(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

/// The verdict when nothing matches.
pub(crate) fn no_rule() -> Verdict {
    /// Shared, because this is the commonest denial.
    static NONE: LazyLock<Arc<[RuleId]>> = LazyLock::new(|| Arc::from([]));
    Verdict { decision: Decision::Deny, rules: Arc::clone(&NONE), reason: Reason::NoRule, would: None }
}

fn deny(rules: Vec<RuleId>, reason: Reason) -> Verdict {
    Verdict { decision: Decision::Deny, rules: rules.into(), reason, would: None }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::{Effect, NewRule, Principal, ServerId};

    use super::*;
    use crate::compiled::compile;
    use crate::query::{Groups, Known, Profile, RequestFacts, SubjectRef};

    fn server() -> ServerId {
        format!("srv_{:032x}", 9).parse().unwrap()
    }

    fn compiled(n: u32, effect: Effect, cedar: Option<&str>) -> Compiled {
        let new =
            NewRule { cedar: cedar.map(str::to_owned), ..NewRule::new(Principal::everyone(), effect, Some(server())) };
        let rule = new.into_rule(format!("rul_{n:032x}").parse().unwrap(), None, DateTime::UNIX_EPOCH);
        compile(&[&rule]).unwrap().remove(0)
    }

    #[test]
    fn a_rule_that_fails_denies_even_if_another_allows() {
        let allow = compiled(1, Effect::Allow, None);
        // Adding one to the largest number is valid and fails.
        let broken = compiled(2, Effect::Deny, Some("when { context.now + 9223372036854775807 == 1 }"));
        let query = Query {
            subject: SubjectRef {
                user: format!("usr_{:032x}", 1).parse().unwrap(),
                groups: Groups::NONE,
                profile: Profile::UNKNOWN,
            },
            server: server(),
            target: Target::Tool("echo"),
            now: DateTime::from_timestamp(1, 0).unwrap(),
            known: Known::Call(&RequestFacts::default(), None),
        };
        assert!(evaluate(&[&allow], &query, &[], None).is_allowed());
        let facts = Facts::default();
        let verdict = evaluate(&[&allow, &broken], &query, &[], Some(&facts));
        assert_eq!(verdict.decision, Decision::Deny);
        assert_eq!(&*verdict.rules, [allow.id, broken.id]);
        assert!(matches!(&verdict.reason, Reason::Error(e) if e.contains("overflow")), "{:?}", verdict.reason);
    }
}
