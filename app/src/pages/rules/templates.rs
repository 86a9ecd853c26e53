//! Rules that many organisations make, to begin with.

use chrono::{DateTime, Days, Utc};

use super::api::RuleForm;
use super::convert::EVERYONE;
use crate::text::said::rules as said;

/// Days until the access of a contractor ends, unless another day is entered.
const CONTRACT: Days = Days::new(90);

/// A template: its name in addresses, what it is called, and why such a rule exists.
struct Template {
    name: &'static str,
    words: fn() -> &'static str,
    notes: fn() -> &'static str,
    /// It allows, which a global rule cannot.
    allows: bool,
    /// Something that is not there meets no condition, so what must be there is asked for, too.
    conditions: &'static str,
    tools: &'static str,
}

const TEMPLATES: &[Template] = &[
    Template {
        name: "network",
        words: said::template_network,
        notes: said::template_network_notes,
        allows: false,
        conditions: "any:\n  meta.request.ip not_in_ip_range 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16\n  \
                     meta.request.ip not_exists\n",
        tools: "",
    },
    Template {
        name: "client",
        words: said::template_client,
        notes: said::template_client_notes,
        allows: false,
        conditions: "any:\n  meta.client.name not_equals claude-code\n  meta.client.name not_exists\n",
        tools: "",
    },
    Template {
        name: "verified",
        words: said::template_verified,
        notes: said::template_verified_notes,
        allows: false,
        conditions: "any:\n  meta.oauth.user_verified not_equals true\n  meta.oauth.user_verified not_exists\n",
        tools: "",
    },
    Template {
        name: "reading",
        words: said::template_reading,
        notes: said::template_reading_notes,
        allows: true,
        conditions: "",
        tools: "get_*\nlist_*\nread_*\nsearch_*",
    },
    Template {
        name: "contractor",
        words: said::template_contractor,
        notes: said::template_contractor_notes,
        allows: true,
        conditions: "",
        tools: "",
    },
    Template {
        name: "hours",
        words: said::template_hours,
        notes: said::template_hours_notes,
        allows: false,
        conditions: "meta.request.time not_between_times Mon-Fri 08:00-18:00 Europe/Berlin\n",
        tools: "",
    },
    Template {
        name: "table",
        words: said::template_table,
        notes: said::template_table_notes,
        allows: false,
        conditions: "payload.table in salaries, payroll\n",
        tools: "",
    },
];

/// The templates for a global rule or for one of a server: name and words.
pub(super) fn offered(global: bool) -> Vec<(String, String)> {
    let fitting = TEMPLATES.iter().filter(|template| !(global && template.allows));
    fitting.map(|template| (template.name.to_owned(), (template.words)().to_owned())).collect()
}

/// The form as a template fills it; empty when there is no such one.
pub(super) fn form(name: &str, global: bool, now: DateTime<Utc>) -> RuleForm {
    let Some(template) = TEMPLATES.iter().find(|one| one.name == name && !(global && one.allows)) else {
        return RuleForm::default();
    };
    let ends = (name == "contractor").then(|| now.checked_add_days(CONTRACT)).flatten();
    RuleForm {
        // Whom an allow is for has to be chosen.
        principal: if template.allows { Vec::new() } else { vec![EVERYONE.to_owned()] },
        effect: if template.allows { "allow" } else { "deny" }.to_owned(),
        scope: if template.tools.is_empty() { "all" } else { "some" }.to_owned(),
        tools: template.tools.to_owned(),
        conditions: template.conditions.to_owned(),
        ends_at: ends.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default(),
        notes: (template.notes)().to_owned(),
        ..RuleForm::default()
    }
}

#[cfg(test)]
mod tests {
    use domain::{Effect, Principal};

    use super::super::convert::{new_rule, tests::rule};
    use super::*;

    #[test]
    fn every_template_is_a_rule_once_somebody_is_chosen() {
        let now = "2026-03-12T09:00:00Z".parse().unwrap();
        let server = rule().servers.first().copied();
        for template in TEMPLATES {
            let name = template.name;
            let mut form = form(name, false, now);
            assert_eq!(form.principal.is_empty(), template.allows, "{name}");
            if form.principal.is_empty() {
                form.principal = rule().principal.ids;
            }
            let made = new_rule(server, &form, None).unwrap();
            assert_eq!(policy::check_rule(&made), Ok(()), "{name}");
            assert_eq!(made.effect == Effect::Allow, template.allows, "{name}");
            assert_eq!(made.principal == Principal::everyone(), !template.allows, "{name}");
        }
        assert_eq!(form("contractor", false, now).ends_at, "2026-06-10");
    }

    #[test]
    fn a_global_rule_is_not_begun_with_one_that_allows() {
        let now = "2026-03-12T09:00:00Z".parse().unwrap();
        assert_eq!(form("reading", true, now), RuleForm::default());
        assert_eq!(form("nonsense", false, now), RuleForm::default());
        assert!(offered(true).iter().all(|(name, _)| name != "contractor"));
        assert_eq!(offered(false).len(), TEMPLATES.len());
    }
}
