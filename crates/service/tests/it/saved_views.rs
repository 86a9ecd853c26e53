//! Views of lists that people keep.

use domain::{ListName, Role};
use store::Db;

use crate::world::{World, code, problem};

testkit::both_engines! {
    async fn views_are_private_and_have_names_of_their_own(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let (ada, eve) = (world.person("Ada", Role::User).await, world.person("Eve", Role::User).await);
        let (ada, eve) = (world.as_user(&ada), world.as_user(&eve));
        let late = services.save_view(&ada, ListName::Audit, " Denials ", "outcome=denied&sort=at").await.unwrap();
        assert_eq!((late.name.as_str(), late.query.as_str()), ("Denials", "outcome=denied&sort=at"));
        services.save_view(&ada, ListName::Audit, "calls", "").await.unwrap();
        let names = async |caller, list| -> Vec<String> {
            services.saved_views(caller, list).await.unwrap().into_iter().map(|view| view.name).collect()
        };
        assert_eq!(names(&ada, ListName::Audit).await, ["calls", "Denials"]);
        assert!(names(&ada, ListName::Requests).await.is_empty() && names(&eve, ListName::Audit).await.is_empty());

        let taken = problem(services.save_view(&ada, ListName::Audit, "Denials", "").await);
        assert!(taken.of_field("name").is_some_and(|why| why.contains("delete it first")), "{taken:?}");
        services.save_view(&ada, ListName::Requests, "Denials", "").await.unwrap();
        services.save_view(&eve, ListName::Audit, "Denials", "").await.unwrap();
        let wrong = problem(services.save_view(&ada, ListName::Audit, " ", "notice=user-saved").await);
        assert!(wrong.of_field("name").is_some() && wrong.of_field("query").is_some(), "{wrong:?}");

        services.delete_view(&eve, late.id).await.unwrap();
        assert_eq!(names(&ada, ListName::Audit).await, ["calls", "Denials"], "what is hers nobody else deletes");
        services.delete_view(&ada, late.id).await.unwrap();
        services.delete_view(&ada, late.id).await.unwrap();
        assert_eq!(names(&ada, ListName::Audit).await, ["calls"]);
    }

    async fn a_list_has_so_many_views(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let ada = world.as_user(&world.person("Ada", Role::User).await);
        for number in 0..20 {
            services.save_view(&ada, ListName::Requests, &format!("View {number}"), "").await.unwrap();
        }
        assert_eq!(code(services.save_view(&ada, ListName::Requests, "One more", "").await), "too_many_views");
        services.save_view(&ada, ListName::Audit, "One more", "").await.unwrap();
        let first = services.saved_views(&ada, ListName::Requests).await.unwrap().remove(0);
        services.delete_view(&ada, first.id).await.unwrap();
        services.save_view(&ada, ListName::Requests, "One more", "").await.unwrap();
    }
}
