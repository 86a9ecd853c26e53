//! Groups and job roles from files, and into them.

use domain::{AuditAction, GroupImport, GroupKind, GroupSource, Problem, Role, User};
use service::{Caller, MOST_GROUP_FILE_BYTES, MOST_GROUP_FILE_LINES};
use store::Db;

use crate::world::{World, code, problem};

/// A world with an administrator, and with Ada, Bob and Cem.
async fn set(db: Db) -> (World, Caller, [User; 3]) {
    let world = World::new(db).await;
    let root = world.as_user(&world.person("Root", Role::Admin).await);
    let people = [
        world.person("Ada", Role::User).await,
        world.person("Bob", Role::User).await,
        world.person("Cem", Role::User).await,
    ];
    (world, root, people)
}

/// Groups made, described, people put in, taken out.
fn counts(import: &GroupImport) -> [u32; 4] {
    [import.groups_made, import.groups_described, import.members_added, import.members_removed]
}

/// What is wrong, as `line 3: why`.
fn errors(problem: &Problem) -> Vec<String> {
    match problem {
        Problem::Invalid { fields } => fields.iter().map(|field| format!("{}: {}", field.field, field.why)).collect(),
        other => panic!("an invalid file: {other:?}"),
    }
}

const FILE: &str = "\u{feff}Kind,group,description,email\r\n\
    job_role,Nurse,\"Cares, \"\"day\"\" and night\",ada@example.com\r\n\
    job_role,Nurse,,BOB@example.com\r\n\
    \r\n\
    ,Night shift,,ada@example.com\r\n\
    group,Empty,\"two\r\nlines\",\r\n\
    ,,,\r\n";

testkit::both_engines! {
    async fn a_file_is_looked_at_and_then_applied(db: Db) {
        let (world, root, [ada, bob, _]) = set(db).await;
        let services = &world.services;
        let recorded = world.recorded().await;
        let plan = services.plan_group_import(&root, FILE, false).await.unwrap();
        assert_eq!((counts(&plan), plan.more_changes), ([3, 0, 3, 0], 0));
        let named: Vec<_> = plan.changes.iter().map(|change| (change.name.as_str(), change.kind, change.made, change.added)).collect();
        let expected = [
            ("Nurse", GroupKind::JobRole, true, 2), ("Night shift", GroupKind::Group, true, 1), ("Empty", GroupKind::Group, true, 0),
        ];
        assert_eq!(named, expected);
        assert_eq!(plan.changes[0].added_examples, [ada.email.clone(), bob.email.clone()]);
        assert!(services.groups(&root, None).await.unwrap().is_empty(), "looking changes nothing");
        assert_eq!(world.recorded().await, recorded);
        assert_eq!(services.plan_group_import(&root, FILE, false).await.unwrap(), plan, "a plan has one digest");

        let generation = services.directory().load().generation;
        let done = services.import_groups(&root, FILE, false, Some(&plan.digest)).await.unwrap();
        assert_eq!(done, plan);
        assert_eq!(services.directory().load().generation, generation + 1, "published once");
        let groups = services.groups(&root, None).await.unwrap();
        let found: Vec<_> = groups.iter().map(|group| (group.name.as_str(), group.description.as_str(), group.members)).collect();
        let expected = [("Empty", "two\nlines", 0), ("Night shift", "", 1), ("Nurse", "Cares, \"day\" and night", 2)];
        assert_eq!(found, expected);
        assert!(groups.iter().all(|group| group.source == GroupSource::Csv));
        let in_snapshot = services.directory().load().people.get(ada.id).unwrap().groups.contains(groups[2].id);
        assert!(in_snapshot, "what the groups may use works at once");
        let left: Vec<_> = world.actions().await.into_iter().skip(recorded).collect();
        let [made, changed] = [AuditAction::GroupCreated, AuditAction::GroupUpdated];
        assert_eq!(left, [made, changed, made, changed, made]);

        // Once more, nothing is left to do, and nothing is recorded.
        let recorded = world.recorded().await;
        let again = services.import_groups(&root, FILE, true, None).await.unwrap();
        assert!(again.is_empty() && counts(&again) == [0; 4], "{again:?}");
        assert_eq!(world.recorded().await, recorded);
    }

    async fn others_are_taken_out_when_that_is_asked_for(db: Db) {
        let (world, root, [ada, bob, cem]) = set(db).await;
        let services = &world.services;
        let group = services.create_group(&root, GroupKind::JobRole, "Nurse", "Cares").await.unwrap();
        let other = services.create_group(&root, GroupKind::Group, "Other", "").await.unwrap();
        for user in [&ada, &bob] {
            services.add_group_member(&root, group.id, user.id).await.unwrap();
        }
        services.add_group_member(&root, other.id, ada.id).await.unwrap();
        // Without a column for the kind, an existing one keeps its own.
        let file = "email,group\ncem@example.com,Nurse\nbob@example.com,Nurse\n";
        let added = services.plan_group_import(&root, file, false).await.unwrap();
        assert_eq!(counts(&added), [0, 0, 1, 0]);
        let plan = services.plan_group_import(&root, file, true).await.unwrap();
        assert_eq!(counts(&plan), [0, 0, 1, 1]);
        assert_eq!(plan.changes[0].removed_examples, std::slice::from_ref(&ada.email));
        assert_ne!(plan.digest, added.digest);
        assert_eq!(code(services.import_groups(&root, file, true, Some(&added.digest)).await), "plan_changed");

        // Somebody else changes the group before the plan is applied.
        services.remove_group_member(&root, group.id, ada.id).await.unwrap();
        assert_eq!(code(services.import_groups(&root, file, true, Some(&plan.digest)).await), "plan_changed");
        services.add_group_member(&root, group.id, ada.id).await.unwrap();
        services.import_groups(&root, file, true, Some(&plan.digest)).await.unwrap();
        let (found, members) = services.group(&root, group.id).await.unwrap();
        assert_eq!(members.iter().map(|user| user.id).collect::<Vec<_>>(), [bob.id, cem.id]);
        assert_eq!((found.source, found.description.as_str()), (GroupSource::Manual, "Cares"));
        let groups = |user: &User| services.directory().load().people.get(user.id).unwrap().groups.clone();
        assert!(!groups(&ada).contains(group.id) && groups(&ada).contains(other.id), "only the groups of the file");

        // A line without an address stands for a group without members; a description that is given is changed.
        let file = "group,description,email\nNurse,Looks after,\n";
        let done = services.import_groups(&root, file, true, None).await.unwrap();
        assert_eq!(counts(&done), [0, 1, 0, 2]);
        let (found, members) = services.group(&root, group.id).await.unwrap();
        assert_eq!((found.description.as_str(), members.len()), ("Looks after", 0));
    }

    async fn what_is_exported_can_be_imported(db: Db) {
        let (world, root, [ada, bob, _]) = set(db).await;
        let services = &world.services;
        let nurse = services.create_group(&root, GroupKind::JobRole, "Nurse, \"night\"", "+ first\r\nsecond").await.unwrap();
        for user in [&ada, &bob] {
            services.add_group_member(&root, nurse.id, user.id).await.unwrap();
        }
        services.create_group(&root, GroupKind::Group, "=1+1", "'quoted'").await.unwrap();
        services.create_group(&root, GroupKind::Group, "'=1+1", "").await.unwrap();
        let file = services.export_groups(&root, None).await.unwrap();
        assert_eq!(
            file,
            "kind,group,description,email\r\ngroup,''=1+1,,\r\ngroup,'=1+1,'quoted',\r\n\
             job_role,\"Nurse, \"\"night\"\"\",\"'+ first\r\nsecond\",ada@example.com\r\n\
             job_role,\"Nurse, \"\"night\"\"\",,bob@example.com\r\n"
        );
        let plan = services.plan_group_import(&root, &file, true).await.unwrap();
        assert!(plan.is_empty(), "{plan:?}");
        let exported = world.newest(AuditAction::GroupsExported).await;
        let said: serde_json::Value = serde_json::from_str(&exported.args.unwrap()).unwrap();
        assert_eq!(said["members"], file.matches('@').count());
        assert_eq!(said["groups"], services.groups(&root, None).await.unwrap().len());
        let roles = services.export_groups(&root, Some(GroupKind::JobRole)).await.unwrap();
        assert_eq!(world.count(AuditAction::GroupsExported).await, 2);
        assert!(roles.contains("Nurse") && !roles.contains("1+1"), "{roles}");
    }

    async fn a_wrong_line_changes_nothing(db: Db) {
        let (world, root, _) = set(db).await;
        let services = &world.services;
        services.create_group(&root, GroupKind::JobRole, "Nurse", "").await.unwrap();
        let recorded = world.recorded().await;
        let long = |n: usize| "x".repeat(n);
        let many = format!("group,email\n{}", "A,ada@example.com\n".repeat(MOST_GROUP_FILE_LINES + 1));
        for (file, expected) in [
            ("", vec!["csv: the file is empty"]),
            ("\u{feff}\r\n ,\r\n", vec!["csv: the file is empty"]),
            ("group,email\n", vec!["csv: there is no line"]),
            (&long(MOST_GROUP_FILE_BYTES + 1), vec!["csv: use at most 524288 bytes"]),
            (&many, vec!["csv: use at most 10000 lines"]),
            ("A,ada@example.com\nB,bob@example.com\n", vec!["line 1: there is no column “a”"]),
            ("group,mail\nA,ada@example.com\n", vec!["line 1: there is no column “mail”"]),
            ("group\nA\n", vec!["line 1: name the columns in the first line; “email” is missing"]),
            ("\n\nemail,kind\nada@example.com,\n", vec!["line 3: name the columns in the first line; “group” is missing"]),
            ("group,email,group\nA,ada@example.com,A\n", vec!["line 1: group is there twice"]),
            ("group;email\nA;ada@example.com\n", vec!["line 1: separate the columns by commas"]),
            ("group,email\nA\n", vec!["line 2: this line has 1 cells and the first one 2"]),
            ("group,email\nA,b,ada@example.com\n", vec!["line 2: this line has 3 cells and the first one 2"]),
            ("group,email\r\n\"A\nB\",ada@example.com\r\n\r\n\"C,ada@example.com\r\nD,\r\n", vec!["line 5: a quotation mark is opened"]),
            ("group,email\nA,ada@example.com\n,bob@example.com\n", vec!["line 3: enter the name of the group"]),
            (&format!("group,email\n{},\n", long(101)), vec!["line 2: shorten the name of the group to at most 100"]),
            (&format!("group,email,description\nA,,{}\n", long(1001)), vec!["line 2: shorten the description to at most 1000"]),
            ("group,email\nA\u{7},\n", vec!["line 2: remove control characters"]),
            ("group,email\n\u{fffd}rzte,\n", vec!["line 2: some characters cannot be read"]),
            ("group,email,kind\nA,,team\n", vec!["line 2: there is no kind “team”"]),
            ("group,email\nA,ada\n", vec!["line 2: enter an email address"]),
            ("group,email\nA,ADA@example.com\nB,\nA,ada@example.com\nB,\n", vec!["line 4: this says the same as line 2", "line 5: this says the same as line 3"]),
            ("group,email,kind\nA,,group\nA,ada@example.com,job_role\n", vec!["line 3: line 2 gives “A” another kind"]),
            ("group,email,kind\nNurse,,group\n", vec!["line 2: “Nurse” exists already and its kind is job_role"]),
            ("group,email,description\nA,,one\nA,ada@example.com,two\n", vec!["line 3: line 2 describes “A” otherwise"]),
            // Everything that is wrong is said at once, in the order of the file.
            (
                "group,email\r\nA,who@example.com\r\n\r\nA,ada@example.com\r\n,x\r\nB,nobody@example.com\r\n",
                vec![
                    "line 2: nobody here has the address who@example.com", "line 5: enter the name of the group",
                    "line 5: enter an email address", "line 6: nobody here has the address nobody@example.com",
                ],
            ),
        ] {
            let refused = problem(services.plan_group_import(&root, file, false).await);
            let found = errors(&refused);
            assert_eq!(found.len(), expected.len(), "{file:.60}: {found:#?}");
            for (found, expected) in found.iter().zip(&expected) {
                assert!(found.starts_with(expected), "{file:.60}: {found}");
            }
            assert_eq!(problem(services.import_groups(&root, file, true, None).await), refused, "{file:.60}");
        }
        let wrong = format!("group,email\n{}", "A,nobody\n".repeat(230));
        let found = errors(&problem(services.plan_group_import(&root, &wrong, false).await));
        assert!(found.len() == 201 && found[0].starts_with("line 2: enter an email address"), "{found:?}");
        assert_eq!(found[200], "csv: 30 more things are wrong further down; correct these first");
        assert_eq!(services.groups(&root, None).await.unwrap().len(), 1);
        assert_eq!(world.recorded().await, recorded, "nothing was changed");
    }

    async fn a_long_list_is_recorded_in_parts(db: Db) {
        let (world, root, _) = set(db).await;
        let mut file = "group,email\n".to_owned();
        let mut tx = world.db.begin().await.unwrap();
        for n in 0..501 {
            let user = testkit::build::user(world.env.as_ref(), &format!("Person {n}"));
            store::users::insert(&mut tx, &user).await.unwrap();
            file.push_str(&["Everybody,", user.email.as_str(), "\n"].concat());
        }
        tx.commit().await.unwrap();
        let recorded = world.recorded().await;
        let done = world.services.import_groups(&root, &file, false, None).await.unwrap();
        assert_eq!((counts(&done), done.changes[0].added_examples.len()), ([1, 0, 501, 0], 5));
        let left = world.events().await.split_off(recorded);
        assert_eq!(left.len(), 3, "made, 500 people, one more");
    }
}
