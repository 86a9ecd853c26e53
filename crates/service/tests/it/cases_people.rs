//! People, sessions, links, groups, keys, notifications, the audit log, home.

use domain::Capability::{ManagePolicies, ManageUsers};
use domain::{AuditFilter, GroupKind, ListName, PageQuery, SecretText, UserFilter, ViewId};
use service::AcceptLink;

use crate::coverage::{Case, Leaves, Needs, case};
use crate::world::{PASSWORD, new_user};

const PEOPLE: Needs = Needs::Right(&[ManageUsers]);
const VIEWS: Leaves = Leaves::NothingBut("views are private notes about how to look at a list; they open nothing");
const READ: Leaves = Leaves::NothingBut("reading one's own notifications is no event");

const IMPORTED: &str = "group,email\nFrom a file,\n";

fn new_password() -> SecretText {
    SecretText::new("a loom that weaves numbers")
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        // Reading.
        case!("me", Needs::Account, Leaves::Nothing, |s, c, x| s.me(c)),
        case!("counters", Needs::Account, Leaves::Nothing, |s, c, x| s.counters(c)),
        case!("home", Needs::Account, Leaves::Nothing, |s, c, x| s.home(c)),
        case!("users", PEOPLE, Leaves::Nothing, |s, c, x| s.users(c, &UserFilter::default(), &PageQuery::default())),
        case!("user", PEOPLE, Leaves::Nothing, |s, c, x| s.user(c, x.target.id)),
        case!("user_by_email", PEOPLE, Leaves::Nothing, |s, c, x| s.user_by_email(c, x.target.email.as_str())),
        case!("groups", Needs::Right(&[ManageUsers, ManagePolicies]), Leaves::Nothing, |s, c, x| s.groups(c, None)),
        case!("groups_of_kind", Needs::Right(&[ManageUsers, ManagePolicies]), Leaves::Nothing, |s, c, x| s
            .groups_of_kind(c, Some(GroupKind::JobRole), None)),
        case!("export_groups", Needs::Right(&[ManageUsers, ManagePolicies]), Leaves::Event, |s, c, x| s
            .export_groups(c, None)),
        case!("plan_group_import", PEOPLE, Leaves::Nothing, |s, c, x| s.plan_group_import(c, IMPORTED, false)),
        case!("group", Needs::Right(&[ManageUsers, ManagePolicies]), Leaves::Nothing, |s, c, x| s.group(c, x.group)),
        case!("keys", Needs::Account, Leaves::Nothing, |s, c, x| s.keys(c)),
        case!("audit", Needs::Account, Leaves::Nothing, |s, c, x| s.audit(
            c,
            &AuditFilter::default(),
            &PageQuery::default()
        )),
        case!("audit_entry", Needs::Account, Leaves::Nothing, |s, c, x| s.audit_entry(c, x.event)),
        case!("audit_related", Needs::Account, Leaves::Nothing, |s, c, x| s.audit_related(c, x.correlation)),
        case!("audit_rules", Needs::Account, Leaves::Nothing, |s, c, x| s.audit_rules(c, &[])),
        case!("audit_actors", Needs::Account, Leaves::Nothing, |s, c, x| s.audit_actors(c)),
        case!("notifications", Needs::Account, Leaves::Nothing, |s, c, x| s.notifications(c, &PageQuery::default())),
        case!("saved_views", Needs::Account, Leaves::Nothing, |s, c, x| s.saved_views(c, ListName::Audit)),
        case!("needs_setup", Needs::Nothing, Leaves::Nothing, |s, c, x| s.needs_setup(c)),
        case!("open_link", Needs::Nothing, Leaves::Nothing, |s, c, x| s.open_link(c, &x.link)),
        // Nothing is made while there is an administrator, so nothing is recorded; the tests of links make one.
        case!("create_setup_link", Needs::Local, Leaves::Nothing, |s, c, x| s.create_setup_link(c)),
        // Changing.
        case!("mark_read", Needs::Account, READ, |s, c, x| s.mark_read(c, x.notification)),
        case!("mark_notifications", Needs::Account, READ, |s, c, x| s.mark_notifications(c, &[x.notification], true)),
        case!("mark_all_read", Needs::Account, READ, |s, c, x| s.mark_all_read(c)),
        case!("audit_exported", Needs::Account, Leaves::Event, |s, c, x| s.audit_exported(
            c,
            &AuditFilter::default(),
            7
        )),
        case!("save_view", Needs::Account, VIEWS, |s, c, x| s.save_view(c, ListName::Audit, "Mine", "outcome=denied")),
        case!("delete_view", Needs::Account, VIEWS, |s, c, x| s.delete_view(c, ViewId::from_uuid(x.event.uuid()))),
        case!("create_key", Needs::Account, Leaves::Event, |s, c, x| s.create_key(c, "laptop", None)),
        case!("create_key_for", Needs::Local, Leaves::Event, |s, c, x| s.create_key_for(c, x.target.id, "ci", None)),
        case!("revoke_key", PEOPLE, Leaves::Event, |s, c, x| s.revoke_key(c, x.key)),
        case!("create_group", PEOPLE, Leaves::Event, |s, c, x| s.create_group(c, GroupKind::Group, "Another", "")),
        case!("update_group", PEOPLE, Leaves::Event, |s, c, x| s.update_group(c, x.group, "Renamed", "Words")),
        case!("import_groups", PEOPLE, Leaves::Event, |s, c, x| s.import_groups(c, IMPORTED, false, None)),
        case!("add_group_member", PEOPLE, Leaves::Event, |s, c, x| s.add_group_member(c, x.group, x.target.id)),
        case!("remove_group_member", PEOPLE, Leaves::Event, |s, c, x| s.remove_group_member(c, x.group, x.target.id)),
        case!("delete_group", PEOPLE, Leaves::Event, |s, c, x| s.delete_group(c, x.group)),
        case!("invite_user", PEOPLE, Leaves::Event, |s, c, x| s.invite_user(c, new_user("Newcomer", None))),
        case!("invite_again", PEOPLE, Leaves::Event, |s, c, x| s.invite_again(c, x.invited.id)),
        case!("create_user", PEOPLE, Leaves::Event, |s, c, x| s.create_user(
            c,
            new_user("Made", None),
            &new_password()
        )),
        case!("update_user", PEOPLE, Leaves::Event, |s, c, x| s.update_user(
            c,
            x.target.id,
            domain::NewUser { title: "Other".to_owned(), ..new_user("Target", None) }
        )),
        case!("end_session", PEOPLE, Leaves::Event, |s, c, x| s.end_session(c, x.session)),
        case!("end_sessions", PEOPLE, Leaves::Event, |s, c, x| s.end_sessions(c, x.target.id)),
        case!("accept_link", Needs::Nothing, Leaves::Event, |s, c, x| s.accept_link(
            c,
            &x.link,
            AcceptLink { password: SecretText::new(PASSWORD), ..AcceptLink::default() }
        )),
        case!("sign_in", Needs::Nothing, Leaves::Event, |s, c, x| s.sign_in(
            c,
            x.target.email.as_str(),
            &SecretText::new(PASSWORD)
        )),
        case!("reset_link", PEOPLE, Leaves::Event, |s, c, x| s.reset_link(c, x.target.id)),
        case!("suspend_user", PEOPLE, Leaves::Event, |s, c, x| s.suspend_user(c, x.target.id)),
        case!("reactivate_user", PEOPLE, Leaves::Event, |s, c, x| s.reactivate_user(c, x.target.id)),
        case!("switch_users", PEOPLE, Leaves::Event, |s, c, x| s.switch_users(c, &[x.invited.id], false)),
        case!("change_password", Needs::Account, Leaves::Event, |s, c, x| s.change_password(
            c,
            &SecretText::new(PASSWORD),
            &new_password()
        )),
        case!("sign_out", Needs::Account, Leaves::Event, |s, c, x| s.sign_out(c)),
    ]
}
